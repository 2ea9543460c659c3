"""Asks strategies what they would make of a cell; one that fails is a refusal like any other."""

from typing import Protocol, cast

from perfmagic.analysis.analysis import Analysis
from perfmagic.comparing.ledger import error_info
from perfmagic.comparing.unlocking import with_option
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal

FAULT = "report this as a fault of the strategy"
TOO_DEEP = "the cell is nested too deeply to be rewritten"
PLAINER = "write the longest expressions as several statements"
REINSTALL = "repair or remove the package that offers it"


class Strategy(Protocol):
    """One way to change a cell: the seam for new strategies."""

    def __call__(self, analysis: Analysis, options: Options) -> Plan | Refusal:
        """Return the changed cell, or why it cannot be changed."""
        ...


def ask(name: str, strategy: Strategy, analysis: Analysis, options: Options) -> Plan | Refusal:
    """Return what a strategy answers, and for a refusal which option would lift it; a failure keeps no cell from running."""
    if analysis.unread is not None:
        return Refusal(strategy=name, kind="unknown", reason=f"{analysis.unread}.", hint=PLAINER)
    try:
        answer = cast("object", strategy(analysis, options))
    except RecursionError:
        return Refusal(strategy=name, kind="unknown", reason=f"{TOO_DEEP}.", hint=PLAINER)
    except (Exception, SystemExit) as failure:  # noqa: BLE001 - strategies may come from other packages
        return fault(name, f"the strategy failed with {told(failure)}")
    if isinstance(answer, Plan):
        return answer
    if not isinstance(answer, Refusal):
        return fault(
            name, f"the strategy answered with {type(answer).__name__}, neither a plan nor a refusal"
        )
    try:
        return with_option(answer, lambda more: strategy(analysis, more), options)
    except (Exception, SystemExit):  # noqa: BLE001 - what it says of the cell as it is stands all the same
        return answer


def unavailable(name: str, failure: BaseException) -> Strategy:
    """Return what takes the place of a strategy that cannot be imported: it refuses every cell."""
    reason = f"the strategy cannot be imported: {told(failure)}"

    def refuse(analysis: Analysis, options: Options) -> Refusal:  # noqa: ARG001 - as every strategy is called
        return Refusal(strategy=name, kind="missing", reason=reason, hint=REINSTALL)

    return refuse


def fault(name: str, reason: str) -> Refusal:
    """Return the refusal that a fault of a strategy comes to."""
    return Refusal(strategy=name, kind="unknown", reason=reason, hint=FAULT)


def told(failure: BaseException) -> str:
    """Return an exception in words."""
    found = error_info(failure)
    return f"{found.type}: {found.message}" if found.message else found.type
