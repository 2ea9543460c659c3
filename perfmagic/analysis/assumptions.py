"""Checks what the user told us to assume against the cell that it is about."""

from perfmagic.model.cell import Cell
from perfmagic.model.options import Options


def unknown_lines(cell: Cell, options: Options) -> str | None:
    """Return what is wrong with the lines of ``--assume-independent``: lines that the cell has not, or ``None``."""
    count = len(cell.python.rstrip("\n").split("\n"))
    unknown = sorted(each for each in options.assume_independent or () if not 1 <= each <= count)
    if not unknown:
        return None
    named = f"line{'s' if len(unknown) > 1 else ''} {', '.join(map(str, unknown))}"
    has = f"{count} line{'s' if count > 1 else ''}"
    return f"--assume-independent names {named}, but the cell has {has} (without the magic line): name lines from 1 to {count}"
