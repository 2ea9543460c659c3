"""A cell as the user wrote it, and as Python reads it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The body of one cell, without the magic line.

    Attributes
    ----------
    source
        The text as the user wrote it, IPython syntax (``!cmd``, ``%magic``) included.
    python
        The same text with the IPython syntax turned into calls; equal to ``source`` in an ordinary cell.
    number
        The execution count, ``None`` outside a shell.
    filename
        The file name under which the shell's compile cache knows the cell, so that tracebacks find the lines.
    """

    source: str
    python: str
    number: int | None = None
    filename: str = "<cell>"
