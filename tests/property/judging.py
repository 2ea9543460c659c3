"""Whether a plan may stand for a program: equal outcomes under every schedule, errors as its assumptions say."""

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any, cast

from perfmagic.analysis.analysis import Analysis
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.registry import STRATEGIES, known
from tests.property.ipython_text import python_of
from tests.property.running import CELL, FILENAME, Outcome, run
from tests.property.schedules import Schedule, perturbed

NOT_RUN = frozenset({"processes"})
"""Strategies whose plans leave this process: they cannot run under a virtual clock."""
EXACT_ERRORS = frozenset({"tasks", "threads"})
"""Strategies that raise exactly what the program raises; the others say in an assumption where they do not."""
ORDINARY = (StopIteration, StopAsyncIteration, GeneratorExit)

Planner = Callable[[Analysis, Options], Plan | Refusal]


@dataclass(frozen=True)
class Difference:
    """A plan that gave another outcome than its program."""

    strategy: str
    plan: str
    schedule: Schedule
    what: str


def planners() -> dict[str, Planner]:
    """Return every registered strategy."""
    strategies = known(STRATEGIES)
    return {name: cast("Planner", strategies.load(name)) for name in strategies.points}


def expected_of(source: str, seed: int) -> Outcome | None:
    """Return what a program leaves, ``None`` if that depends on the schedule or if it never ends."""
    first = run(source, Schedule("as written", seed))
    others = [run(source, each) for each in perturbed(seed)[:3]]
    return None if first.stuck or any(each != first for each in others) else first


def differences(
    source: str, plan: Plan, expected: Outcome, seed: int, *, any_output_order: bool = False
) -> Iterator[Difference]:
    """Yield every difference of a plan from its program, under the plain and six perturbed schedules."""
    found = _form(source, plan)
    if found is not None:
        yield Difference(plan.strategy, plan.source, Schedule("as written", seed), found)
        return
    for schedule in (Schedule("as written", seed), *perturbed(seed)):
        actual = run(plan.source, schedule, ignored=plan.introduced)
        if any_output_order and sorted(actual.printed) == sorted(expected.printed):
            actual = replace(actual, printed=expected.printed)
        what = _what(source, plan, expected, actual)
        if what is not None:
            yield Difference(plan.strategy, plan.source, schedule, what)


def _form(source: str, plan: Plan) -> str | None:
    try:
        tree = ast.parse(python_of(plan.source))
    except SyntaxError as error:
        return f"does not parse: {error}"
    new = names_bound(tree) - names_bound(ast.parse(python_of(source))) - plan.introduced
    return f"binds {sorted(new)} without saying so" if new else None


def names_bound(tree: ast.Module) -> set[str]:
    """Return the names that code at the top level of a module binds."""
    found: set[str] = set()
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.comprehension):
            pending.extend([node.iter, *node.ifs])
            continue
        elif isinstance(node, ast.Lambda):
            continue
        pending.extend(ast.iter_child_nodes(node))
    return found


def _what(source: str, plan: Plan, expected: Outcome, actual: Outcome) -> str | None:
    if actual == expected and not (actual.lost and not expected.lost):
        return None
    if _may_err_otherwise(plan) and fails(source):
        if expected.error is None or actual.error is not None:
            return None
    if actual.error == expected.error and any(" fail" in each for each in plan.assumptions) and fails(source):
        return None
    if actual.stuck:
        return "never ends"
    if actual.error != expected.error:
        return f"error: expected {expected.error}, got {actual.error}"
    if actual.printed != expected.printed:
        return f"printed: expected {expected.printed!r}, got {actual.printed!r}"
    if actual.left_over != expected.left_over:
        return f"{actual.left_over} tasks left, expected {expected.left_over}"
    if actual == expected:
        return f"lost: {actual.lost}"
    return f"bindings: {parts(expected.bindings, actual.bindings)}"


def _may_err_otherwise(plan: Plan) -> bool:
    return bool(plan.assumptions) and plan.strategy not in EXACT_ERRORS


def parts(expected: Any, actual: Any) -> list[object]:
    """Return what differs between two likenesses."""
    left, right = dict(expected), dict(actual)
    return [
        (key, left.get(key), right.get(key))
        for key in (*(left.keys() ^ right.keys()), *left)
        if left.get(key) != right.get(key)
    ][:4]


def fails(source: str) -> bool:
    """Whether anything raises while the program runs as written, handled or not."""
    seen: list[type] = []

    def watch(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename not in {CELL, FILENAME}:
            return None
        if event == "exception" and not issubclass(argument[0], ORDINARY):
            seen.append(argument[0])
        return watch

    previous = sys.gettrace()
    sys.settrace(watch)
    try:
        run(source, Schedule("as written", 0))
    finally:
        sys.settrace(previous)
    return bool(seen)
