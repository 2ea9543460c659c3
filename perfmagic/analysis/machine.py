"""The state of one abstract interpretation: frames, names, heap, and what was recorded at which node.

The heap only grows: a field holds everything that it may hold at any time. Names are flow-sensitive.
"""

import ast
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from perfmagic.analysis.effects import Barrier, Hazard, Location, Touched
from perfmagic.analysis.name_state import NameState
from perfmagic.analysis.scopes import CELL, FunctionNode, Scope
from perfmagic.analysis.values import Arguments, Atom, Fresh, Function, Live, Value

HeapKey = tuple[str, object]
MAX_STEPS = 60_000
MAX_DEPTH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """What a call or an ``await`` resolves to.

    Attributes
    ----------
    kind
        ``user`` (its source was analysed), ``modelled`` (a library's function that the models know), ``builtin``, or ``unknown``.
    label
        How people call it: ``fetch``, ``Pool.fetch``, ``asyncio.sleep``.
    blocking
        Whether it may wait or run long without awaiting: a candidate for a thread.
    computes
        Whether it is a library's function that may compute for long, and lets other threads run meanwhile.
    awaits
        Whether it gives something to await.
    slots
        Operations of the resource that can be in flight at once, ``None`` if unbounded or unknown.
    may_raise
        False only where it is known not to raise.
    """

    kind: str
    label: str
    blocking: bool = False
    computes: bool = False
    awaits: bool = False
    slots: int | None = None
    may_raise: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """How the cell used one of its own functions: entered how often, from where, and whether it got out of sight."""

    count: int
    sites: tuple[ast.AST, ...] = ()
    escaped: bool = False
    uniform: bool = True


@dataclass(slots=True, eq=False, kw_only=True)
class Frame:
    """One activation: a function body, or the cell itself."""

    scope: Scope
    in_cell: bool
    function: Function | None = None
    call_node: ast.AST | None = None
    arguments: tuple[Value, ...] = ()
    reads: set[Location] = field(default_factory=set[Location])
    writes: set[Location] = field(default_factory=set[Location])
    barriers: dict[Barrier, None] = field(default_factory=dict[Barrier, None])
    returns: set[Atom] = field(default_factory=set[Atom])
    yields: set[Atom] = field(default_factory=set[Atom])
    recursive: bool = False
    slots: int | None = None


@dataclass(slots=True, eq=False)
class Record:
    """What happens at one node itself, over all times it was evaluated."""

    reads: set[Location] = field(default_factory=set[Location])
    writes: set[Location] = field(default_factory=set[Location])
    barriers: dict[Barrier, None] = field(default_factory=dict[Barrier, None])
    slots: int | None = None


@dataclass(slots=True, eq=False)
class Trace:
    """What one call of the cell led to: the functions with source that it entered, at any depth, and what it may give."""

    entered: dict[Function, None] = field(default_factory=dict[Function, None])
    given: set[Atom] = field(default_factory=set[Atom])


class Evaluate(Protocol):
    """Evaluate an expression."""

    def __call__(self, machine: "Machine", node: ast.expr, /) -> Value: ...  # noqa: D102


class Execute(Protocol):
    """Execute statements."""

    def __call__(self, machine: "Machine", body: list[ast.stmt], /) -> None: ...  # noqa: D102


class Call(Protocol):
    """Call a value with arguments; effects are recorded at the node."""

    def __call__(  # noqa: D102
        self, machine: "Machine", node: ast.AST, callee: Value, arguments: Arguments, /
    ) -> Value: ...


@dataclass(slots=True, eq=False, kw_only=True)
class Machine:
    """One inference. The three functions close the recursion between expressions, statements and calls."""

    evaluate: Evaluate
    execute: Execute
    call: Call
    cell: Scope
    cell_nodes: frozenset[int]
    frames: list[Frame] = field(default_factory=list[Frame])
    names: NameState = field(default_factory=NameState)
    heap: dict[Atom, dict[HeapKey, Value]] = field(default_factory=dict[Atom, dict[HeapKey, Value]])
    records: dict[int, Record] = field(default_factory=dict[int, Record])
    callees: dict[int, Callee] = field(default_factory=dict[int, Callee])
    called: dict[int, list[tuple[ast.AST, tuple[Value, ...]]]] = field(
        default_factory=dict[int, list[tuple[ast.AST, tuple[Value, ...]]]]
    )
    escaped: set[int] = field(default_factory=set[int])
    swallowing: set[int] = field(default_factory=set[int])
    hazards: dict[Hazard, None] = field(default_factory=dict[Hazard, None])
    touched: dict[int, Touched] = field(default_factory=dict[int, Touched])
    labels: dict[int, str] = field(default_factory=dict[int, str])
    created: list[Fresh] = field(default_factory=list[Fresh])
    reached_again: set[tuple[object, ...]] = field(default_factory=set[tuple[object, ...]])
    global_scopes: dict[int, Scope] = field(default_factory=dict[int, Scope])
    functions: dict[int, Function | None] = field(default_factory=dict[int, Function | None])
    held_pools: list[tuple[Atom, int]] = field(default_factory=list[tuple[Atom, int]])
    members: dict[int, Fresh] = field(default_factory=dict[int, Fresh])
    groups: dict[Fresh, list[object]] = field(default_factory=dict[Fresh, list[object]])
    located: set[int] = field(default_factory=set[int])
    owners: dict[int, Live] = field(default_factory=dict[int, Live])
    services: dict[str, set[Location]] = field(default_factory=dict[str, set[Location]])
    steps: int = 0
    dirty: set[Atom] = field(default_factory=set[Atom])
    traces: dict[int, Trace] = field(default_factory=dict[int, Trace])

    @property
    def frame(self) -> Frame:
        """The innermost activation."""
        return self.frames[-1]

    def record(self, node: ast.AST) -> Record:
        """Return the record of a node, made on first use."""
        found = self.records.get(id(node))
        if found is None:
            found = self.records[id(node)] = Record()
        return found

    def read(self, node: ast.AST, location: Location) -> None:
        """Note that the node reads a location."""
        frame = self.frames[-1]
        frame.reads.add(location)
        if frame.in_cell:
            self.record(node).reads.add(location)

    def write(self, node: ast.AST, location: Location) -> None:
        """Note that the node writes a location."""
        frame = self.frames[-1]
        frame.writes.add(location)
        if frame.in_cell:
            self.record(node).writes.add(location)

    def barrier(self, node: ast.AST, reason: str, hint: str | None = None, *, pacing: bool = False) -> None:
        """Note that the effects of the node are not known, or, with `pacing`, that it keeps order only where it stands."""
        barrier = Barrier(reason, self.line(node), hint)
        if not pacing:
            self.frame.barriers[barrier] = None
        if self.frame.in_cell:
            self.record(node).barriers[barrier] = None

    def limit(self, node: ast.AST, slots: int) -> None:
        """Note how many operations may be in flight of what the node uses; the least of all counts."""
        frame = self.frame
        frame.slots = slots if frame.slots is None else min(frame.slots, slots)
        if frame.in_cell:
            record = self.record(node)
            record.slots = slots if record.slots is None else min(record.slots, slots)

    def hazard(self, node: ast.AST, kind: str, reason: str, label: str) -> None:
        """Note why the cell should not be run again."""
        self.hazards[Hazard(kind=kind, reason=reason, line=self.line(node), label=label)] = None

    def line(self, node: ast.AST) -> int:
        """Return the innermost line of the cell that is being executed."""
        place: ast.AST | None = node
        for frame in reversed(self.frames):
            if frame.in_cell:
                return getattr(place, "lineno", 1)
            place = frame.call_node
        return 1

    def _trace(self, frame: Frame) -> None:
        """Note, for every call of the cell that led here, that it enters the frame's function."""
        for each in self.frames if frame.function is not None else ():
            if id(each.call_node) in self.cell_nodes and frame.function is not None:
                self.traces.setdefault(id(each.call_node), Trace()).entered[frame.function] = None

    @contextmanager
    def activation(self, frame: Frame) -> Generator[Frame]:
        """Push a frame; afterwards its effects, without its own local names, are those of the call node."""
        self.frames.append(frame)
        self._trace(frame)
        try:
            yield frame
        finally:
            self.frames.pop()
            if not frame.scope.captured:
                for name in frame.scope.names.bound:
                    self.names.drop((frame.scope.number, name))
            number = frame.scope.number
            node = frame.call_node
            if node is not None and self.frames:
                for location in frame.reads:
                    if not _local(location, number):
                        self.read(node, location)
                for location in frame.writes:
                    if not _local(location, number):
                        self.write(node, location)
                for barrier in frame.barriers:
                    self.barrier(node, barrier.reason, barrier.hint)
                if frame.slots is not None:
                    self.limit(node, frame.slots)


def _local(location: Location, number: object) -> bool:
    key = location.key
    return type(key) is tuple and len(key) == 2 and key[0] == number and location.kind == "name"  # noqa: PLR2004


def module_scope(machine: Machine, live: dict[str, object]) -> Scope:
    """Return the scope of a module's global names: the cell's own, or that of a module of the user."""
    if live is machine.cell.live:
        return machine.cell
    found = machine.global_scopes.get(id(live))
    if found is None:
        name = live.get("__name__")
        label = name if type(name) is str else "module"
        found = machine.global_scopes[id(live)] = Scope(
            number=f"{label}@{id(live)}", sort="module", live=live
        )
    return found


def is_cell(scope: Scope) -> bool:
    """Tell whether a scope is the notebook's namespace."""
    return scope.number is CELL


def in_cell(machine: Machine, node: FunctionNode | ast.ClassDef) -> bool:
    """Tell whether a definition stands in the cell."""
    return id(node) in machine.cell_nodes


def note_callee(machine: Machine, node: ast.AST, callee: Callee) -> None:
    """Remember what a call resolves to; where it resolves to several things, the least known wins."""
    if not machine.frame.in_cell:
        return
    before = machine.callees.get(id(node))
    machine.callees[id(node)] = callee if before is None else merged(before, callee)


def merged(one: Callee, other: Callee) -> Callee:
    """Return what is true of either callee."""
    rank = ("builtin", "modelled", "user", "unknown")
    worse = max(one, other, key=lambda each: rank.index(each.kind))
    slots = [each.slots for each in (one, other) if each.slots is not None]
    return Callee(
        kind=worse.kind,
        label=worse.label,
        blocking=one.blocking or other.blocking,
        computes=one.computes or other.computes,
        awaits=one.awaits or other.awaits,
        slots=min(slots) if slots else None,
        may_raise=one.may_raise or other.may_raise,
    )


Handler = Callable[[Machine, ast.AST, "Atom | None", Arguments], Value]
Handlers = Mapping[str, Handler]
