"""Setting attributes: plainly, or by the code of a property, a descriptor or ``__setattr__``."""

import ast
import types

from perfmagic.analysis import live
from perfmagic.analysis.effects import Kind, Location
from perfmagic.analysis.kinds import Kinds, bound, is_user_code, kind_of, lookup
from perfmagic.analysis.machine import Machine, module_scope
from perfmagic.analysis.memory import (
    ANYTHING,
    attribute_key,
    change,
    is_exact,
    label_of,
    name_it,
    store,
    stored,
)
from perfmagic.analysis.sources import is_library
from perfmagic.analysis.values import (
    NEVER,
    UNKNOWN,
    Arguments,
    Atom,
    Const,
    Fresh,
    Live,
    Method,
    Native,
    Pending,
    Unknown,
    Value,
    join,
    just,
)


def put(machine: Machine, node: ast.AST, target: Value, name: str, value: Value) -> None:
    """Record what setting an attribute does, and keep the value."""
    for atom in target:
        _put(machine, node, atom, name, value)


def _put(machine: Machine, node: ast.AST, atom: Atom, name: str, value: Value) -> None:
    if isinstance(atom, Unknown | Method | Native | Pending):
        lose(machine, node, f"sets attribute {name!r} of {text_of(node)}", text_of(node))
        return
    if isinstance(atom, Live) and type(atom.value) is types.ModuleType:
        _put_module(machine, node, atom.value, name, value)
        return
    if isinstance(atom, Live) and _is_settings(atom.value):
        lose(machine, node, f"sets {text_of(node)}.{name}", text_of(node))
        _change_all_of(machine, atom)
    if name in _MAKING:  # what the object does from here on is not known, but it can be put back
        machine.barrier(
            node, f"line {machine.line(node)} sets {text_of(node)}.{name}, which the analysis cannot follow"
        )
        _change_all_of(machine, atom)
    kind = kind_of(atom)
    if isinstance(atom, Live) and _is_widget(atom.value):
        label = label_of(machine, atom)
        machine.hazard(node, "widget", f"line {machine.line(node)} changes the widget {label}", label)
    is_class = isinstance(atom, Live) and live.is_class(atom.value)
    if kind is not None and not is_class and _set_by_code(machine, node, atom, kind, name, value):
        return
    change(machine, node, atom)
    store(machine, atom, attribute_key(name), value)


_MAKING = frozenset({"__code__", "__defaults__", "__kwdefaults__", "__dict__", "__class__", "__bases__"})
"""Attributes that make a function, an object or a class do something else than its source says."""


def _is_settings(value: object) -> bool:
    """Tell whether an object holds settings that a library reads elsewhere."""
    return live.qualified_name(type(value)) == "pandas._config.config.DictWrapper"


def _change_all_of(machine: Machine, atom: Atom) -> None:
    """Forget what is known of an object or a function: it may do anything from here on."""
    store(machine, atom, ANYTHING, UNKNOWN)
    if isinstance(atom, Live):
        machine.functions[id(atom.value)] = None


def _is_widget(value: object) -> bool:
    return any(
        live.qualified_name(each) == "ipywidgets.widgets.widget.Widget" for each in live.mro(type(value))
    )


def _put_module(machine: Machine, node: ast.AST, module: types.ModuleType, name: str, value: Value) -> None:
    namespace = vars(module)
    scope = module_scope(machine, namespace)
    label = f"{namespace.get('__name__')}.{name}"
    machine.write(node, Location(Kind.NAME, (scope.number, name), label))
    machine.names.put((scope.number, name), join(value, machine.names.get((scope.number, name)) or NEVER))
    machine.hazard(node, "module", f"line {machine.line(node)} sets {label}", label)


def lose(machine: Machine, node: ast.AST, what: str, label: str) -> None:
    """Record that the node changes something that cannot be followed: it keeps its order, and is not run again."""
    reason = f"line {machine.line(node)} {what}, which the analysis cannot follow"
    machine.barrier(node, reason)
    machine.hazard(node, "unknown", reason, label)


def text_of(target: ast.AST) -> str:
    """Return how the cell writes the object whose attribute or element a target is."""
    owner = target.value if isinstance(target, ast.Attribute | ast.Subscript) else None
    text = ast.unparse(owner) if owner is not None else "an object"
    return text if len(text) <= _MAX_TEXT else "an object"


_MAX_TEXT = 60


def _set_by_code(machine: Machine, node: ast.AST, atom: Atom, kind: Kinds, name: str, value: Value) -> bool:
    """Run a user's ``__setattr__``, property setter or descriptor, and tell whether there was one."""
    hook = lookup(machine, kind, "__setattr__")
    if hook is not None and is_user_code(hook[1]):
        machine.call(machine, node, bound(hook[1], atom), Arguments(positional=(just(Const(name)), value)))
        return True
    found = lookup(machine, kind, name)
    for raw in found[1] if found is not None else ():
        if isinstance(raw, Live) and type(raw.value) is property:
            setter = raw.value.fset
            if type(setter) is types.FunctionType and is_library(setter.__code__.co_filename):
                return False  # it sets something of the object
            if setter is not None:
                arguments = Arguments(positional=(just(atom), value))
                machine.call(machine, node, just(name_it(machine, setter, name)), arguments)
                return True
        elif isinstance(raw, Fresh) and raw.kind == "builtins.property":
            setters = stored(machine, raw, attribute_key("fset"))
            machine.call(machine, node, setters, Arguments(positional=(just(atom), value)))
            return True
        elif isinstance(raw, Live) and not is_exact(raw.value, (types.MemberDescriptorType,)):
            method = live.class_attribute(type(raw.value), "__set__")
            if method is not None and type(method[1]) is types.FunctionType:
                setter_value = just(Method(raw, name_it(machine, method[1], f"{name}.__set__")))
                machine.call(machine, node, setter_value, Arguments(positional=(just(atom), value)))
                return True
    return False
