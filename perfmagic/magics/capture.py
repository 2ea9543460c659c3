"""``%%capture`` above one of our magics: the stock magic would run the cell on a loop that is already running."""

from typing import Any

from IPython.core.magic_arguments import parse_argstring
from IPython.utils.capture import capture_output


async def run_captured(shell: Any, line: str, cell: str) -> None:
    """Run a cell with its output captured, as ``%%capture`` does, on the running loop."""
    stock = shell.find_cell_magic("capture")
    args = parse_argstring(  # type: ignore[no-untyped-call]
        stock.__func__ if hasattr(stock, "__func__") else stock, line
    )
    with capture_output(not args.no_stdout, not args.no_stderr, not args.no_display) as captured:
        result = await shell.run_cell_async(
            cell, store_history=False, transformed_cell=shell.transform_cell(cell)
        )
        shell.events.trigger("post_execute")
        shell.events.trigger("post_run_cell", result)
    if shell.displayhook.semicolon_at_end_of_expression(cell):
        shell.user_ns.pop(args.output, None)
    elif args.output:
        shell.user_ns[args.output] = captured
