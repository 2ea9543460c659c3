"""What bound a row, in a few words, and where those shares come from."""

from perfmagic.model.comparison import Candidate, Comparison, Usage
from perfmagic.model.units import percent, ratio

_LEAST = 0.05
"""A smaller share bounds nothing, and is within the error of the probe."""

_SHOWN = 2


def bound_by(usage: Usage | None) -> str:
    """Return the greatest shares: ``waiting 96 %``, ``CPU 98 %``, ``GIL 41 %, CPU 55 %``."""
    if usage is None:
        return ""
    named = (
        ("GIL", usage.lock_share or 0.0),
        ("CPU", usage.cpu_share),
        ("waiting", usage.waiting_share),
    )
    greatest = sorted((each for each in named if each[1] >= _LEAST), key=lambda each: -round(each[1], 2))
    return ", ".join(f"{name} {percent(share)}" for name, share in greatest[:_SHOWN])


def shares_note(comparison: Comparison) -> tuple[str, ...]:
    """Return how the shares were measured, and for which rows the interpreter lock was not."""
    known = [each for each in comparison.candidates if each.usage is not None]
    if not known:
        return ()
    probed = [each for each in known if each.usage is not None and each.usage.lock_share is not None]
    if not comparison.environment.gil_enabled:
        return ("of the wall time; this Python has no GIL",)
    if not probed:
        compared = any(each.wall_s is not None and len(each.wall_s.samples) > 1 for each in known)
        return ("of the wall time; how long the GIL was held was not measured",) if compared else ()
    seen = any(each.usage is not None and (each.usage.lock_share or 0.0) >= _LEAST for each in probed)
    meaning = (
        "the GIL's is how long one more thread would wait for it," if seen else f"GIL below {percent(_LEAST)}"
    )
    text = f"of the wall time; {meaning} in probed runs{_cost(probed)}"
    missing = [each.strategy for each in known if each not in probed]
    return (f"{text}; not measured for {', '.join(missing)}" if missing else text,)


def _cost(probed: list[Candidate]) -> str:
    """Return how much longer the probed runs took than the timed ones."""
    factors = [each.usage.probe_factor for each in probed if each.usage and each.usage.probe_factor]
    if not factors:
        return ""
    low, high = ratio(min(factors)), ratio(max(factors))
    return f", {low} as long" if low == high else f", {low}-{high} as long"
