"""Making instances: constructors, generated ones of data classes and named tuples included."""

import ast
import types
from typing import cast

from perfmagic.analysis import live
from perfmagic.analysis.kinds import is_users, lookup
from perfmagic.analysis.machine import (
    Callee,
    Machine,
    note_callee,
)
from perfmagic.analysis.memory import (
    ELEMENTS,
    attribute_key,
    is_exact,
    kind_label,
    name_it,
    new,
    store,
    stored,
)
from perfmagic.analysis.models.table import find
from perfmagic.analysis.natives import call_native, unknown_call
from perfmagic.analysis.values import (
    NEVER,
    NONE,
    Arguments,
    Class,
    Fresh,
    Live,
    Method,
    Native,
    Value,
    join,
    just,
)


def construct(machine: Machine, node: ast.AST, cls: Live | Class, arguments: Arguments) -> Value:
    """Return the object that calling a class makes, after its constructor ran."""
    special = _construct_by_library(machine, node, cls, arguments) if isinstance(cls, Live) else None
    if special is not None:
        return special
    note_callee(machine, node, Callee(kind="user", label=kind_label(cls), blocking=True))
    atom = new(machine, node, cls)
    if lookup(machine, cls, "__del__") is not None:
        reason = f"line {machine.line(node)} makes a {kind_label(cls)}, whose __del__ may run at any time"
        machine.barrier(node, reason)
        machine.hazard(node, "unknown", reason, kind_label(cls))
    if _is_named_tuple(cls):
        return _construct_fields(machine, node, cls, atom, arguments)
    maker = lookup(machine, cls, "__new__")
    if maker is not None and not _is_object_method(maker[1]):
        made = machine.call(machine, node, _plain_function(maker[1]), arguments.after(just(cls)))
    else:
        made = just(atom)
    init = lookup(machine, cls, "__init__")
    library = init is None or _is_object_method(init[1])
    if _is_dataclass(machine, cls, library=library) or (init is not None and _is_generated(cls, init[1])):
        return _construct_fields(machine, node, cls, atom, arguments)
    if init is None or library:
        _with_arguments(machine, atom, arguments)
        return made
    for each in made:
        machine.call(machine, node, frozenset(Method(each, raw) for raw in init[1]), arguments)
    return made


def _construct_by_library(machine: Machine, node: ast.AST, cls: Live, arguments: Arguments) -> Value | None:
    """Return what a class makes that is not the user's or has a metaclass; ``None`` for an ordinary class of the user."""
    kind = cast("type", cls.value)
    if is_users(kind) and live.qualified_name(type(kind)) == "typing._TypedDictMeta":
        return machine.call(machine, node, just(Live(dict)), arguments)
    if is_users(kind):
        plain = type(kind) is type or live.qualified_name(type(kind)) == "abc.ABCMeta"
        return (
            None
            if plain
            else unknown_call(machine, node, f"{kind_label(cls)}(), a class with a metaclass", arguments)
        )
    name = live.qualified_name(kind)
    if find((name,)) is None and any(each is BaseException for each in live.mro(kind)):
        return _with_arguments(machine, new(machine, node, cls), arguments)
    if name == "builtins.type" and len(arguments.positional) != 1:
        return unknown_call(machine, node, "type()", arguments)
    return call_native(machine, node, Native((name,), None), arguments)


def _is_dataclass(machine: Machine, cls: Live | Class, *, library: bool) -> bool:
    """Tell whether a class of the cell, or the base that it takes its constructor from, is a data class without its own."""
    if not library or not isinstance(cls, Class):
        return False
    bases = (each for each in cls.bases if isinstance(each, Class))
    decorated = stored(machine, cls, attribute_key("__dataclass__"))
    return bool(decorated) or any(_is_dataclass(machine, each, library=True) for each in bases)


def _plain_function(raw: Value) -> Value:
    return frozenset(
        Live(live.wrapped_function(each.value)) if isinstance(each, Live) else each for each in raw
    )


def _is_object_method(raw: Value) -> bool:
    """Tell whether a constructor is one of C that keeps its arguments at most: ``object``'s or an exception's."""
    return all(
        isinstance(each, Live)
        and (is_exact(each.value, (types.WrapperDescriptorType, types.BuiltinFunctionType)))
        for each in raw
    )


def _is_generated(cls: Live | Class, raw: Value) -> bool:
    return (
        any(
            isinstance(each, Live)
            and type(each.value) is types.FunctionType
            and each.value.__code__.co_filename == "<string>"
            for each in raw
        )
        and isinstance(cls, Live)
        and live.class_attribute(cast("type", cls.value), "__dataclass_fields__") is not None
    )


def _is_named_tuple(cls: Live | Class) -> bool:
    if not isinstance(cls, Live):
        return False
    found = live.class_attribute(cast("type", cls.value), "__new__")
    function = (
        found[1].__func__ if found is not None and type(found[1]) is staticmethod else found and found[1]
    )
    return type(function) is types.FunctionType and function.__globals__.get("__name__", "").startswith(
        "namedtuple_"
    )


def _field_names(cls: Live | Class) -> tuple[list[str], bool]:
    """Return the fields of a generated constructor, and whether an argument's place tells its field."""
    if isinstance(cls, Class):
        return _written_fields(cls)
    for name in ("__dataclass_fields__", "_fields"):
        found = live.class_attribute(cast("type", cls.value), name)
        if found is not None and is_exact(found[1], (dict, tuple)):
            fields = cast("dict[str, object]", found[1])
            values = list(fields.values()) if type(fields) is dict else []
            plain = all(
                _says(each, "init", default=True) and not _says(each, "kw_only", default=False)
                for each in values
            )
            return list(fields), plain
    return [], False


def _says(field: object, name: str, *, default: bool) -> bool:
    found = live.static_attribute(field, name)
    return found if type(found) is bool else default


def _written_fields(cls: Class) -> tuple[list[str], bool]:
    """Return the fields of a class of the cell, those of its bases first."""
    names: dict[str, None] = {}
    plain = True
    for base in cls.bases:
        if isinstance(base, Class) or (isinstance(base, Live) and live.is_class(base.value)):
            inherited, known = _field_names(base)
            names.update(dict.fromkeys(inherited))
            plain = plain and (known or base == Live(object))
        else:
            plain = False
    annotated = [each for each in cls.node.body if isinstance(each, ast.AnnAssign)]
    names.update((each.target.id, None) for each in annotated if isinstance(each.target, ast.Name))
    if not any("dataclass" in ast.unparse(each) for each in cls.node.decorator_list):
        plain = plain and not annotated
    special = [ast.unparse(each) for each in (*annotated, *cls.node.decorator_list)]
    words = ("ClassVar", "InitVar", "KW_ONLY", "init", "kw_only")
    return list(names), plain and not any(word in text for text in special for word in words)


def _construct_fields(
    machine: Machine, node: ast.AST, cls: Live | Class, atom: Fresh, arguments: Arguments
) -> Value:
    """Store the arguments of a generated constructor in the fields, and run ``__post_init__``."""
    fields, plain = _field_names(cls)
    placed = arguments.positional if plain and not arguments.starred else ()
    anywhere = NEVER if placed or plain else join(*arguments.positional)
    for name, value in zip(fields, placed, strict=False):
        store(machine, atom, attribute_key(name), value)
    for name, value in arguments.keywords.items():
        store(machine, atom, attribute_key(name), value)
    for name in fields:
        given = stored(machine, atom, attribute_key(name))
        if not given or arguments.starred or anywhere:
            loose = join(arguments.rest, anywhere, *(arguments.positional if arguments.starred else ()))
            store(machine, atom, attribute_key(name), join(loose, _default_of(machine, node, cls, name)))
        store(machine, atom, ELEMENTS, stored(machine, atom, attribute_key(name)))
    hook = lookup(machine, cls, "__post_init__")
    if hook is not None:
        machine.call(machine, node, frozenset(Method(atom, raw) for raw in hook[1]), arguments)
    return just(atom)


def _default_of(machine: Machine, node: ast.AST, cls: Live | Class, name: str) -> Value:
    """Return the default of a field, or what its factory makes."""
    if isinstance(cls, Live):
        return _live_default(machine, node, cast("type", cls.value), name)
    results: list[Value] = []
    found = lookup(machine, cls, name)
    for each in found[1] if found is not None else ():
        if isinstance(each, Fresh) and each.kind == "dataclasses.Field":
            factory = stored(machine, each, attribute_key("default_factory"))
            results.append(stored(machine, each, attribute_key("default")))
            results.append(machine.call(machine, node, factory, Arguments()))
        else:
            results.append(just(each))
    for base in cls.bases:
        if isinstance(base, Live | Class) and not results:
            results.append(_default_of(machine, node, base, name))
    return join(*results)


def _live_default(machine: Machine, node: ast.AST, cls: type, name: str) -> Value:
    table = live.class_attribute(cls, "__dataclass_fields__")
    if table is None or type(table[1]) is not dict:
        defaults = live.class_attribute(cls, "_field_defaults")
        values = (
            cast("dict[str, object]", defaults[1])
            if defaults is not None and type(defaults[1]) is dict
            else {}
        )
        return just(name_it(machine, values[name], f"default of {name}")) if name in values else NEVER
    field = cast("dict[str, object]", table[1]).get(name)
    results: list[Value] = []
    for attribute in ("default", "default_factory"):
        found = live.static_attribute(field, attribute)
        if found is None or type(found).__name__ == "_MISSING_TYPE":
            results.append(NEVER if found is not None else NONE)
            continue
        value = just(name_it(machine, found, f"{attribute} of {name}"))
        results.append(value if attribute == "default" else machine.call(machine, node, value, Arguments()))
    return join(*results)


def _with_arguments(machine: Machine, atom: Fresh, arguments: Arguments) -> Value:
    for value in arguments.all():
        store(machine, atom, ELEMENTS, value)
    return just(atom)
