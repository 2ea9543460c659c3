"""What is known about a cell without running it: its statements, what keeps them in order, and what would be rewritten."""

from dataclasses import dataclass
from typing import Literal

from perfmagic.model.cell import Cell

Role = Literal["operation", "statement", "block"]
LinkKind = Literal["flow", "anti", "output", "effect", "control"]
Lines = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One statement of a block, or one operation of a statement that holds several.

    Attributes
    ----------
    lines
        First and last line, from 1.
    code
        Its code on one line; a compound statement shows its head alone.
    role
        ``operation`` (it awaits, or calls what blocks), ``block`` (it holds statements with operations), or ``statement``.
    level
        Operations and blocks of one level can run together; those of the next one need at least one of them. For a
        statement, the last level that it needs; 0 if it needs none.
    """

    lines: Lines
    code: str
    role: Role
    level: int

    @property
    def waits(self) -> bool:
        """Whether it takes a place in a level."""
        return self.role != "statement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A dependence: why the later of two pieces of a block must not start, or not bind its result, before the earlier one ended.

    Attributes
    ----------
    earlier, later
        Indices of the pieces in their block.
    kind
        ``flow`` (writes, then reads), ``anti`` (reads, then writes), ``output`` (both write), ``effect`` (through something
        outside, or unknown), ``control`` (one decides whether the other runs).
    cause
        The class of the reason, as `Refusal.kind` has it.
    name
        What both touch; empty where nothing has a name.
    reason
        A sentence without the final stop.
    hint
        What the user can do, ``None`` if the code has to stay as it is.
    binds
        Whether only the use of the result waits: the operation itself may start earlier.
    implied
        Whether other dependences keep the same order anyway.
    waived
        Whether an option of the user removed it.
    """

    earlier: int
    later: int
    kind: LinkKind
    cause: str
    name: str
    reason: str
    hint: str | None = None
    binds: bool = False
    implied: bool = False
    waived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A loop with operations: whether its iterations can overlap, otherwise what keeps them apart."""

    line: int
    independent: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedBlock:
    """One list of statements: the cell itself, or the body of a loop, a branch, a function.

    Attributes
    ----------
    title
        What it is: ``the cell``, ``for x in range(5) (line 3)``.
    depth
        How many blocks are around it.
    repeated
        Whether it is the body of a loop: what is said holds within one iteration.
    pieces
        Its statements and operations in program order.
    links
        The dependences between them, by the later one's place.
    loops
        Its loops and comprehensions that hold operations.
    notes
        What else decides, such as whether a function is called at all.
    """

    title: str
    depth: int
    repeated: bool
    pieces: tuple[Piece, ...]
    links: tuple[Link, ...]
    loops: tuple[Loop, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def levels(self) -> tuple[tuple[int, ...], ...]:
        """For each level the indices of the operations and blocks in it; the number of levels is the critical path."""
        last = max((each.level for each in self.pieces if each.waits), default=0)
        return tuple(
            tuple(index for index, each in enumerate(self.pieces) if each.waits and each.level == level)
            for level in range(1, last + 1)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one strategy would do: ``source`` is the changed cell, otherwise ``reason`` says why there is none."""

    strategy: str
    source: str | None = None
    assumptions: tuple[str, ...] = ()
    kind: str | None = None
    reason: str | None = None
    lines: Lines | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstruction:
    """Why the cell would not be run again without being asked."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything that ``--explain`` shows; nothing of the cell was run for it.

    Attributes
    ----------
    magic
        Name of the magic whose strategies answered.
    cell
        The cell.
    blocks
        The cell itself, then each block inside it that holds operations, in program order.
    answers
        What each strategy would do.
    obstructions
        What keeps the cell from being run again, in order of lines.
    executions
        How often the cell ran: never.
    """

    magic: str
    cell: Cell
    blocks: tuple[ExplainedBlock, ...]
    answers: tuple[Answer, ...]
    obstructions: tuple[Obstruction, ...]
    executions: int = 0

    def answer(self, strategy: str) -> Answer:
        """Return what the strategy of that name would do.

        Raises
        ------
        KeyError
            If no strategy of that name was asked; the message lists those that were.
        """
        for each in self.answers:
            if each.strategy == strategy:
                return each
        names = ", ".join(each.strategy for each in self.answers)
        message = f"{strategy!r} was not asked; there are: {names}"
        raise KeyError(message)
