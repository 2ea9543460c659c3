"""Which calls give the same in another process: what they touch, what their code says, what is sent and what comes back.

A process works on copies. So a call may write nothing that was there before, read nothing that belongs to this process, and give
nothing whose identity matters. What is not known forbids it.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.effects import Effects, Kind, Location
from perfmagic.analysis.loop_checks import stored_names
from perfmagic.analysis.machine import Callee
from perfmagic.analysis.scopes import CELL
from perfmagic.analysis.statements import Operation
from perfmagic.analysis.values import Atom, Class, Fresh, Function, Live, Pending, Unknown
from perfmagic.strategies.process_code import goes_through_a_set, is_cheap, own_to_a_process
from perfmagic.strategies.process_modules import changed_setting, patched, read_otherwise
from perfmagic.strategies.process_values import PLAIN, UNPICKLABLE, brought_along, misfit

IN_THREADS = "threads overlaps calls that wait"
PLAIN_DATA = "make it a function of your own that gives plain data"
KEEP = "give the call what it needs as arguments, and let it return what it makes"

TAKEN = frozenset({"self", "fn"})
"""Names of the own parameters of ``submit``."""

STAYING = {
    Kind.RANDOM: "reads a stream of random numbers, and another process has its own",
    Kind.ENVIRONMENT: "reads the environment or the working directory, and another process has its own",
    Kind.CONTEXT: "depends on context variables, which do not go to another process",
    Kind.TASK: "depends on the task it runs in",
    Kind.LOOP: "uses a primitive of the event loop",
    Kind.EXCLUSIVE: "uses a connection, which cannot go to another process",
    Kind.EXTERNAL: "uses an outside resource, whose connection cannot go to another process",
}
"""Kinds of locations that another process does not share, read or written."""

CHANGED = {
    Kind.STDOUT: "prints, and what another process prints is not seen here",
    Kind.FILE: "writes a file, beside what this process and the other ones write",
    Kind.CLOCK: "sets the pace of the cell",
}


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a call stays in this process; the fields are those of a `Refusal`."""

    kind: str
    reason: str
    hint: str | None = None


def unfit(analysis: Analysis, operation: Operation, moved: Sequence[ast.AST] = ()) -> Unfit | None:
    """Return why an operation must not run in another process, ``None`` if it may.

    Parameters
    ----------
    moved
        Statements that would run there too.
    """
    line, node = operation.lines[0], operation.node
    effects = analysis.effects
    callee = effects.callee(node)
    entered = effects.entered(node)
    if any(each.arg in TAKEN for each in getattr(node, "keywords", ())):
        return Unfit(
            "syntax",
            f"line {line}: submit() of a pool takes an argument of that name itself",
            "pass it by position",
        )
    if not moved and any(isinstance(each, ast.GeneratorExp) for each in ast.iter_child_nodes(node)):
        return Unfit("effect", f"line {line}: a generator cannot go to another process", "make it a list")
    if callee.awaits or not (entered if callee.kind == "user" else _is_library_code(callee, entered)):
        return Unfit("unknown", f"line {line}: what {callee.label} does cannot be seen", None)
    if entered and is_cheap(entered):
        return Unfit(
            "nothing",
            f"line {line}: {callee.label}() does too little by itself for another process",
            IN_THREADS,
        )
    touched = effects.own(node)
    own = effects.private_to(node, *moved)
    names = {name for each in moved for name in stored_names(each)}
    for each in moved:
        touched |= effects.of(each)
        own |= {place for place in touched.writes if place.kind is Kind.NAME and place.label in names}
    kept = _effect(touched, own, f"line {line}: {callee.label}()")
    if kept is not None:
        return kept
    return next(_of_code(analysis, operation, entered, touched), None) or _of_result(analysis, operation)


def _is_library_code(callee: Callee, entered: Sequence[Function]) -> bool:
    """Whether a call runs nothing but a function of a library that computes, none of the user's that it is given."""
    return callee.kind == "modelled" and callee.computes and not entered


def _effect(touched: Effects, own: frozenset[Location], name: str) -> Unfit | None:
    if touched.barriers:
        return Unfit(
            "unknown",
            f"{name} may do what is not known: {touched.barriers[0].reason}",
            touched.barriers[0].hint,
        )
    for location in _ordered(touched.reads | touched.writes):
        if location.kind in STAYING:
            return Unfit("effect", f"{name} {STAYING[location.kind]}", None)
    for location in _ordered(touched.writes - own):
        if location.kind in CHANGED:
            return Unfit("effect", f"{name} {CHANGED[location.kind]}", None)
        return Unfit(
            "effect", f"{name} changes {location.label!r}, and another process has a copy of it", KEEP
        )
    return None


def _ordered(locations: frozenset[Location]) -> list[Location]:
    return sorted(locations, key=lambda each: (each.kind.value, each.label))


def _of_code(
    analysis: Analysis, operation: Operation, entered: Sequence[Function], touched: Effects
) -> Iterator[Unfit]:
    """Yield what the text of the entered functions, and the objects that go with them, say against another process."""
    line, label = operation.lines[0], analysis.effects.callee(operation.node).label
    sets = _known_sets(analysis, operation, touched)
    setting = changed_setting(entered) or patched(touched)
    if setting is not None:
        yield Unfit("effect", f"line {line}: {label}() {setting}", KEEP)
    for function in entered:
        what = own_to_a_process(function)
        if what is not None:
            yield Unfit("effect", f"line {line}: {function.name}() {what}", None)
        if goes_through_a_set(function, sets):
            reason = f"line {line}: {function.name}() goes through a set, whose order is another one in another process"
            yield Unfit("effect", reason, "sort it: sorted(...)")
        other = read_otherwise(function, touched)
        if other is not None:
            yield Unfit("effect", f"line {line}: {function.name}() {other}", KEEP)
    found = misfit({**_sent(analysis, operation, touched), **_functions(entered)})
    if found is not None:
        reason = f"line {line}: {found.label} goes with {label}() to another process, and {found.why}"
        yield Unfit("effect", reason, "make it inside the function")


def _sent(analysis: Analysis, operation: Operation, touched: Effects) -> dict[str, object]:
    """Return the live objects that a call refers to by name, in its arguments or in its code."""
    names = {each.id for each in ast.walk(operation.node) if isinstance(each, ast.Name)}
    names |= {each.label for each in touched.reads if _is_global(each)}
    bound = analysis.effects.bound_names
    return {
        name: analysis.namespace[name]
        for name in sorted(names)
        if name in analysis.namespace and name not in bound
    }


def _is_global(location: Location) -> bool:
    """Whether a location is a name of the notebook."""
    return location.kind is Kind.NAME and location.key == (CELL, location.label)


def _functions(entered: Sequence[Function]) -> dict[str, object]:
    return {each.name: each.live for each in entered if each.live is not None}


def _known_sets(analysis: Analysis, operation: Operation, touched: Effects) -> frozenset[str]:
    """Return the names by which the called code knows sets of the notebook: globals, and parameters that get one."""
    sets = {
        name
        for name, value in _sent(analysis, operation, touched).items()
        if isinstance(value, set | frozenset)
    }
    call = operation.node
    entered = analysis.effects.entered(call)
    if isinstance(call, ast.Call) and entered:
        spec = entered[0].node.args
        ordered = [each.arg for each in (*spec.posonlyargs, *spec.args)]
        pairs = [*zip(ordered, call.args, strict=False), *((each.arg, each.value) for each in call.keywords)]
        sets |= {
            name
            for name, value in pairs
            if name is not None and isinstance(value, ast.Name) and value.id in sets
        }
    return frozenset(sets)


def _of_result(analysis: Analysis, operation: Operation) -> Unfit | None:
    """Return what the call gives that must not, or cannot, come back as a copy."""
    line, node = operation.lines[0], operation.node
    label = analysis.effects.callee(node).label
    inside = {id(each) for each in ast.walk(node)}
    for atom in sorted(analysis.effects.given(node), key=lambda each: type(each).__name__):
        what = _foreign(atom, inside)
        if what is not None:
            hint = "return plain data, or define the class in a module" if "brings" in what else PLAIN_DATA
            return Unfit("effect", f"line {line}: {label}() gives {what}", hint)
    return None


def _foreign(atom: Atom, inside: set[int]) -> str | None:
    """Say what is wrong with an object that would come back, ``None`` if nothing is."""
    match atom:
        case Pending():
            return f"a {atom.sort}, which cannot be pickled"
        case Function() | Class():
            return "a function or a class, and another process would give a copy of it"
        case Live(value=value):
            shared = not isinstance(value, (*PLAIN, type))
            return (
                "an object that is there already, and another process would give a copy of it"
                if shared
                else None
            )
        case Fresh(site=site) if inside.isdisjoint(_numbers(site)):
            return "an object that it is given, and another process would give a copy of it"
        case Fresh(kind=kind):
            return _of_kind(kind)
        case _:
            return None


def _numbers(site: tuple[object, ...]) -> set[int]:
    return {each for each in site if isinstance(each, int)}


def _of_kind(kind: Live | Class | str) -> str | None:
    if isinstance(kind, str):
        return f"a {kind.rpartition('.')[2]}, which cannot be pickled" if kind in UNPICKLABLE else None
    if isinstance(kind, Class):
        return _of_new_class(kind)
    why = brought_along(kind.value) if isinstance(kind.value, type) else None
    return None if why is None else f"an object that brings its class along, and {why}"


def _of_new_class(kind: Class) -> str | None:
    """Classes that the cell makes anew have methods that may refer to anything in it."""
    methods = [each for each in kind.node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
    plain = (
        not methods
        and not kind.node.bases
        and all(isinstance(each, ast.AnnAssign | ast.Pass | ast.Expr) for each in kind.node.body)
    )
    return (
        None if plain else f"an object that brings its class along, and {kind.node.name} is made by the cell"
    )


def gives_unknown(analysis: Analysis, operation: Operation) -> bool:
    """Whether what a call gives could share an object with what it is given, as far as the analysis sees."""
    return any(isinstance(each, Unknown) for each in analysis.effects.given(operation.node))
