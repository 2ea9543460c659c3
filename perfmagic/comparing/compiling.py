"""The cell as written and the changed cells, compiled; a changed cell that cannot be run is a fault of its strategy."""

from dataclasses import replace

from perfmagic.comparing.asking import fault, told
from perfmagic.comparing.ledger import Entry, Ledger
from perfmagic.model.cell import Cell
from perfmagic.model.plan import Plan, Refusal
from perfmagic.runners.host import Host
from perfmagic.runners.program import Program


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
    try:
        program = host.compile(*host.parse(entry.source or ""))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as failure:
        return fault(entry.strategy, f"the changed cell does not compile: {told(failure)}")
    return replace(program, workers=entry.answer.workers if isinstance(entry.answer, Plan) else 0)
