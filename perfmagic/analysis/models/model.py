"""One model: what a library function reads, changes and gives, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from perfmagic.analysis.effects import Kind

SHARINGS = ("shareable", "serialised", "exclusive")
EFFECTS = ("reads", "writes", "queries", "requests", "consumes", "uses", "closes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How a call uses an object of a client library, and the service behind it.

    Attributes
    ----------
    effect
        ``reads`` or ``writes`` the service; ``queries`` or ``requests``: the text or the verb that comes first decides;
        ``consumes`` what an object of before holds, which does not come back; ``uses`` only the object; ``closes`` it.
    sharing
        Whether operations of one object may overlap: ``shareable``, ``serialised`` (they queue up by themselves: safe, no gain)
        or ``exclusive`` (it allows one at a time).
    service
        What the object talks to; empty if it talks to nothing.
    address
        Attributes, as dotted paths, of which the first plain one names the database: two names, two databases.
    slots
        Attributes, as dotted paths, whose first plain number is how many operations it runs at once; or that number.
    """

    effect: str
    sharing: str = "shareable"
    service: str = ""
    address: tuple[str, ...] = ()
    slots: tuple[str, ...] | int = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What a call of a library function does.

    Attributes
    ----------
    result
        What it gives: ``none``, ``data`` (new plain data), ``scalar``, ``scalar:int``, ``self`` (its receiver), ``element``
        (of its receiver),
        ``new:module.Class`` (a new object), ``copy:module.Class`` (a new container of its arguments' elements),
        ``first`` (its first argument), ``held`` (an argument, an element of one, or what holds them), ``unknown``.
    reads
        How far it reads its arguments: ``no``, ``shallow`` or ``deep`` (everything that can be reached).
    mutates
        Whether it changes its receiver (a function: its first argument).
    stores
        Whether its receiver keeps its arguments.
    calls
        Whether it may call functions that it is given.
    locations
        Other locations it uses, each as kind, key and whether it writes.
    hazard
        Why it should not run twice, ``None`` if it may.
    blocking, awaits
        Whether it may wait without awaiting; whether its result must be awaited.
    computes
        Whether it may compute for long, and lets other threads run meanwhile.
    handler
        Name of the rule that treats it instead, for what these fields cannot say.
    option
        A parameter of that rule.
    attribute
        Whether it is plain data rather than a method.
    objects
        Whether a method of an object that a function of this module made changes the object.
    changes
        Places of further arguments that it changes, the receiver of a method not counted.
    may_raise
        False if it is known not to raise.
    use
        How it uses a client of a service, if its receiver is one.
    """

    result: str = "data"
    reads: str = "deep"
    mutates: bool = False
    stores: bool = False
    calls: bool = True
    locations: tuple[tuple[Kind, str, bool], ...] = ()
    hazard: str | None = None
    blocking: bool = False
    computes: bool = False
    awaits: bool = False
    handler: str | None = None
    option: str = ""
    attribute: bool = False
    objects: bool = False
    changes: tuple[int, ...] = ()
    may_raise: bool = True
    use: Use | None = None


Table = Mapping[str, Model]


def group(model: Model, prefix: str, names: str) -> dict[str, Model]:
    """Return a table that gives every name under a prefix the same model."""
    return {f"{prefix}.{name}": model for name in names.split()}


PURE = Model()
HELD = replace(PURE, result="held")
NUMBER = replace(PURE, result="scalar")
SHALLOW = Model(reads="shallow", result="scalar", calls=False)
CHANGE = Model(mutates=True, result="none", reads="no", calls=False)
KEEP = Model(mutates=True, stores=True, result="none", reads="no", calls=False)
