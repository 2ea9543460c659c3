"""Calls: which code a call runs, and running it abstractly with the arguments it gets."""

import ast
import functools
import types
from typing import cast

from perfmagic.analysis import live, sources
from perfmagic.analysis.attributes import NOT_IMPORTED
from perfmagic.analysis.busy_flags import occupy_receivers
from perfmagic.analysis.construction import construct
from perfmagic.analysis.kinds import is_users, kind_of, lookup, method_names, names_for
from perfmagic.analysis.machine import (
    MAX_DEPTH,
    Callee,
    Frame,
    Machine,
    Trace,
    in_cell,
    module_scope,
    note_callee,
)
from perfmagic.analysis.memory import (
    ELEMENTS,
    attribute_key,
    change,
    is_exact,
    kind_label,
    look,
    name_it,
    new,
    site_of,
    store,
    stored,
)
from perfmagic.analysis.natives import call_native, unknown_call
from perfmagic.analysis.scopes import Scope, names_of
from perfmagic.analysis.values import (
    DATA,
    NEVER,
    NONE,
    SCALAR,
    UNKNOWN,
    Arguments,
    Atom,
    Class,
    Fresh,
    Function,
    Live,
    Method,
    Native,
    Pending,
    Unknown,
    Value,
    join,
    just,
)
from perfmagic.analysis.wrappers import call_cached, call_fresh_partial, call_partial

_DESCRIPTORS = (types.WrapperDescriptorType, types.MethodDescriptorType, types.ClassMethodDescriptorType)
_MAX_SAME = 4


def call(machine: Machine, node: ast.AST, callee: Value, arguments: Arguments) -> Value:
    """Return what calling any of the values gives; everything the call does is recorded at the node."""
    if not callee:
        return NEVER
    value = join(*(_call(machine, node, atom, arguments) for atom in callee))
    if id(node) in machine.cell_nodes:
        machine.traces.setdefault(id(node), Trace()).given.update(value)
    return value


def _call(machine: Machine, node: ast.AST, atom: Atom, arguments: Arguments) -> Value:
    match atom:
        case Function():
            return _call_function(machine, node, atom, arguments)
        case Method():
            return (
                _call(machine, node, atom.function, arguments.after(just(atom.receiver)))
                if not isinstance(atom.function, Live)
                else _call_live(
                    machine, node, atom.function, arguments.after(just(atom.receiver)), atom.receiver
                )
            )
        case Class():
            return construct(machine, node, atom, arguments)
        case Live():
            return _call_live(machine, node, atom, arguments, None)
        case Native():
            return call_native(machine, node, atom, arguments)
        case Fresh():
            return _call_instance(machine, node, atom, arguments)
        case Unknown():
            what = _text(machine, node) or atom.reason
            module = atom.reason.removeprefix(NOT_IMPORTED) if atom.reason.startswith(NOT_IMPORTED) else ""
            return unknown_call(machine, node, what, arguments, module=module)
        case _:
            return NEVER


def _text(machine: Machine, node: ast.AST) -> str | None:
    """Return the text of a call of the cell, if it is short."""
    if not isinstance(node, ast.Call) or id(node) not in machine.cell_nodes:
        return None
    text = ast.unparse(node.func)
    return f"{text}()" if len(text) <= _MAX_TEXT else None


_MAX_TEXT = 60
_COMPILED = "cython_function_or_method"
"""Name of the type of functions that Cython made; each extension module has a type of its own."""


def _call_live(
    machine: Machine, node: ast.AST, atom: Live, arguments: Arguments, receiver: Atom | None
) -> Value:
    value = atom.value
    if type(value) is types.FunctionType:
        return _call_live_function(machine, node, value, arguments, receiver)
    if type(value) is types.MethodType:
        if type(value.__func__).__name__ == _COMPILED:  # numpy.random.rand and its like
            compiled = cast("types.BuiltinFunctionType", value)
            return call_native(machine, node, _builtin(machine, compiled), arguments)
        bound = Method(
            name_it(machine, value.__self__, "its object"), name_it(machine, value.__func__, "method")
        )
        return _call(machine, node, bound, arguments)
    if is_exact(value, (types.BuiltinFunctionType, types.MethodWrapperType)):
        return call_native(
            machine, node, _builtin(machine, cast("types.BuiltinFunctionType", value)), arguments
        )
    if is_exact(value, _DESCRIPTORS):
        owner = cast("types.MethodDescriptorType", value)
        return _call_descriptor(machine, node, owner.__objclass__, owner.__name__, arguments)
    if live.is_class(value):
        return construct(machine, node, atom, arguments)
    if type(value).__name__ == _COMPILED:
        compiled = cast("types.BuiltinFunctionType", value)
        return _call_compiled(machine, node, compiled, arguments, receiver)
    return _call_wrapper(machine, node, atom, arguments)


def _call_compiled(
    machine: Machine,
    node: ast.AST,
    value: types.BuiltinFunctionType,
    arguments: Arguments,
    receiver: Atom | None,
) -> Value:
    """Call a function that Cython made: a method by the class of its receiver, any other by its public name."""
    public = ".".join(part for part in str(value.__module__).split(".") if not part.startswith("_"))
    name = f"{public}.{value.__qualname__}"
    kind = kind_of(receiver) if receiver is not None else None
    if kind is None:
        return call_native(machine, node, Native((name,)), arguments)
    names = (*(f"{each}.{value.__name__}" for each in names_for(kind)), name)
    return call_native(machine, node, Native(names, receiver), arguments.rest_after_first())


def _call_wrapper(machine: Machine, node: ast.AST, atom: Live, arguments: Arguments) -> Value:
    value = atom.value
    if type(value) is functools.partial:
        return call_partial(machine, node, cast("functools.partial[object]", value), arguments)
    if is_exact(value, (staticmethod, classmethod)):
        inner = cast("staticmethod[..., object]", value).__func__
        return call(machine, node, just(name_it(machine, inner, "function")), arguments)
    if live.qualified_name(type(value)) == "functools._lru_cache_wrapper":
        return call_cached(machine, node, atom, arguments)
    return _call_instance(machine, node, atom, arguments)


def _call_live_function(
    machine: Machine, node: ast.AST, value: types.FunctionType, arguments: Arguments, receiver: Atom | None
) -> Value:
    function = live_function(machine, value)
    if function is not None:
        return _call_function(machine, node, function, arguments)
    code = value.__code__
    module = value.__globals__.get("__name__")
    if f"{module}.{code.co_qualname}" in _CONTEXT_MANAGERS and value.__closure__:
        inner = name_it(machine, value.__closure__[0].cell_contents, "context manager")
        return call(machine, node, just(inner), arguments)
    if f"{module}.{code.co_qualname}" == _DISPATCHER:
        return join(*(call(machine, node, each, arguments) for each in _versions(machine, value)))
    if sources.is_library(code.co_filename):
        kind = kind_of(receiver) if receiver is not None else None
        if kind is not None:
            names = (*method_names(kind, code.co_name, value), f"{module}.{code.co_qualname}")
            return call_native(machine, node, Native(names, receiver), arguments.rest_after_first())
        return call_native(machine, node, Native((f"{module}.{code.co_qualname}",)), arguments)
    if code.co_filename == "<string>" and receiver is not None and code.co_name in _GENERATED:
        look(machine, node, receiver)
        return SCALAR
    return unknown_call(machine, node, f"{code.co_name}(), whose source is not available", arguments)


_CONTEXT_MANAGERS = (
    "contextlib.contextmanager.<locals>.helper",
    "contextlib.asynccontextmanager.<locals>.helper",
)
_DISPATCHER = "functools.singledispatch.<locals>.wrapper"


def _versions(machine: Machine, value: types.FunctionType) -> list[Value]:
    """Return the functions among which a ``functools.singledispatch`` function chooses."""
    registry = (live.instance_dict(value) or {}).get("registry")
    if type(registry) is not types.MappingProxyType:
        return [UNKNOWN]
    found = cast("types.MappingProxyType[type, object]", registry)
    return [just(name_it(machine, each, value.__name__)) for each in found.values()]


_GENERATED = ("__repr__", "__eq__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__")


def live_function(machine: Machine, value: types.FunctionType) -> Function | None:
    """Return a live function of the user with its source, scope and defaults; ``None`` if it has no source."""
    if id(value) in machine.functions:
        return machine.functions[id(value)]
    node = sources.function_node(value.__code__)
    function = None
    if node is not None:
        scope = module_scope(machine, value.__globals__)
        cells = dict(zip(value.__code__.co_freevars, value.__closure__ or (), strict=False))
        if cells:
            scope = Scope(number=("cells", id(value)), sort="cells", parent=scope, cells=cells)
        function = Function(node, scope, _live_defaults(machine, value), value.__code__.co_name, live=value)
    machine.functions[id(value)] = function
    return function


def _live_defaults(machine: Machine, value: types.FunctionType) -> dict[str, Value]:
    code = value.__code__
    defaults = value.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount][code.co_argcount - len(defaults) :]
    pairs = [*zip(names, defaults, strict=True), *(value.__kwdefaults__ or {}).items()]
    return {name: just(name_it(machine, each, f"default {name} of {code.co_name}")) for name, each in pairs}


def _builtin(machine: Machine, value: types.BuiltinFunctionType) -> Native:
    owner = value.__self__
    if owner is None or type(owner) is types.ModuleType:
        module = vars(owner).get("__name__") if type(owner) is types.ModuleType else value.__module__
        public = value.__module__
        known = (f"{public}.{value.__name__}", f"{module}.{value.__name__}")
        return Native(known if type(public) is str else known[1:])
    atom = name_it(machine, owner, "its object")
    if live.is_class(owner):
        return Native(
            tuple(f"{live.qualified_name(each)}.{value.__name__}" for each in live.mro(cast("type", owner))),
            atom,
        )
    kind = kind_of(atom)
    names = names_for(kind) if kind is not None else ()
    return Native(tuple(f"{each}.{value.__name__}" for each in names), atom)


def _call_descriptor(machine: Machine, node: ast.AST, owner: type, name: str, arguments: Arguments) -> Value:
    names = tuple(f"{live.qualified_name(each)}.{name}" for each in live.mro(owner))
    receivers = arguments.positional[0] if arguments.positional else arguments.rest
    rest = arguments.rest_after_first()
    return join(*(call_native(machine, node, Native(names, each), rest) for each in receivers))


def _call_instance(machine: Machine, node: ast.AST, atom: Live | Fresh, arguments: Arguments) -> Value:
    kind = kind_of(atom)
    if kind is None or kind == DATA:
        return NEVER
    if kind == "functools.partial":
        return call_fresh_partial(machine, node, atom, arguments)
    if kind == "functools._lru_cache_wrapper":
        look(machine, node, atom)
        change(machine, node, atom)
        return call(machine, node, stored(machine, atom, attribute_key("__wrapped__")), arguments)
    found = None if isinstance(kind, str) else lookup(machine, kind, "__call__")
    if found is not None and not all(
        isinstance(each, Live) and is_exact(each.value, _DESCRIPTORS) for each in found[1]
    ):
        look(machine, node, atom)
        return call(machine, node, frozenset(Method(atom, each) for each in found[1]), arguments)
    names = method_names(kind, "__call__")
    if isinstance(atom, Live) and not (isinstance(kind, Live) and is_users(kind.value)):
        module, name = getattr(atom.value, "__module__", None), getattr(atom.value, "__name__", None)
        if type(module) is str and type(name) is str:  # a function in C that is of a class of its own
            return call_native(machine, node, Native((f"{module}.{name}", *names)), arguments)
    return call_native(machine, node, Native(names, atom), arguments)


def _call_function(machine: Machine, node: ast.AST, function: Function, arguments: Arguments) -> Value:
    names = names_of(function.node)
    asynchronous = isinstance(function.node, ast.AsyncFunctionDef)
    label = _label(function)
    note_callee(
        machine, node, Callee(kind="user", label=label, blocking=not asynchronous, awaits=asynchronous)
    )
    if not asynchronous and not names.yields:
        return _run(machine, node, function, arguments)
    sort = "asyncgen" if asynchronous and names.yields else "coroutine" if asynchronous else "generator"

    def run(place: ast.AST) -> Value:
        return _run(machine, place, function, arguments)

    origin = () if sort == "coroutine" else site_of(machine, node, "elements")
    return just(Pending(sort, run, label, node, origin))


def _label(function: Function) -> str:
    return function.name if function.owner is None else f"{kind_label(function.owner)}.{function.name}"


def _run(machine: Machine, node: ast.AST, function: Function, arguments: Arguments) -> Value:
    """Run the body of a function; effects go to the node that runs it."""
    values = arguments.all()
    same = [frame for frame in machine.frames if frame.function == function]
    for frame in same:
        if frame.arguments == values:
            frame.recursive = True
            return frozenset(frame.returns | frame.yields)
    if len(same) >= _MAX_SAME or len(machine.frames) > MAX_DEPTH:
        reason = f"line {machine.line(node)}: {function.name}() calls itself deeper than is followed"
        machine.barrier(node, reason)
        return UNKNOWN
    if in_cell(machine, function.node):
        machine.called.setdefault(id(function.node), []).append((node, values))
    scope = Scope(
        number=(*site_of(machine, function.node), id(node)),
        sort="function",
        names=names_of(function.node),
        parent=function.scope,
        cells={},
    )
    frame = Frame(
        scope=scope,
        in_cell=in_cell(machine, function.node),
        function=function,
        call_node=node,
        arguments=values,
    )
    with machine.activation(frame):
        _bind_parameters(machine, node, function, arguments, scope)
        occupy_receivers(machine, function.node, arguments.positional[0] if arguments.positional else NEVER)
        _run_body(machine, function, frame)
    return frozenset(frame.yields) if names_of(function.node).yields else frozenset(frame.returns)


def _run_body(machine: Machine, function: Function, frame: Frame) -> None:
    node = function.node
    for _ in range(3):
        before = len(frame.returns)
        if isinstance(node, ast.Lambda):
            frame.returns.update(machine.evaluate(machine, node.body))
        else:
            machine.execute(machine, node.body)
            frame.returns.update(NONE)
        if not frame.recursive or len(frame.returns) == before:
            return
    machine.barrier(node, f"the result of {function.name}() does not settle")


def _bind_parameters(
    machine: Machine, node: ast.AST, function: Function, arguments: Arguments, scope: Scope
) -> None:
    spec = function.node.args
    ordered = [*spec.posonlyargs, *spec.args]
    taken: set[str] = set()
    for index, each in enumerate(ordered):
        value = arguments.positional[index] if index < len(arguments.positional) else None
        machine.names.put((scope.number, each.arg), _parameter(function, arguments, each.arg, value))
        taken.add(each.arg)
    for each in spec.kwonlyargs:
        machine.names.put((scope.number, each.arg), _parameter(function, arguments, each.arg, None))
        taken.add(each.arg)
    if spec.vararg is not None:
        rest = new(machine, node, "builtins.tuple", "*args")
        for value in (*arguments.positional[len(ordered) :], arguments.rest):
            store(machine, rest, ELEMENTS, value)
        machine.names.put((scope.number, spec.vararg.arg), just(rest))
    if spec.kwarg is not None:
        extra = new(machine, node, "builtins.dict", "**kwargs")
        for name, value in arguments.keywords.items():
            if name not in taken:
                store(machine, extra, ELEMENTS, value)
        store(machine, extra, ELEMENTS, arguments.rest)
        machine.names.put((scope.number, spec.kwarg.arg), just(extra))


def _parameter(function: Function, arguments: Arguments, name: str, positional: Value | None) -> Value:
    if positional is not None:
        return positional
    value = arguments.keywords.get(name)
    if value is None:
        value = function.defaults.get(name, NEVER)
        return join(value, arguments.rest) if arguments.starred else value
    return value
