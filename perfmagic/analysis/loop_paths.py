"""The way from the body of a loop to an operation inside it: what decides whether, and how often, it happens."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from perfmagic.analysis.loop_checks import Obstacle
from perfmagic.analysis.loop_forms import Clause, Test
from perfmagic.analysis.statements import Operation, inner_statements, lines_of


@dataclass(slots=True)
class Path:
    """What lies between a loop and one of its operations.

    Attributes
    ----------
    clauses
        Inner loops and conditions, from the outside in.
    before
        Plain statements that run before the operation in the same turn.
    caught
        Line of the innermost ``try`` whose handlers see an error of the operation, if any.
    skippable
        Whether an error that the loop handles may skip the operation although all conditions hold.
    """

    clauses: list[Clause] = field(default_factory=list[Clause])
    before: list[ast.stmt] = field(default_factory=list[ast.stmt])
    caught: int | None = None
    skippable: bool = False


def path_to(operation: Operation, body: Sequence[ast.stmt]) -> Path | Obstacle:
    """Return the way to an operation, or what makes it depend on more than conditions and inner loops."""
    path = Path()
    statements: Sequence[ast.stmt] | None = body
    while statements is not None:
        index = next(at for at, each in enumerate(statements) if _holds(each, operation))
        for each in statements[:index]:
            obstacle = _pass(path, each)
            if obstacle is not None:
                return obstacle
        found = _enter(path, statements[index], operation)
        if isinstance(found, Obstacle):
            return found
        statements = found
    return path


def _holds(node: ast.AST, operation: Operation) -> bool:
    return any(each is operation.node for each in ast.walk(node))


def _pass(path: Path, statement: ast.stmt) -> Obstacle | None:
    """Go past a statement in front of the operation."""
    match statement:
        case ast.If(body=[ast.Continue()], orelse=[]):
            path.clauses.append(Test(expression=statement.test, outcome=False))
        case _ if any(isinstance(each, ast.Continue) for each in _own(statement)):
            line = next(each.lineno for each in _own(statement) if isinstance(each, ast.Continue))
            reason = f"line {line} may end the iteration, and later operations must then not happen"
            return Obstacle(cause="control", reason=reason, lines=(line, line))
        case _:
            path.before.append(statement)
    path.skippable = path.skippable or path.caught is not None
    return None


def _own(statement: ast.stmt) -> list[ast.stmt]:
    """Return the statements in it that belong to the same turn of the loop."""
    found: list[ast.stmt] = []
    pending = [statement]
    while pending:
        each = pending.pop()
        found.append(each)
        if not isinstance(each, ast.For | ast.AsyncFor | ast.While | ast.FunctionDef | ast.AsyncFunctionDef):
            pending.extend(inner_statements(each))
    return found


def _enter(path: Path, statement: ast.stmt, operation: Operation) -> list[ast.stmt] | Obstacle | None:
    """Go into the statement that holds the operation; ``None`` if the operation stands in its own expressions."""
    suites = _suites(statement)
    suite = next((each for each in suites if any(_holds(part, operation) for part in each)), None)
    if suite is None:
        path.skippable = path.skippable or (
            path.caught is not None and not _comes_first(statement, operation)
        )
        return _in_turn(statement, operation)
    match statement:
        case ast.If():
            path.clauses.append(Test(expression=statement.test, outcome=suite is statement.body))
            path.skippable = path.skippable or path.caught is not None
            return suite
        case ast.For() if suite is statement.body:
            path.clauses.append(statement)
            path.skippable = path.skippable or path.caught is not None
            return suite
        case ast.Try() if suite is statement.body:
            goes_on = any(
                isinstance(each, ast.Continue) for part in statement.finalbody for each in ast.walk(part)
            )
            path.caught = statement.lineno if statement.handlers or goes_on else path.caught
            return suite
        case _:
            line = statement.lineno
            word = type(statement).__name__.lower().replace("async", "async ")
            reason = f"the {word} statement on line {line} decides whether the operation on line {operation.lines[0]} happens"
            entered = isinstance(statement, ast.AsyncWith)
            return Obstacle(cause="loop", reason=reason, lines=lines_of(statement), entered=entered)


def _suites(statement: ast.stmt) -> list[list[ast.stmt]]:
    handlers = [each.body for each in getattr(statement, "handlers", [])]
    cases = [each.body for each in getattr(statement, "cases", [])]
    own = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
    return [*own, *handlers, *cases]


def _in_turn(statement: ast.stmt, operation: Operation) -> Obstacle | None:
    if not operation.conditional:
        return None
    line = operation.lines[0]
    reason = f"the operation on line {line} does not run once each time that the statement does"
    return Obstacle(cause="loop", reason=reason, lines=lines_of(statement))


def _comes_first(statement: ast.stmt, operation: Operation) -> bool:
    """Whether nothing that may fail is evaluated in the statement before the operation."""
    value = getattr(statement, "value", None)
    if value is operation.node:
        return isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr)
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Name(), attr="append" | "add" | "extend"), args=[only]):
            return isinstance(statement, ast.Expr) and only is operation.node
        case _:
            return False
