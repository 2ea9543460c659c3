"""What must be true of a loop for its rewrite to be right and was not proven, in sentences."""

import ast
import inspect
from collections.abc import Iterator

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.loop_forms import Comprehension, FanOut, InPlace, LoopForm, Test
from perfmagic.analysis.surroundings import live

PAIR = 2
SURE = (
    ast.Name, ast.Constant, ast.expr_context, ast.UnaryOp, ast.Not, ast.BoolOp, ast.And, ast.Or, ast.Compare, ast.Eq,
    ast.NotEq, ast.Is, ast.IsNot,
)  # fmt: skip
"""Parts of conditions that cannot fail."""

NUMBERS = (
    *SURE, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Mod, ast.FloorDiv, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.USub,
)  # fmt: skip
"""Parts of conditions that cannot fail for integers, unless they divide by zero."""


def loop_notes(analysis: Analysis, found: LoopForm) -> Iterator[str]:
    """Yield the assumptions behind the rewrite of one loop."""
    line = found.loop.lineno
    yield from found.told
    if not isinstance(found.loop, ast.AsyncFor) and _may_stop(analysis, found.iteration.expression):
        yield f"going through the items of the loop on line {line} raises no error: all are taken before the first operation."
    if _may_not_unpack(found):
        yield f"every item of the loop on line {line} unpacks into its targets."
    numbers = _counts(found.iteration.expression)
    for test in _conditions(found):
        if not _is_sure(test, numbers=numbers):
            yield f"the condition on line {test.lineno} fails for no item."
    if found.prevented is not None:
        yield f"as told: the operations of the loop on line {line} begin although line {found.prevented} may end it."
    if isinstance(found, FanOut) and found.guard is not None and found.sunk:
        yield f"leaving the with statement on line {found.around[0].lineno} raises no error of its own."
    if isinstance(found, FanOut) and found.unbound:
        names = ", ".join(found.unbound)
        yield f"if an operation of the loop on line {line} fails, {names} may keep the value from before that iteration."


def _may_stop(analysis: Analysis, iterable: ast.expr) -> bool:
    """Whether the items come one at a time out of code of the user, which may raise behind the first of them."""
    calls = [each for each in ast.walk(iterable) if isinstance(each, ast.Call)]
    return any(_generates(analysis, each) for each in calls)


def _generates(analysis: Analysis, call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else None
    made = [each for each in analysis.definitions if each.name == name]
    if made:
        return any(isinstance(node, ast.Yield | ast.YieldFrom) for each in made for node in ast.walk(each))
    return inspect.isgeneratorfunction(live(call.func, analysis.namespace))


def _conditions(found: FanOut | InPlace) -> list[ast.expr]:
    if isinstance(found, InPlace):
        clauses = [each for site in found.sites for each in site.clauses]
        tests = [each.expression for each in clauses if isinstance(each, Test)]
        return list({id(each): each for each in tests}.values())
    if isinstance(found.loop, ast.For | ast.AsyncFor):
        return []
    filters = [test for each in found.loop.generators for test in each.ifs]
    return [each for each in filters if not any(node is found.element for node in ast.walk(each))]


def _is_sure(test: ast.expr, *, numbers: bool) -> bool:
    parts = NUMBERS if numbers else SURE
    divisors = [
        each.right
        for each in ast.walk(test)
        if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Mod | ast.FloorDiv)
    ]
    whole = all(isinstance(each, ast.Constant) and each.value for each in divisors)
    return whole and all(isinstance(each, parts) for each in ast.walk(test))


def _counts(iterable: ast.expr) -> bool:
    return (
        isinstance(iterable, ast.Call) and isinstance(iterable.func, ast.Name) and iterable.func.id == "range"
    )


def _target_of(loop: ast.For | ast.AsyncFor | Comprehension) -> ast.expr:
    return loop.target if isinstance(loop, ast.For | ast.AsyncFor) else loop.generators[0].target


def _may_not_unpack(found: FanOut | InPlace) -> bool:
    """Whether an item may fail to unpack, which the loop as written would only find out in its turn."""
    wanted = _target_of(found.loop)
    if isinstance(wanted, ast.Name) or isinstance(found.loop, ast.AsyncFor):
        return False
    flat = isinstance(wanted, ast.Tuple | ast.List) and all(
        isinstance(each, ast.Name) for each in wanted.elts
    )
    call = found.iteration.expression
    if not (flat and isinstance(call, ast.Call)) or not isinstance(wanted, ast.Tuple | ast.List):
        return True
    match call.func:
        case ast.Name(id="enumerate"):
            return len(wanted.elts) != PAIR
        case ast.Name(id="zip"):
            return len(wanted.elts) != len(call.args) or any(
                isinstance(each, ast.Starred) for each in call.args
            )
        case ast.Attribute(attr="items"):
            return len(wanted.elts) != PAIR
        case _:
            return True
