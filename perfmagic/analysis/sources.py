"""From a live function to the syntax tree of its source.

The source must be the user's own (not the standard library's, not an installed package's) and must still be the text that was
compiled: a file that was edited after its import is not believed.
"""

import ast
import linecache
import sysconfig
import types
import warnings
from collections.abc import Iterator
from functools import lru_cache

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Signature = tuple[object, ...]
_MAX_CHARACTERS = 1_000_000


@lru_cache(maxsize=1)
def _library_folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    return tuple(paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib"))


def is_library(filename: str) -> bool:
    """Tell whether a file belongs to the standard library or to an installed package."""
    if filename.startswith("<frozen") or "site-packages" in filename or "dist-packages" in filename:
        return True
    return filename.startswith(_library_folders())


def function_node(code: types.CodeType) -> FunctionNode | None:
    """Return the definition that a code object was compiled from, or ``None`` if it is not the user's or not found."""
    if is_library(code.co_filename):
        return None
    source = "".join(linecache.getlines(code.co_filename))
    if not source or len(source) > _MAX_CHARACTERS:
        return None
    nodes, signatures = _index(source)
    if _signature(code) not in signatures:
        return None
    candidates = nodes.get((code.co_name, code.co_firstlineno), ())
    inside = [node for node in candidates if len(candidates) == 1 or _encloses(node, code)]
    return min(inside, key=_extent) if inside else None


@lru_cache(maxsize=128)
def _index(source: str) -> tuple[dict[tuple[str, int], list[FunctionNode]], frozenset[_Signature]]:
    nodes: dict[tuple[str, int], list[FunctionNode]] = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
            compiled = [_compile(tree), *(_compile(ast.Module([each], [])) for each in tree.body)]
    except (SyntaxError, ValueError, RecursionError):
        return nodes, frozenset()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = [node.lineno, *(each.lineno for each in node.decorator_list)]
            nodes.setdefault((node.name, min(lines)), []).append(node)
        elif isinstance(node, ast.Lambda):
            nodes.setdefault(("<lambda>", node.lineno), []).append(node)
    return nodes, frozenset(_signature(each) for code in compiled for each in _codes(code))


def _compile(tree: ast.Module) -> types.CodeType:
    """Compile a file, or one statement of a cell: IPython compiles them one by one, and the compiler optimises across them."""
    code: types.CodeType = compile(
        tree, "<source>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True
    )
    return code


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if type(constant) is types.CodeType:
            yield constant
            yield from _codes(constant)


def _signature(code: types.CodeType) -> _Signature:
    plain = tuple(repr(each) for each in code.co_consts if type(each) in (str, int, float, bytes, bool))
    return (
        code.co_qualname,
        code.co_firstlineno,
        code.co_code,
        code.co_names,
        code.co_varnames,
        code.co_freevars,
        plain,
    )


def _encloses(node: FunctionNode, code: types.CodeType) -> bool:
    """Tell whether all instructions of a function lie in the text of a definition (for lambdas that share a line)."""
    first = (node.lineno, node.col_offset)
    last = (node.end_lineno or node.lineno, node.end_col_offset or 0)
    for line, end_line, column, end_column in code.co_positions():
        if line is None or end_line is None or column is None or end_column is None or end_column == 0:
            continue
        if (line, column) < first or (end_line, end_column) > last:
            return False
    return True


def _extent(node: FunctionNode) -> tuple[int, int]:
    return ((node.end_lineno or node.lineno) - node.lineno, (node.end_col_offset or 0) - node.col_offset)
