"""The cell as written and the changed cells, compiled; a changed cell that cannot be run is a fault of its strategy."""

from dataclasses import replace

from perfmagic.comparing.asking import fault, told
from perfmagic.comparing.ledger import Entry, Ledger
from perfmagic.model.cell import Cell
from perfmagic.model.plan import Plan, Refusal
from perfmagic.runners.host import Host
from perfmagic.runners.program import Program

_LINE_ENDS = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""Where `str.splitlines` ends a line and Python does not."""
_TAKE_OUT = "take the character out of the cell"


def compiled(cell: Cell, ledger: Ledger, host: Host) -> dict[str, Program]:
    """Return what is run for each entry; the answer of a strategy whose code cannot be run becomes a refusal.

    The cell as written comes last: the shell then keeps its text under the cell's number.

    Raises
    ------
    SyntaxError
        If the cell as written does not compile, with the user's line.
    """
    found = {entry.strategy: _candidate(entry, host) for entry in ledger.plans()}
    written = host.compile(*host.parse(cell.source))
    for entry in ledger.plans():
        program = found[entry.strategy]
        if isinstance(program, Program) and program.awaits and not written.awaits:
            program = fault(entry.strategy, "the changed cell awaits, and the cell as written does not")
        if isinstance(program, Refusal):
            entry.answer, entry.source = program, None
    programs = {name: program for name, program in found.items() if isinstance(program, Program)}
    return {**programs, ledger.baseline.strategy: written}


def _candidate(entry: Entry, host: Host) -> Program | Refusal:
    source = entry.source or ""
    try:
        program = host.compile(*host.parse(source))
    except Exception as failure:  # noqa: BLE001 - the user's own input transformers have their say
        odd = next((each for each in _LINE_ENDS if each in source), None)
        if odd is None:
            return fault(entry.strategy, f"the changed cell does not compile: {told(failure)}")
        reason = f"the shell would end a line of the changed cell at the character U+{ord(odd):04X}"
        return Refusal(strategy=entry.strategy, kind="syntax", reason=reason, hint=_TAKE_OUT)
    return replace(program, workers=entry.answer.workers if isinstance(entry.answer, Plan) else 0)
