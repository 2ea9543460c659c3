"""How code that uses a thread pool is written."""

import ast

from perfmagic.analysis.edits import segment
from perfmagic.analysis.parentheses import argument, arguments_of, without_margin


def pool(executor: str, workers: int) -> str:
    """Return the line that opens a pool."""
    return f"with ThreadPoolExecutor(max_workers={workers}) as {executor}:"


def submission(executor: str, call: ast.Call, text: str) -> str:
    """Return the call handed to the pool, in lines without indentation: ``executor.submit(function, arguments)``."""
    function = argument(call.func, segment(text, call.func))
    arguments = arguments_of(call, text)
    gap = "" if arguments.startswith(("\n", " ")) or not arguments else " "
    own = f"{executor}.submit({function}{',' if arguments else ''}{gap}{arguments})"
    return without_margin(own, call, text)
