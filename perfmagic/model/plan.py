"""What a strategy answers: a plan to run, or the reason why there is none."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One replacement in the text that Python reads.

    Positions are those of `ast`: lines from 1, columns in UTF-8 *bytes* from 0.
    An edit whose start equals its end inserts.
    """

    start: tuple[int, int]
    end: tuple[int, int]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The changed cell, ready to run and to keep.

    Attributes
    ----------
    strategy
        Name of the strategy.
    source
        The changed cell as the user would keep it, IPython syntax included.
    assumptions
        What must be true for the change to be right and was not proven; each a sentence for the report.
    introduced
        Names that the change adds to the namespace; the comparison of results ignores them.
    redefined
        Names of definitions (functions, classes) of the cell that the change rewrote.
    slots
        Operations that can be in flight at once, ``None`` if nothing bounds them.
    one_thread
        Whether all Python code of the plan shares one thread or the interpreter lock, so that CPU time adds up.
    workers
        Worker processes that the plan hands work to, 0 if none: they are started before the clock is.
    """

    strategy: str
    source: str
    assumptions: tuple[str, ...] = ()
    introduced: frozenset[str] = frozenset()
    redefined: frozenset[str] = frozenset()
    slots: int | None = None
    one_thread: bool = True
    workers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a strategy does not apply; a result like any other, shown in the report.

    Attributes
    ----------
    kind
        The class of the reason, for programs and tests: ``nothing`` (nothing to overlap), ``flow``, ``anti``, ``output``,
        ``effect``, ``exclusive``, ``unknown``, ``control``, ``loop``, ``syntax``, ``already``, ...
    reason
        One sentence that names what and where.
    lines
        First and last line (from 1) of the code that forbids the change, ``None`` if there is no such line.
    hint
        What the user can do: an option, or a change to the cell.
    """

    strategy: str
    kind: str
    reason: str
    lines: tuple[int, int] | None = None
    hint: str | None = None
