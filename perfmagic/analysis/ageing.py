"""Between two turns of a loop: objects of the last turn become old, so that the next turn's are told apart from them."""

from collections.abc import Mapping, Sequence

from perfmagic.analysis.machine import Machine
from perfmagic.analysis.name_state import NameKey
from perfmagic.analysis.values import Atom, Fresh, Method, Value


def age(machine: Machine, created: Sequence[Fresh], changes: dict[NameKey, Value]) -> int:
    """Replace the objects made in the last turn by their old form.

    Only names and objects that the loop changed are visited. The result counts what is known of these objects: two equal
    counts in a row mean that the loop has nothing more to tell.
    """
    replaced: dict[Atom, Atom] = {
        each: Fresh(each.site, each.kind, old=True) for each in created if not each.old
    }
    if replaced:
        for key, value in changes.items():
            changes[key] = _renamed(value, replaced)
        for atom in list(machine.dirty):
            _age_fields(machine, atom, replaced)
    return sum(len(value) for atom in machine.dirty for value in machine.heap.get(atom, {}).values())


def _age_fields(machine: Machine, atom: Atom, replaced: Mapping[Atom, Atom]) -> None:
    fields = machine.heap.get(atom, {})
    target = fields
    if atom in replaced:
        del machine.heap[atom]
        machine.dirty.discard(atom)
        machine.dirty.add(replaced[atom])
        target = machine.heap.setdefault(replaced[atom], {})
    for key, value in list(fields.items()):
        target[key] = _renamed(value, replaced) | (
            target.get(key, frozenset()) if target is not fields else frozenset()
        )


def _renamed(value: Value, replaced: Mapping[Atom, Atom]) -> Value:
    renamed = frozenset(_old(atom, replaced) for atom in value)
    return value if renamed == value else renamed


def _old(atom: Atom, replaced: Mapping[Atom, Atom]) -> Atom:
    if isinstance(atom, Method) and atom.receiver in replaced:
        return Method(replaced[atom.receiver], atom.function)
    return replaced.get(atom, atom)
