"""The effects of every node of a cell, inferred from its source and the live objects, without running any of it."""

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import cast

from perfmagic.analysis.calls import call
from perfmagic.analysis.effects import NOTHING, Barrier, Effects, Hazard, Kind, Location, Touched
from perfmagic.analysis.executed import Executed, executed
from perfmagic.analysis.execution import execute
from perfmagic.analysis.expressions import evaluate
from perfmagic.analysis.failing import may_fail
from perfmagic.analysis.machine import Called, Callee, Frame, HeapKey, Machine, Record, Trace
from perfmagic.analysis.memory import locate
from perfmagic.analysis.scopes import CELL, Scope
from perfmagic.analysis.services import share_unknown
from perfmagic.analysis.values import Atom, Fresh, Function, Value

Definition = ast.FunctionDef | ast.AsyncFunctionDef
_UNSEEN = Callee(kind="unknown", label="code that is never reached")


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectMap:
    """What every part of a cell reads and writes, and what follows from that for running it again.

    Attributes
    ----------
    bound_names
        Names of the notebook that the cell stores, deletes, imports or defines, also inside the functions it calls.
    read_names
        Names of the notebook that the cell and the functions it calls read.
    hazards
        Why the cell should not be run again, in order of lines.
    touched
        Objects that exist before the cell and that it may change.
    called
        Functions of the cell that it entered, by their definition.
    """

    bound_names: frozenset[str]
    read_names: frozenset[str]
    hazards: tuple[Hazard, ...]
    touched: tuple[Touched, ...]
    called: Mapping[Definition, Called]
    _records: Mapping[int, Record] = field(repr=False)
    _executed: Executed = field(repr=False)
    _callees: Mapping[int, Callee] = field(repr=False)
    _swallowing: frozenset[int] = field(repr=False)
    _traces: Mapping[int, Trace] = field(repr=False)
    _heap: Mapping[Atom, Mapping[HeapKey, Value]] = field(repr=False)

    def of(self, *nodes: ast.AST, without: Collection[ast.AST] = ()) -> Effects:
        """Return the effects of the nodes and all that is below them, except below the nodes in `without`.

        The body of a function that is defined below a node belongs to its calls and is left out.
        """
        reads: set[Location] = set()
        writes: set[Location] = set()
        barriers: dict[Barrier, None] = {}
        for node in nodes:
            for record in self._executed.records_of(node, without):
                reads |= record.reads
                writes |= record.writes
                barriers.update(record.barriers)
        return Effects(frozenset(reads), frozenset(writes), tuple(barriers))

    def own(self, node: ast.AST) -> Effects:
        """Return the effects of the node itself, without those of the nodes below it."""
        record = self._records.get(id(node))
        if record is None:
            return NOTHING
        return Effects(frozenset(record.reads), frozenset(record.writes), tuple(record.barriers))

    def callee(self, node: ast.AST) -> Callee:
        """Return what a call or an ``await`` resolves to; its slots are the fewest of all that it runs."""
        return replace(self._callees.get(id(node), _UNSEEN), slots=self.slots(node))

    def slots(self, *nodes: ast.AST) -> int | None:
        """Return how many times the nodes can be under way at once, by the smallest pool that they use; ``None`` if unbounded."""
        records = (each for node in nodes for each in self._executed.records_of(node))
        return min((each.slots for each in records if each.slots is not None), default=None)

    def entered(self, node: ast.AST) -> tuple[Function, ...]:
        """Return the functions with source that a call of the cell runs, those that they call included."""
        trace = self._traces.get(id(node))
        return () if trace is None else tuple(trace.entered)

    def may_fail(self, node: ast.expr) -> bool:
        """Whether an operation can raise, as far as its code and the code that it enters tell."""
        entered = [function for each in ast.walk(node) for function in self.entered(each)]
        return bool(self.of(node).barriers) or may_fail(node, entered)

    def given(self, node: ast.AST) -> frozenset[Atom]:
        """Return what a call of the cell may give, and what that may hold, as far as the analysis follows it."""
        trace = self._traces.get(id(node))
        pending = [] if trace is None else list(trace.given)
        found: set[Atom] = set()
        while pending:
            each = pending.pop()
            if each not in found:
                found.add(each)
                pending.extend(atom for value in self._heap.get(each, {}).values() for atom in value)
        return frozenset(found)

    def may_swallow(self, manager: ast.expr) -> bool:
        """Whether a context manager, given by the expression behind ``with``, may keep an error from going on."""
        return id(manager) in self._swallowing

    def private_to(self, *nodes: ast.AST) -> frozenset[Location]:
        """Return the objects that each run of the nodes (the body of a loop) makes anew and no other turn reaches."""
        effects = self.of(*nodes)
        used = {location for location in effects.reads | effects.writes if _is_fresh(location)}
        if not used:
            return frozenset()
        inside = {id(each) for node in nodes for each in ast.walk(node)}
        shared = {_site(location) for location in used if _is_old(location)}
        return frozenset(
            location
            for location in used
            if not _is_old(location)
            and _site(location) not in shared
            and not inside.isdisjoint(_site(location))
        )


def _is_fresh(location: Location) -> bool:
    key = location.key
    if location.kind in {Kind.EXCLUSIVE, Kind.SERIALISED}:
        return isinstance(key, Fresh)
    return location.kind is Kind.OBJECT and type(key) is tuple and len(key) == 3 and key[0] == "fresh"  # noqa: PLR2004


def _site(location: Location) -> tuple[object, ...]:
    if isinstance(location.key, Fresh):
        return location.key.site
    return cast("tuple[str, tuple[object, ...], bool]", location.key)[1]


def _is_old(location: Location) -> bool:
    if isinstance(location.key, Fresh):
        return location.key.old
    return cast("tuple[str, tuple[object, ...], bool]", location.key)[2]


def infer_effects(tree: ast.Module, namespace: Mapping[str, object]) -> EffectMap:
    """Return the effects of every node of a cell.

    Parameters
    ----------
    tree
        The parsed cell; top-level ``await`` is allowed.
    namespace
        The user's namespace before the cell runs: the very dict that the notebook's functions have as their globals.
        No code of the user is executed and no method of the user's objects is called.
    """
    scope = Scope(number=CELL, sort="module", live=namespace)
    machine = Machine(
        evaluate=evaluate,
        execute=execute,
        call=call,
        cell=scope,
        cell_nodes=frozenset(id(node) for node in ast.walk(tree)),
    )
    frame = Frame(scope=scope, in_cell=True)
    machine.frames.append(frame)
    try:
        execute(machine, tree.body)
    except Exception as error:  # noqa: BLE001 - a fault of the analysis must not keep the cell from running
        _give_up(machine, tree, namespace, error)
    _own_bindings(machine, tree)
    _merge_groups(machine)
    share_unknown(machine)
    return EffectMap(
        bound_names=_names(frame.writes),
        read_names=frozenset(name for name in _names(frame.reads) if name in namespace),
        hazards=tuple(sorted(machine.hazards, key=lambda hazard: hazard.line)),
        touched=tuple(machine.touched.values()),
        called=MappingProxyType(_called(machine, tree)),
        _records=MappingProxyType(machine.records),
        _executed=executed(tree, machine.records),
        _callees=MappingProxyType(machine.callees),
        _swallowing=frozenset(machine.swallowing),
        _traces=MappingProxyType(machine.traces),
        _heap=MappingProxyType(machine.heap),
    )


def _give_up(machine: Machine, tree: ast.Module, namespace: Mapping[str, object], error: Exception) -> None:
    """Take the whole cell for code of which nothing is known, because the analysis itself failed."""
    del machine.frames[1:]
    nodes = {id(each): each for each in ast.walk(tree)}
    seen = [nodes[each] for each in machine.records if each in nodes]
    line = getattr(seen[-1], "lineno", 1) if seen else 1
    reason = f"the analysis failed on line {line}: {type(error).__name__}: {error}"
    for statement in tree.body:
        machine.barrier(statement, reason)
    for each in nodes.values():
        if isinstance(each, ast.Name) and each.id in namespace:
            machine.read(each, Location(Kind.NAME, (CELL, each.id), each.id))
    machine.hazards[Hazard(kind="unknown", reason=reason, line=line, label="the cell")] = None


def _merge_groups(machine: Machine) -> None:
    """Give objects that were seen alone before they were found in a group the location of the group."""
    late = machine.located & machine.members.keys()
    if not late:
        return
    replaced = {id_: locate(machine, machine.members[id_]) for id_ in late}
    for record in machine.records.values():
        for locations in (record.reads, record.writes):
            for location in list(locations):
                group = replaced.get(location.key) if type(location.key) is int else None
                if group is not None and location.kind is Kind.OBJECT:
                    locations.discard(location)
                    locations.add(group)


def _own_bindings(machine: Machine, tree: ast.Module) -> None:
    """Make sure that every name that the cell's own text binds counts as bound, also where the analysis did not get."""
    pending: list[ast.AST] = [tree]
    while pending:
        each = pending.pop()
        if (
            isinstance(each, ast.Name)
            and not isinstance(each.ctx, ast.Load)
            and id(each) not in machine.records
        ):
            machine.write(each, Location(Kind.NAME, (CELL, each.id), each.id))
        if not isinstance(
            each, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef | ast.comprehension
        ):
            pending.extend(ast.iter_child_nodes(each))


def _names(locations: Collection[Location]) -> frozenset[str]:
    return frozenset(
        str(cast("tuple[object, ...]", location.key)[1])
        for location in locations
        if location.kind is Kind.NAME and cast("tuple[object, ...]", location.key)[0] is CELL
    )


def _called(machine: Machine, tree: ast.Module) -> dict[Definition, Called]:
    found: dict[Definition, Called] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and id(node) in machine.called:
            calls = machine.called[id(node)]
            found[node] = Called(
                count=len(calls),
                sites=tuple({id(site): site for site, _ in calls}.values()),
                escaped=id(node) in machine.escaped,
                uniform=len({_shape(values) for _, values in calls}) <= 1,
            )
    return found


def _shape(values: tuple[Value, ...]) -> tuple[frozenset[str], ...]:
    """Return the kinds of arguments, so that calls with different kinds can be told apart."""
    return tuple(frozenset(type(atom).__name__ for atom in value) for value in values)
