"""What is told of several strategies, told once."""

from collections.abc import Iterable

from perfmagic.model.comparison import Candidate


def grouped(told: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return each text once, behind all that it is told of: pairs of a name and a text give ``a, b: text``."""
    return tuple(f"{', '.join(names)}: {text}" for text, names in owners_of(told).items())


def owners_of(told: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return the names that each text is told of, in the order in which they come."""
    owners: dict[str, dict[str, None]] = {}
    for owner, text in told:
        owners.setdefault(text, {})[owner] = None
    return {text: tuple(names) for text, names in owners.items()}


def names_of(candidates: Iterable[Candidate]) -> str:
    """Return the names of strategies as a list in one line."""
    return ", ".join(each.strategy for each in candidates)
