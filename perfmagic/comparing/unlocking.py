"""Which option would turn a refusal into a plan: found out by asking the strategy again, so no hint promises too much."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from perfmagic.analysis.hints import ANY_CASE
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal

Answer = Callable[[Options], Plan | Refusal]

PAUSES = ("--ignore-sleeps", "if the pause does not matter")
READS = ("--speculate", "if it does no harm to read what might then not be needed")
ORDER = ("--allow-reorder", "if the order does not matter")
INDEPENDENT = ("--assume-independent", "if they have nothing to do with each other")

OFFERS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "effect": (PAUSES, ORDER, INDEPENDENT),
        "control": (PAUSES, READS, INDEPENDENT),
        "output": (ORDER, INDEPENDENT),
        "flow": (INDEPENDENT,),
        "anti": (INDEPENDENT,),
        "unknown": (INDEPENDENT,),
        "loop": (READS, ORDER, INDEPENDENT),
    }
)
"""Options that can lift a reason of a kind, the least daring first. What allows one operation at a time stays that way."""


def with_option(refusal: Refusal, answer: Answer, options: Options) -> Refusal:
    """Return the refusal, its hint completed by the first option that leads to a plan, if any does."""
    for flag, condition in OFFERS.get(refusal.kind, ()):
        more = _with(options, flag)
        lifts = more != options and isinstance(answer(more), Plan)
        told = refusal.hint or ANY_CASE
        if flag in told and not lifts:
            refusal = replace(refusal, hint=ANY_CASE)
        elif lifts:
            hint = told if flag in told else f"{told}; or pass {flag} {condition}"
            return replace(refusal, hint=hint)
    return refusal


def _with(options: Options, flag: str) -> Options:
    match flag:
        case "--ignore-sleeps":
            return replace(options, ignore_sleeps=True)
        case "--speculate":
            return replace(options, speculate=True)
        case "--allow-reorder":
            return replace(options, allow_reorder=True)
        case _:
            return replace(options, assume_independent=frozenset())
