"""A compiled cell, and the one function that executes it.

The code runs in the namespace it is given, in the task and the thread of the caller; a coroutine is awaited in place.
"""

import ast
import inspect
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from types import CodeType, TracebackType
from typing import Literal, cast

Mode = Literal["exec", "eval"]
Compile = Callable[[ast.AST, str, Mode], CodeType]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Code objects of one cell: the statements, then the last expression whose value is shown.

    Attributes
    ----------
    codes
        One or two code objects, in order; the value of the cell is that of the last one if ``has_value``.
    awaits
        Whether a code object is a coroutine, so that the cell must run on an event loop.
    workers
        Worker processes that the code hands work to: they must be there before it runs.
    """

    filename: str
    codes: tuple[CodeType, ...]
    has_value: bool
    awaits: bool
    workers: int = 0


def compile_program(tree: ast.Module, filename: str, compile_code: Compile) -> Program:
    """Code objects of a parsed cell; the last statement becomes an expression if it is one.

    Raises
    ------
    SyntaxError
        If the compiler finds a fault that the parser did not, with the user's line.
    """
    body = list(tree.body)
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    codes: list[CodeType] = []
    if body or last is None:
        module = ast.Module(body=body, type_ignores=[])
        codes.append(compile_code(module, filename, "exec"))
    if isinstance(last, ast.Expr):
        codes.append(compile_code(ast.Expression(last.value), filename, "eval"))
    awaits = any(code.co_flags & inspect.CO_COROUTINE for code in codes)
    return Program(filename=filename, codes=tuple(codes), has_value=last is not None, awaits=awaits)


async def execute(
    program: Program, global_names: dict[str, object], local_names: Mapping[str, object]
) -> object:
    """Run the program once and return the value of its last expression, ``None`` if it has none.

    A program that does not await never suspends, so it can be driven without an event loop.
    """
    __tracebackhide__ = True
    value: object = None
    for code in program.codes:
        value = eval(code, global_names, local_names)  # noqa: S307 - running the user's cell is what this is for
        if code.co_flags & inspect.CO_COROUTINE:
            value = await cast("Coroutine[object, object, object]", value)
    return value if program.has_value else None


def user_traceback(committed: TracebackType | None, programs: Iterable[Program]) -> TracebackType | None:
    """Return the part of the traceback that starts in the cell; all of it if no frame is the cell's."""
    codes = {code for program in programs for code in program.codes}
    traceback = committed
    while traceback is not None:
        if traceback.tb_frame.f_code in codes:
            return traceback
        traceback = traceback.tb_next
    return committed
