"""Rules for the built-in functions and containers that a plain model cannot describe."""

import ast
from collections.abc import Callable, Mapping

from perfmagic.analysis.effects import Kind, Location
from perfmagic.analysis.hints import DYNAMIC
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import (
    ELEMENTS,
    KEYS,
    VIEWED,
    change,
    element,
    is_exact,
    keys,
    look,
    new,
    site_of,
    store,
)
from perfmagic.analysis.models.model import Model
from perfmagic.analysis.one_pass import consume_pending
from perfmagic.analysis.operators import await_all, iterate, iterate_atom, read_deep, run_hooks
from perfmagic.analysis.values import (
    NEVER,
    NONE,
    SCALAR,
    UNKNOWN,
    Arguments,
    Const,
    Fresh,
    Function,
    Live,
    Method,
    Native,
    Pending,
    Value,
    join,
    just,
)

_SINGLE_ELEMENT = frozenset(
    {"builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "collections.deque"}
)


def _print(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    read_deep(machine, node, arguments.positional)
    target = arguments.keywords.get("file")
    if target is not None:
        for atom in target:
            change(machine, node, atom)
    return NONE


def _len(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    for value in arguments.all():
        for atom in value:
            look(machine, node, atom)
            run_hooks(machine, node, atom, ("__len__",), Arguments())
    return SCALAR


def _choose(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``min`` and ``max``: one of the elements or arguments."""
    read_deep(machine, node, arguments.all())
    given = arguments.positional
    found = join(*(iterate(machine, node, value) for value in given)) if len(given) == 1 else join(*given)
    _call_each(machine, node, arguments.keywords.get("key", NEVER), found)
    return join(found, arguments.keywords.get("default", NEVER), arguments.rest)


def _call_each(machine: Machine, node: ast.AST, function: Value, elements: Value) -> Value:
    callable_ = frozenset(each for each in function if not isinstance(each, Const))
    return machine.call(machine, node, callable_, Arguments(positional=(elements,))) if callable_ else NEVER


def _container(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """A new container of the elements of its arguments (``list(x)``, ``sorted(x)``, ``dict(a, b=1)``, ``a.union(b)``)."""
    fresh = new(machine, node, model.option, native.names[0])
    sources = [*arguments.positional, arguments.rest]
    if native.receiver is not None and not (
        isinstance(native.receiver, Live) and isinstance(native.receiver.value, type)
    ):
        sources.append(just(native.receiver))
    if native.names[0].endswith(".fromkeys"):
        store(machine, fresh, ELEMENTS, arguments.get(1) or NONE)
        sources = sources[:1]
    for value in sources:
        for atom in value:
            _pour(machine, node, atom, fresh)
    for name, value in arguments.keywords.items():
        if name == "key":
            _call_each(machine, node, value, element(machine, fresh))
        else:
            store(machine, fresh, ("[]", Const(name)), value)
            store(machine, fresh, KEYS, SCALAR)
    if model.option != "builtins.range":
        read_deep(machine, node, [element(machine, fresh)])
    else:
        store(machine, fresh, ELEMENTS, SCALAR)
    return just(fresh)


def _pour(machine: Machine, node: ast.AST, atom: object, fresh: Fresh) -> None:
    if isinstance(atom, Function | Method):
        if fresh.kind in _SINGLE_ELEMENT:
            machine.call(
                machine, node, just(atom), Arguments(rest=join(element(machine, fresh), SCALAR), starred=True)
            )
        return
    if not isinstance(atom, Live | Fresh | Pending | Const):
        items = iterate(machine, node, frozenset((atom,))) if atom is not None else NEVER  # type: ignore[arg-type]
        store(machine, fresh, ELEMENTS, items)
        return
    items = iterate_atom(machine, node, atom)
    if fresh.kind in _SINGLE_ELEMENT or not isinstance(atom, Live | Fresh):
        store(machine, fresh, ELEMENTS, items)
        return
    store(machine, fresh, ELEMENTS, element(machine, atom))
    store(machine, fresh, KEYS, items)


def _iter(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``iter(x)``: an object that gives the elements; making one from an iterator consumes nothing."""
    value = arguments.get(0) or NEVER
    if all(isinstance(atom, Pending) for atom in value):
        return value
    fresh = new(machine, node, "builtins.iterator", "iter")
    for atom in value:
        store(machine, fresh, ELEMENTS, iterate_atom(machine, node, atom))
    return just(fresh)


def _next(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    value = just(native.receiver) if native.receiver is not None else arguments.get(0) or NEVER
    results: list[Value] = [arguments.get(1) or NEVER] if native.receiver is None else []
    for atom in value:
        if isinstance(atom, Fresh):
            change(machine, node, atom)
        if isinstance(atom, Pending):
            consume_pending(machine, node, atom)
        step = run_hooks(machine, node, atom, ("__next__", "__anext__"), Arguments())
        results.append(iterate_atom(machine, node, atom) if step is None else step)
    found = join(*results)
    if native.names[0].endswith(("anext", "asend", "__anext__")):
        return just(Pending("coroutine", lambda place: _awaited(machine, place, found), "anext", node))
    return found


def _awaited(machine: Machine, node: ast.AST, value: Value) -> Value:
    pending = frozenset(each for each in value if isinstance(each, Pending))
    return join(value - pending, await_all(machine, node, pending)) if pending else value


def _lazily(machine: Machine, node: ast.AST, run: Callable[[ast.AST], Value], label: str) -> Pending:
    return Pending("generator", run, label, node, site_of(machine, node, "elements"))


def _chain(machine: Machine, node: ast.AST, _model: Model, native: Native, arguments: Arguments) -> Value:
    """The functions of `itertools`: what they give may be their arguments, elements of these, or tuples of either."""

    def run(place: ast.AST) -> Value:
        given = join(*arguments.all())
        elements = join(*(iterate(machine, place, value) for value in arguments.all()), given)
        functions = frozenset(each for each in given if isinstance(each, Function | Method | Native))
        called = (
            machine.call(machine, place, functions, Arguments(rest=elements, starred=True))
            if functions
            else NEVER
        )
        several = new(machine, place, "builtins.tuple", "itertools")
        store(machine, several, ELEMENTS, join(elements, called))
        return join(elements, called, just(several), SCALAR)

    return just(_lazily(machine, node, run, native.names[0].rpartition(".")[2]))


def _map(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    def run(place: ast.AST) -> Value:
        elements = tuple(
            iterate(machine, place, value) for value in (*arguments.positional[1:], arguments.rest)
        )
        function = arguments.get(0) or NEVER
        given = frozenset(each for each in function if not isinstance(each, Const))
        called = machine.call(machine, place, given, Arguments(positional=elements))
        return join(*elements) if model.option == "filter" else called

    return just(_lazily(machine, node, run, model.option or "map"))


def _zip(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    def run(place: ast.AST) -> Value:
        elements = [
            iterate(machine, place, value) for value in (*arguments.positional, arguments.rest) if value
        ]
        if model.option == "single":
            return elements[0] if elements else NEVER
        pair = new(machine, place, "builtins.tuple", "zip")
        if model.option == "enumerate":
            elements = [SCALAR, elements[0] if elements else NEVER]
        for index, value in enumerate(elements):
            store(machine, pair, ("[]", Const(index)), value)
        return just(pair)

    return just(_lazily(machine, node, run, model.option or "zip"))


def _item(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``dict.get``, ``setdefault`` and ``pop``."""
    key, default = arguments.get(0), arguments.get(1, "default")
    read_deep(machine, node, [key or NEVER])
    atom = native.receiver
    if not isinstance(atom, Live | Fresh):
        return UNKNOWN
    look(machine, node, atom)
    if model.option != "get":
        change(machine, node, atom)
    if model.option == "setdefault" and default is not None:
        store(machine, atom, ELEMENTS, default)
        store(machine, atom, KEYS, key or NEVER)
    return join(element(machine, atom, key), default if default is not None else NONE)


def _view(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``dict.items()`` and its kin: who looks into the view looks into the dict."""
    atom = native.receiver
    if not isinstance(atom, Live | Fresh):
        return UNKNOWN
    look(machine, node, atom)
    fresh = new(machine, node, "builtins.tuple", model.option)
    store(machine, fresh, VIEWED, just(atom))
    known = keys(machine, atom) if not isinstance(atom, Live) or is_exact(atom.value, (dict,)) else SCALAR
    if model.option == "keys":
        store(machine, fresh, ELEMENTS, known)
    elif model.option == "values":
        store(machine, fresh, ELEMENTS, element(machine, atom))
    else:
        pair = new(machine, node, "builtins.tuple", "item")
        store(machine, pair, ("[]", Const(0)), known)
        store(machine, pair, ("[]", Const(1)), element(machine, atom))
        store(machine, fresh, ELEMENTS, just(pair))
    return just(fresh)


def _defaultdict(
    machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments
) -> Value:
    fresh = new(machine, node, "collections.defaultdict", "defaultdict")
    factory = arguments.get(0) or NEVER
    given = frozenset(each for each in factory if not isinstance(each, Const))
    store(machine, fresh, ELEMENTS, machine.call(machine, node, given, Arguments()) if given else NEVER)
    store(machine, fresh, KEYS, SCALAR)
    for value in arguments.positional[1:]:
        for atom in value:
            if isinstance(atom, Live | Fresh):
                store(machine, fresh, ELEMENTS, element(machine, atom))
    return just(fresh)


def _open(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    read_deep(machine, node, arguments.all())
    position = 0 if model.option == "method" else 1
    mode = arguments.get(position, "mode")
    reads = mode is None or (
        len(mode) == 1
        and all(
            isinstance(each, Const) and type(each.value) is str and not set(each.value) & set("wax+")
            for each in mode
        )
    )
    location = Location(Kind.FILE, "files", "files")
    machine.read(node, location)
    if not reads:
        machine.write(node, location)
        line = machine.line(node)
        machine.hazard(node, "outside", f"line {line} opens a file for writing", "open()")
    return just(new(machine, node, "perfmagic.ReadFile" if reads else "_io.TextIOWrapper", "open"))


def _dump(machine: Machine, node: ast.AST, _model: Model, native: Native, arguments: Arguments) -> Value:
    """``json.dump``: everything in the object, into a file, which may be an object of the user."""
    target = arguments.get(1, "fp") or NEVER
    read_deep(machine, node, [arguments.get(0, "obj") or NEVER])
    location = Location(Kind.FILE, "files", "files")
    machine.read(node, location)
    machine.write(node, location)
    for atom in target:
        if run_hooks(machine, node, atom, ("write",), Arguments(positional=(SCALAR,))) is None:
            change(machine, node, atom)
    for name in ("default", "cls"):
        given = frozenset(each for each in arguments.keywords.get(name, NEVER) if not isinstance(each, Const))
        if given:
            machine.call(machine, node, given, Arguments(rest=UNKNOWN, starred=True))
    if not all(isinstance(atom, Live | Fresh) for atom in target):
        machine.call(machine, node, UNKNOWN, arguments)
    return NONE


def _unknown(machine: Machine, node: ast.AST, _model: Model, native: Native, arguments: Arguments) -> Value:
    """An object that calls code that is not known."""
    receiver = just(native.receiver) if native.receiver is not None else NEVER
    return machine.call(machine, node, UNKNOWN, arguments.after(receiver))


def _dynamic(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``exec``, ``globals()`` and what else may do anything to the namespace."""
    line = machine.line(node)
    machine.barrier(node, f"line {line} uses {model.option}, which may read or change any name", DYNAMIC)
    machine.hazard(
        node, "dynamic", f"line {line} uses {model.option}, which may change any name", model.option
    )
    read_deep(machine, node, arguments.all())
    return UNKNOWN


def _dir(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``dir(x)`` reads an object, ``dir()`` all names."""
    if not arguments.all():
        return _dynamic(machine, node, model, native, arguments)
    read_deep(machine, node, arguments.all())
    names = new(machine, node, "builtins.list", "names")
    store(machine, names, ELEMENTS, SCALAR)
    return just(names)


BUILTIN_HANDLERS: Mapping[str, Callable[[Machine, ast.AST, Model, Native, Arguments], Value]] = {
    "print": _print,
    "len": _len,
    "choose": _choose,
    "container": _container,
    "iter": _iter,
    "next": _next,
    "map": _map,
    "zip": _zip,
    "chain": _chain,
    "item": _item,
    "view": _view,
    "defaultdict": _defaultdict,
    "open": _open,
    "dynamic": _dynamic,
    "dir": _dir,
    "dump": _dump,
    "unknown": _unknown,
}
