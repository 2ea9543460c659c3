"""Asks strategies what they would make of a cell; one that fails is a refusal like any other."""

from typing import Protocol

from perfmagic.analysis.analysis import Analysis
from perfmagic.comparing.unlocking import with_option
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal


class Strategy(Protocol):
    """One way to change a cell: the seam for new strategies."""

    def __call__(self, analysis: Analysis, options: Options) -> Plan | Refusal:
        """Return the changed cell, or why it cannot be changed."""
        ...


def ask(name: str, strategy: Strategy, analysis: Analysis, options: Options) -> Plan | Refusal:
    """Return what a strategy answers, and for a refusal which option would lift it; a failure keeps no cell from running."""
    try:
        answer = strategy(analysis, options)
        if isinstance(answer, Plan):
            return answer
        return with_option(answer, lambda more: strategy(analysis, more), options)
    except Exception as failure:  # noqa: BLE001 - strategies may come from other packages
        reason = f"the strategy failed with {type(failure).__name__}: {failure}"
        return Refusal(
            strategy=name, kind="unknown", reason=reason, hint="report this as a fault of the strategy"
        )
