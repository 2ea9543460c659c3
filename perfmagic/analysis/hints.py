"""What a change to the cell could do about a dependence: the advice that goes with a refusal.

Advice names code alone. Whether an option would lift the dependence is found out by trying it, and said by whoever tries.
"""

from collections.abc import Mapping
from types import MappingProxyType

from perfmagic.analysis.effects import Kind, Location

EXCLUSIVE = "give each operation a connection of its own, from a pool"
UNKNOWN = "call functions whose source can be read, or that perfmagic has a model of"
PACING = "take the pause out of the cell if it does not matter"
DYNAMIC = "put it into a cell of its own"
ANY_CASE = "let the operations run in any case, and decide afterwards what to use"
COMMITMENT = "do what writes first, or last, if the order does not matter"
VALUE = "nothing can overlap where one value is made from the other: only faster operations help"


ADVICE: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.OBJECT: "give each operation an object of its own, and put the results together afterwards",
        Kind.STDOUT: "let the operations return what they print, and print it afterwards",
        Kind.FILE: "give each operation a file of its own",
        Kind.ENVIRONMENT: "pass the value as an argument instead of through the environment",
        Kind.CLOCK: "measure the whole cell instead, or take the pause out if it is not needed",
        Kind.RANDOM: "give each operation a random generator of its own",
        Kind.CONTEXT: "pass the value as an argument and return it, instead of keeping it with the task",
        Kind.TASK: "pass the value as an argument and return it, instead of keeping it with the task",
        Kind.LOOP: "leave out what makes them take turns, if they need not",
        Kind.EXTERNAL: "put what only reads before what writes, if that is right",
        Kind.EXCLUSIVE: EXCLUSIVE,
        Kind.SERIALISED: EXCLUSIVE,
    }
)
"""What to change where two steps touch one location of a kind."""


GUARDS: tuple[tuple[str, str], ...] = (
    ("the try statement", "put the operations into one try statement, if its handlers fit them all"),
    ("the with statement", "put the operations into one with statement, if it fits them all"),
    ("writes it back", "bind the results to names, and add them up after the operations"),
    ("on purpose", PACING),
    ("declares names", "return the value instead of setting a name of another scope"),
    ("", "make the check after the operations, or before all of them"),
)
"""What to change where control flow keeps later code waiting, by a word of the reason."""


def after_guard(guard: str) -> str:
    """Return what to change where later code has to wait because of control flow; ``guard`` is the reason."""
    return next(text for word, text in GUARDS if word in guard)


PINS: tuple[tuple[str, str], ...] = (
    ("task it runs in", ADVICE[Kind.CONTEXT]),
    ("on purpose", PACING),
    ("writes it back", "bind the results to names, and add them up after the operations"),
    ("inside an operation", "bind the name in a statement of its own before the operation"),
    ("which depends on the function", "take what it gives in a statement of its own before the operation"),
    ("prints the code", "bind the result to a name, and print that"),
    ("formatted string", "bind the result to a name, and format that"),
)
"""What to change where an operation cannot move, by a word of the reason."""

FALLBACK: Mapping[str, str] = MappingProxyType(
    {
        "loop": "make each iteration one plain operation that needs nothing of the iterations before",
        "control": ANY_CASE,
        "unknown": UNKNOWN,
    }
)


def otherwise(kind: str, told: str) -> str:
    """Return what to change where whoever refuses did not say it: by the reason if it is a known one, or else by its kind."""
    pinned = next((text for word, text in PINS if word in told), None)
    return pinned or FALLBACK.get(kind, "write the statements in a plainer way")


def advice(kind: str, location: Location) -> str:
    """Return what to change where two steps touch one location; ``kind`` is that of the dependence."""
    if location.kind is Kind.NAME:
        return _name(kind, location.label)
    if location.kind is Kind.OBJECT and kind != "output":
        return "pass the value as an argument and return it, instead of changing an object that both use"
    return ADVICE[location.kind]


def _name(kind: str, name: str) -> str:
    if kind == "flow":
        return VALUE
    return (
        f"use another name than {name!r} for the second value, or return it instead of setting a global name"
    )


def reason(kind: str, location: Location, earlier: int, later: int) -> str:
    """Return what two steps have to do with each other, as a sentence without the final stop; lines are from 1."""
    name = repr(location.label)
    match location.kind:
        case Kind.CLOCK:
            return _clock(kind, earlier, later)
        case Kind.LOOP:
            return f"{_both(earlier, later, 'use')} {name}, which sets who goes first"
        case Kind.SERIALISED:
            return f"{location.label} runs its operations one after the other by itself: overlapping them gains nothing"
        case _ if kind == "flow":
            return f"line {later} reads {name}, which line {earlier} writes"
        case _ if kind == "anti":
            return f"line {later} writes {name}, which line {earlier} reads"
        case _ if earlier == later:
            return f"line {earlier} {writing(location, 's')} each time"
        case _:
            return f"lines {earlier} and {later} both {writing(location)}"


def writing(location: Location, ending: str = "") -> str:
    """Return the verb, with its ending, and the object of a sentence about something that writes a location."""
    if location.kind is Kind.STDOUT:
        return f"print{ending}"
    if location.kind is Kind.EXTERNAL and location.label.startswith("the "):
        return f"write{ending} to {location.label}"
    return f"write{ending} {location.label!r}"


def _both(earlier: int, later: int, verb: str) -> str:
    return (
        f"lines {earlier} and {later} both {verb}"
        if earlier != later
        else f"line {earlier} {verb}s, each time,"
    )


def _clock(kind: str, earlier: int, later: int) -> str:
    if kind == "flow":
        return f"line {later} takes time that is measured from line {earlier} on"
    if kind == "anti":
        return f"line {later} reads the clock after line {earlier} took its time"
    return f"{_both(earlier, later, 'read')} the clock"
