"""Objects of client libraries: what keeps them busy, which service is behind them, how many operations they run at once.

Two clients of one database share a location. Two databases are told apart by their names alone, never by hosts or ports: one
server has many names, and a pooler or a copy may stand in front of it. What talks HTTP may reach anything, every service.
"""

import ast
import re
from typing import cast
from urllib.parse import urlsplit

from perfmagic.analysis import live
from perfmagic.analysis.effects import Kind, Location
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import attribute_key, is_exact, label_of, locate, look, stored
from perfmagic.analysis.models.model import Use
from perfmagic.analysis.models.web import SERVER
from perfmagic.analysis.values import Atom, Live

POOL = attribute_key("perfmagic.pool")
CONNECTION = attribute_key("perfmagic.connection")
GIVES = attribute_key("perfmagic.gives")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]+")


def occupy(machine: Machine, node: ast.AST, atom: Atom, use: Use) -> None:
    """Record that the node uses an object, and keeps it busy if it allows one operation at a time."""
    look(machine, node, atom)
    if use.sharing == "shareable":
        limit(machine, node, atom, use)
        return
    kind = Kind.EXCLUSIVE if use.sharing == "exclusive" else Kind.SERIALISED
    _keep_busy(machine, node, _resource(machine, atom, kind))
    for held in stored(machine, atom, CONNECTION):
        _keep_busy(machine, node, _resource(machine, held, kind))


def close(machine: Machine, node: ast.AST, atom: Atom) -> None:
    """Record that nothing of an object can be used any more, or not as before."""
    location = locate(machine, atom)
    if location is not None:
        machine.write(node, location)
    label = label_of(machine, atom)
    if isinstance(atom, Live):
        machine.hazard(node, "opaque", f"line {machine.line(node)} closes or changes {label}", label)


def limit(machine: Machine, node: ast.AST, atom: Atom, use: Use) -> None:
    """Record how many operations of an object run at once, and that it may wait for one that is held."""
    slots = _slots(atom, use)
    if slots is not None:
        machine.limit(node, slots)
    if slots == 1:
        _keep_busy(machine, node, _resource(machine, atom, Kind.SERIALISED))
    held = [line for each, line in machine.held_pools if each == atom]
    if held and use.slots:
        label = f"a second connection of {label_of(machine, atom)}"
        key = ("second", id(atom.value) if isinstance(atom, Live) else atom)
        _keep_busy(machine, node, Location(Kind.EXCLUSIVE, key, label))
        if slots is not None and len(held) >= slots:
            _waits_for_itself(machine, node, atom, held[0])


def _waits_for_itself(machine: Machine, node: ast.AST, pool: Atom, line: int) -> None:
    reason = (
        f"line {machine.line(node)} uses {label_of(machine, pool)}, whose only connection "
        f"the `async with` of line {line} holds"
    )
    machine.barrier(node, reason, "use the connection that is held, or a larger pool")


def _slots(atom: Atom, use: Use) -> int | None:
    """Return how many operations a live object runs at once, as far as its plain attributes tell."""
    if isinstance(use.slots, int):
        return use.slots
    if not isinstance(atom, Live):
        return None
    for path in use.slots:
        found = plain_attribute(atom.value, path)
        if type(found) is int and found > 0:
            return found
    return None


def touch(machine: Machine, node: ast.AST, atom: Atom | None, use: Use, *, writes: bool) -> None:
    """Record that the node reads the service behind an object, or writes it."""
    if not use.service:
        return
    name = _database(machine, atom, use) if atom is not None else None
    location = Location(Kind.EXTERNAL, use.service if name is None else (use.service, name), use.service)
    machine.services.setdefault(use.service, set()).add(location)
    machine.read(node, location)
    if writes:
        machine.write(node, location)


def share_unknown(machine: Machine) -> None:
    """Let what is not told apart share every location that it may mean."""
    known = machine.services
    everything = {each for locations in known.values() for each in locations}
    for record in machine.records.values():
        for locations in (record.reads, record.writes):
            for each in [each for each in locations if each.kind is Kind.EXTERNAL and each.key in known]:
                locations.update(everything if each.key == SERVER else known[str(each.key)])


def _resource(machine: Machine, atom: Atom, kind: Kind) -> Location:
    key = id(atom.value) if isinstance(atom, Live) else atom
    return Location(kind, key, label_of(machine, atom))


def _keep_busy(machine: Machine, node: ast.AST, location: Location) -> None:
    machine.read(node, location)
    machine.write(node, location)


def _database(machine: Machine, atom: Atom, use: Use) -> str | None:
    """Return the name of the database that a live object is connected to, ``None`` if it does not say it plainly."""
    if not isinstance(atom, Live):
        owners = [*stored(machine, atom, POOL), *stored(machine, atom, CONNECTION)]
        names = {_database(machine, each, use) for each in owners}
        return names.pop() if len(names) == 1 else None
    for path in use.address:
        found = plain_attribute(atom.value, path)
        if type(found) is str and "://" in found:
            found = urlsplit(found).path.removeprefix("/")
        if type(found) is str and _PLAIN_NAME.fullmatch(found):
            return found.casefold()
    return None


def plain_attribute(value: object, path: str) -> object:
    """Return what is at a dotted path through plain attributes, dicts and lists, ``None`` if there is nothing plain."""
    for name in path.split("."):
        if is_exact(value, (dict,)):
            value = cast("dict[str, object]", value).get(name)
        elif is_exact(value, (list, tuple)) and name.isdecimal():
            sequence = cast("list[object]", value)
            value = sequence[int(name)] if int(name) < len(sequence) else None
        else:
            value = live.static_attribute(value, name)
    return value
