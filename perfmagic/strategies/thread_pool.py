"""How code that uses a thread pool is written."""

import ast

from perfmagic.analysis.edits import between, segment


def pool(executor: str, workers: int) -> str:
    """Return the line that opens a pool."""
    return f"with ThreadPoolExecutor(max_workers={workers}) as {executor}:"


def submission(executor: str, call: ast.Call, text: str) -> str:
    """Return the call handed to the pool: ``executor.submit(function, arguments)``."""
    function = segment(text, call.func)
    arguments = arguments_of(call, text)
    return f"{executor}.submit({function}, {arguments})" if arguments else f"{executor}.submit({function})"


def arguments_of(call: ast.Call, text: str) -> str:
    """Return the text between the parentheses of a call, without a trailing comma."""
    parts: list[ast.expr | ast.keyword] = sorted(
        [*call.args, *call.keywords], key=lambda each: (each.lineno, each.col_offset)
    )
    if not parts:
        return ""
    first, last = parts[0], parts[-1]
    end = (last.end_lineno or last.lineno, last.end_col_offset or last.col_offset)
    return between(text, (first.lineno, first.col_offset), end)
