"""The heap: fields and elements of objects, live or made by the cell, and the locations they are."""

import ast
import collections
import random
import sys
import types
from collections.abc import Iterable, Iterator
from typing import cast

from perfmagic.analysis import live
from perfmagic.analysis.effects import Kind, Location, Touched
from perfmagic.analysis.machine import HeapKey, Machine
from perfmagic.analysis.owners import owner_of_data, why_not_followed
from perfmagic.analysis.values import (
    DATA,
    NEVER,
    SCALAR,
    SCALARS,
    UNKNOWN,
    Atom,
    Class,
    Const,
    Fresh,
    Function,
    Live,
    Scalar,
    Unknown,
    Value,
    join,
    just,
    lift,
)

ELEMENTS: HeapKey = ("[]", None)
KEYS: HeapKey = ("{}", None)
ANYTHING: HeapKey = ("*", None)
VIEWED: HeapKey = ("view", None)
_SEQUENCES = (list, tuple, collections.deque)
_SETS = (set, frozenset)
_DICTS = (dict, collections.OrderedDict, collections.defaultdict, collections.Counter)
_ITERATED = (list, tuple, collections.deque, set, frozenset, range)
MAX_ELEMENTS = 20_000
MAX_SINGLE = 12
_FIXED = (*SCALARS, tuple, frozenset, range, slice, types.ModuleType, types.BuiltinFunctionType)


def attribute_key(name: str) -> HeapKey:
    """Return the heap key of an attribute."""
    return (".", name)


def is_exact(value: object, kinds: Iterable[type]) -> bool:
    """Tell whether the type of a value is exactly one of the types."""
    cls = type(value)
    return any(cls is each for each in kinds)


def locate(machine: Machine, atom: Atom) -> Location | None:
    """Return the location of the mutable state of an object itself, ``None`` if it has none."""
    if isinstance(atom, Live):
        if is_exact(atom.value, _FIXED):
            return None
        group = machine.members.get(id(atom.value))
        machine.located.add(id(atom.value))
        if group is not None:
            return locate(machine, group)
        owner = machine.owners.get(id(atom.value))
        if owner is None:
            owner = machine.owners[id(atom.value)] = Live(owner_of_data(atom.value))
        label = machine.labels.get(id(owner.value)) or machine.labels.get(id(atom.value))
        return Location(Kind.OBJECT, id(owner.value), label or _type_label(atom.value))
    if isinstance(atom, Fresh):
        if atom.kind in ("builtins.tuple", "builtins.frozenset"):
            return None
        return Location(Kind.OBJECT, ("fresh", atom.site, atom.old), fresh_label(atom))
    if isinstance(atom, Class):
        return Location(Kind.OBJECT, ("class", id(atom.node)), atom.node.name)
    if isinstance(atom, Function):
        return Location(Kind.OBJECT, ("function", id(atom.node)), atom.name)
    return None


def _type_label(value: object) -> str:
    return f"{live.qualified_name(type(value)).rsplit('.', 1)[-1]} object"


def fresh_label(atom: Fresh) -> str:
    """Return a name for an object that the cell makes, or for a group of live ones."""
    if atom.site[0] == "group":
        return f"objects of type {kind_label(atom.kind)}"
    return f"the {kind_label(atom.kind)} made here"


def kind_label(kind: Live | Class | str) -> str:
    """Return the short name of a class."""
    if isinstance(kind, Class):
        return kind.node.name
    name = live.qualified_name(cast("type", kind.value)) if isinstance(kind, Live) else kind
    return name.rsplit(".", 1)[-1]


def look(machine: Machine, node: ast.AST, atom: Atom) -> None:
    """Record that the node reads the state of an object."""
    if isinstance(atom, Unknown):
        machine.barrier(node, f"line {machine.line(node)} looks into {atom.reason}")
    location = locate(machine, atom)
    if location is not None:
        machine.read(node, location)
    for owner in machine.heap.get(atom, {}).get(VIEWED, NEVER):
        look(machine, node, owner)
    if isinstance(atom, Fresh) and atom.old:
        machine.reached_again.add(atom.site)


def change(machine: Machine, node: ast.AST, atom: Atom) -> None:
    """Record that the node changes the state of an object."""
    location = locate(machine, atom)
    if location is None:
        return
    machine.write(node, location)
    if isinstance(atom, Fresh) and atom.old:
        machine.reached_again.add(atom.site)
    for each in machine.groups.get(atom, ()) if isinstance(atom, Fresh) else ():
        machine.touched.setdefault(id(each), Touched(location.label, each))
    value = atom.value if isinstance(atom, Live) else atom.live if isinstance(atom, Function) else None
    if value is not None:
        label = machine.labels.get(id(value), location.label)
        machine.touched.setdefault(id(value), Touched(label, value))
        if not is_restorable(value):
            what = type(value).__name__
            reason = f"line {machine.line(node)} changes {label}, a {what} that cannot be put back"
            machine.hazard(node, "opaque", reason, label)


def is_restorable(value: object) -> bool:
    """Tell whether the state of an object can be put back in place: known containers, frames, and instances with attributes."""
    cls = type(value)
    if is_exact(value, (bytearray, types.FunctionType, types.CellType)) or live.is_class(value):
        return True
    if any(any(each is kind for kind in (list, dict, set, collections.deque)) for each in live.mro(cls)):
        return True
    root = (live.module_name(cls) or "").partition(".")[0]
    if root in ("numpy", "pandas", "polars") or is_exact(value, (types.SimpleNamespace, random.Random)):
        return True
    slots = any(
        type(each) is types.MemberDescriptorType
        for base in live.mro(cls)
        for each in live.class_dict(base).values()
    )
    return (root == "__main__" or root not in sys.stdlib_module_names) and (
        live.instance_dict(value) is not None or slots
    )


def store(machine: Machine, atom: Atom, key: HeapKey, value: Value) -> None:
    """Add to what a field may hold."""
    fields = machine.heap.setdefault(atom, {})
    before = fields.get(key, NEVER)
    after = join(before, value)
    if after != before:
        fields[key] = after
        machine.dirty.add(atom)


def stored(machine: Machine, atom: Atom, key: HeapKey) -> Value:
    """Return what the cell may have put into a field, without what was there before the cell."""
    fields = machine.heap.get(atom)
    if fields is None:
        return NEVER
    return join(fields.get(key, NEVER), fields.get(ANYTHING, NEVER))


def name_it(machine: Machine, value: object, label: str) -> Atom:
    """Return the atom of a live object and remember the first path by which it was reached."""
    atom = lift(value)
    if isinstance(atom, Live):
        group = machine.members.get(id(value))
        if group is not None:
            return group
        reason = why_not_followed(value, machine.cell.live)
        if reason is not None:
            return Unknown(reason)
        machine.labels.setdefault(id(value), label)
    return atom


def label_of(machine: Machine, atom: Atom) -> str:
    """Return how people may call an object."""
    if isinstance(atom, Live):
        return machine.labels.get(id(atom.value), _type_label(atom.value))
    location = locate(machine, atom)
    return location.label if location is not None else "a value"


def element(machine: Machine, atom: Atom, key: Value | None = None) -> Value:
    """Return what an element of a container may be; `key` narrows it where it is one constant.

    Nothing is recorded: use `look` for the read of the container itself.
    """
    exact = _constant(key)
    fields = machine.heap.get(atom, {})
    found = [fields.get(ANYTHING, NEVER)]
    if VIEWED in fields and isinstance(atom, Fresh):
        _refresh(machine, atom, fields[VIEWED])
    if exact is None:
        found += [value for (sort, _), value in fields.items() if sort == "[]"]
    else:
        found += [fields.get(ELEMENTS, NEVER), fields.get(("[]", exact), NEVER)]
    if isinstance(atom, Live):
        found.append(_live_element(machine, atom.value, exact if ("#", None) not in fields else None))
    elif isinstance(atom, Fresh) and atom.kind == DATA:
        found.append(just(atom))
        found.append(SCALAR)
    return join(*found)


def _refresh(machine: Machine, view: Fresh, owners: Value) -> None:
    """Give a view of a dict the values that were put into the dict since the view was made."""
    for owner in owners if view.site[1] != "keys" else ():
        pairs = stored(machine, view, ELEMENTS) if view.site[1] == "items" else just(view)
        for each in pairs:
            store(machine, each, ELEMENTS if each == view else ("[]", Const(1)), element(machine, owner))


def keys(machine: Machine, atom: Atom) -> Value:
    """Return what a key of a dict may be."""
    found = [stored(machine, atom, KEYS)]
    if isinstance(atom, Live):
        mapping = cast("dict[object, object]", atom.value)
        found.append(_summary(machine, iter(mapping), len(mapping), machine.labels.get(id(mapping), "dict")))
    elif atom.kind == DATA if isinstance(atom, Fresh) else False:
        found.append(SCALAR)
    return join(*found)


def _constant(key: Value | None) -> Const | None:
    if key is None or len(key) != 1:
        return None
    (atom,) = key
    return atom if isinstance(atom, Const) and type(atom.value) in (str, int) else None


def _live_element(machine: Machine, value: object, exact: Const | None) -> Value:
    label = machine.labels.get(id(value), "an object")
    if is_exact(value, _DICTS):
        mapping = cast("dict[object, object]", value)
        if exact is not None:
            return _live_item(machine, mapping, exact.value, label)
        return _summary(machine, iter(mapping.values()), len(mapping), label)
    if is_exact(value, (list, tuple)) and exact is not None and type(exact.value) is int:
        sequence = cast("list[object]", value)
        if -len(sequence) <= exact.value < len(sequence):
            return just(name_it(machine, sequence[exact.value], f"{label}[{exact.value}]"))
        return NEVER
    if is_exact(value, (range, str, bytes, bytearray)):
        return just(Scalar("str" if type(value) is str else "int"))
    if is_exact(value, _ITERATED):
        sequence = cast("list[object]", value)
        return _summary(machine, iter(sequence), len(sequence), label)
    return UNKNOWN


def _live_item(machine: Machine, mapping: dict[object, object], key: object, label: str) -> Value:
    if len(mapping) > MAX_ELEMENTS:
        return UNKNOWN
    for each, value in mapping.items():
        if type(each) is type(key) and each == key:
            return just(name_it(machine, value, f"{label}[{key!r}]"))
    return NEVER


def _summary(machine: Machine, values: Iterable[object], count: int, label: str) -> Value:
    """Return the distinct elements of a live container, constants as scalars of their types.

    Where there are many of one class they become one group: an object that stands for all of them.
    """
    if count > MAX_ELEMENTS:
        return UNKNOWN
    scalars: set[Atom] = set()
    objects: dict[int, object] = {}
    for each in values:
        cls = type(each)
        if any(cls is scalar for scalar in SCALARS):
            scalars.add(Scalar(cls.__name__))
        else:
            objects[id(each)] = each
    if len(objects) <= MAX_SINGLE:
        return frozenset(scalars) | {name_it(machine, each, f"{label}[...]") for each in objects.values()}
    return frozenset(scalars) | _grouped(machine, list(objects.values()), label)


def _grouped(machine: Machine, objects: list[object], label: str) -> Value:
    by_class: dict[int, list[object]] = {}
    for each in objects:
        by_class.setdefault(id(type(each)), []).append(each)
    if len(by_class) > MAX_SINGLE or len(machine.members) + len(objects) > MAX_ELEMENTS:
        return UNKNOWN
    return frozenset(_group(machine, members, label) for members in by_class.values())


def _group(machine: Machine, members: list[object], label: str) -> Atom:
    """Return one object that stands for all the members; members that already belong to a group bring theirs."""
    known = next((machine.members[id(each)] for each in members if id(each) in machine.members), None)
    group = known or Fresh(("group", id(members[0])), Live(type(members[0])))
    new_members = [each for each in members if machine.members.get(id(each)) != group]
    if any(id(each) in machine.members for each in new_members):
        return Unknown("objects that are in several containers")
    for each in new_members:
        machine.members[id(each)] = group
        machine.groups.setdefault(group, []).append(each)
    if new_members:
        _collect_fields(machine, group, new_members, label)
    return group


def _collect_fields(machine: Machine, group: Fresh, members: list[object], label: str) -> None:
    elements: list[object] = []
    found: dict[str, list[object]] = {}
    for each in members:
        if is_exact(each, _DICTS):
            mapping = cast("dict[object, object]", each)
            elements.extend(mapping.values())
            store(machine, group, KEYS, SCALAR)
        elif is_exact(each, _ITERATED) and type(each) is not range:
            elements.extend(cast("list[object]", each))
        else:
            for name, value in (live.instance_dict(each) or {}).items():
                found.setdefault(name, []).append(value)
    store(machine, group, ELEMENTS, _summary(machine, elements, len(elements), f"{label}[...]"))
    for name, values in found.items():
        store(
            machine,
            group,
            attribute_key(name),
            _summary(machine, values, len(values), f"{label}[...].{name}"),
        )


def forget_places(machine: Machine, atom: Atom) -> None:
    """Forget at which index or key the elements of a container are, because they move."""
    fields = machine.heap.setdefault(atom, {})
    fields[("#", None)] = NEVER
    moved = [key for key in fields if key[0] == "[]" and key[1] is not None]
    for key in moved:
        store(machine, atom, ELEMENTS, fields.pop(key))


def havoc(machine: Machine, values: Iterable[Value]) -> None:
    """Assume that unknown code put anything anywhere into what it can reach from the values."""
    for atom in reachable(machine, values):
        if isinstance(atom, Live | Fresh | Class):
            store(machine, atom, ANYTHING, UNKNOWN)


def reachable(machine: Machine, values: Iterable[Value], limit: int = 500) -> list[Atom]:
    """Return all objects that can be reached from values through containers and attributes, up to a limit.

    An `Unknown` at the end of the list says that the limit was met or that something cannot be followed.
    """
    seen: dict[Atom, None] = {}
    pending = [atom for value in values for atom in value]
    while pending:
        atom = pending.pop()
        if atom in seen:
            continue
        seen[atom] = None
        if len(seen) > limit:
            return [*seen, Unknown("more objects than are followed")]
        pending.extend(_neighbours(machine, atom))
    return list(seen)


def _neighbours(machine: Machine, atom: Atom) -> Iterator[Atom]:
    for held in machine.heap.get(atom, {}).values():
        yield from held
    if not isinstance(atom, Live):
        return
    value = atom.value
    label = machine.labels.get(id(value), "an object")
    if is_exact(value, (*_ITERATED, *_DICTS)):
        yield from _live_element(machine, value, None)
    if is_exact(value, _DICTS):
        yield from keys(machine, atom)
    attributes = live.instance_dict(value)
    if attributes is not None and not is_exact(value, (types.ModuleType,)) and not live.is_class(value):
        for name, each in list(attributes.items()):
            yield name_it(machine, each, f"{label}.{name}")


def site_of(machine: Machine, node: ast.AST, tag: object = None) -> tuple[object, ...]:
    """Return what identifies an object made at a node in the present chain of calls."""
    return (id(node), tag, *(id(frame.call_node) for frame in machine.frames[1:]))


def new(machine: Machine, node: ast.AST, kind: Live | Class | str, tag: object = None) -> Fresh:
    """Return a new object made at a node."""
    atom = Fresh(site_of(machine, node, tag), kind)
    machine.created.append(atom)
    return atom
