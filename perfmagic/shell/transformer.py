"""How a cell magic comes to await on the kernel's own loop.

ipykernel decides from the *transformed text* whether a cell is asynchronous, so the text must hold the ``await``: a
function in ``input_transformers_post`` turns ``get_ipython().run_cell_magic('concurrent', ...)`` into ``await
get_ipython().await_cell_magic(...)``. It is pure and idempotent, because the kernel transforms a cell that turns out
to be synchronous twice. Only bodies that do await are rewritten: an ordinary body keeps the way every cell magic
takes, and with it `asyncio.run` in a terminal.

A body that is not Python is put in place of the magic, so that the shell itself reports the syntax error, with the
user's line.
"""

import ast
from collections.abc import Callable, Collection
from typing import Protocol

AWAITED_METHOD = "await_cell_magic"
"""Attribute of the shell that the rewritten text calls."""

_STOCK_PREFIX = "get_ipython().run_cell_magic("


class TransformingShell(Protocol):
    """What the transformer asks of the shell."""

    autoawait: bool
    loop_runner: object

    def transform_cell(self, raw_cell: str) -> str:
        """Turn IPython syntax into Python."""
        ...


def awaits(python: str) -> bool:
    """Tell whether Python code needs an event loop at its top level.

    Raises
    ------
    SyntaxError
        If the text is not Python.
    """
    code = compile(python, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    return bool(code.co_flags & 0x80)  # inspect.CO_COROUTINE, without importing inspect


def make_transformer(
    shell: TransformingShell, magics: Collection[str], asyncio_runner: object
) -> Callable[[list[str]], list[str]]:
    """Return the function for ``input_transformers_post``.

    Parameters
    ----------
    magics
        Names of the cell magics that can be awaited.
    asyncio_runner
        The loop runner under which a cell can be awaited; under any other the text is left alone.
    """

    def transform(lines: list[str]) -> list[str]:
        call = _stock_call(lines)
        if call is None:
            return lines
        name, line, body = call
        if name in magics and not body.strip():
            return [f"get_ipython().run_line_magic({name!r}, {line!r})\n"]
        if name not in magics and not (name == "capture" and _first_magic(body) in magics):
            return lines
        return _rewritten(shell, asyncio_runner, call) or lines

    return transform


def _rewritten(
    shell: TransformingShell, asyncio_runner: object, call: tuple[str, str, str]
) -> list[str] | None:
    name, line, body = call
    try:
        python = shell.transform_cell(body)
    except SyntaxError:
        return None
    try:
        needs_loop = awaits(python)
    except (SyntaxError, ValueError):
        return python.splitlines(keepends=True)
    if not needs_loop or not shell.autoawait or shell.loop_runner is not asyncio_runner:
        return None
    return [f"await get_ipython().{AWAITED_METHOD}({name!r}, {line!r}, {body!r})\n"]


def _stock_call(lines: list[str]) -> tuple[str, str, str] | None:
    """Return name, line and body of a cell that is one call of a cell magic, as IPython's own transformer writes it."""
    if not lines or not lines[0].startswith(_STOCK_PREFIX):
        return None
    try:
        tree = ast.parse("".join(lines), mode="eval")
    except (SyntaxError, ValueError):
        return None
    arguments = tree.body.args if isinstance(tree.body, ast.Call) else []
    values = [argument.value for argument in arguments if isinstance(argument, ast.Constant)]
    texts = [value for value in values if isinstance(value, str)]
    return (texts[0], texts[1], texts[2]) if len(texts) == 3 else None  # noqa: PLR2004 - name, line, body


def _first_magic(body: str) -> str | None:
    first = body.lstrip("\n").split("\n", 1)[0]
    return (
        first[2:].split(None, 1)[0]
        if first.startswith("%%") and len(first.split()) > 0 and first[2:].strip()
        else None
    )
