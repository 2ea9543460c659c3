"""``%%capture`` above one of our magics: the stock magic would run the cell on a loop that is already running."""

from typing import Any

from IPython.core import magic_arguments
from IPython.utils.capture import capture_output


async def run_captured(shell: Any, line: str, cell: str) -> None:
    """Run a cell with its output captured, as ``%%capture`` does, on the running loop."""
    stock = shell.find_cell_magic("capture")
    untyped: Any = magic_arguments
    args = untyped.parse_argstring(getattr(stock, "__func__", stock), line)
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
