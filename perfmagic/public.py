"""The functions that users call from Python."""

from pathlib import Path

from perfmagic.model.comparison import Comparison
from perfmagic.registry import report_for
from perfmagic.reports.export import write
from perfmagic.shell.session import last_comparison


def last() -> Comparison:
    """Return the newest comparison of this kernel.

    Raises
    ------
    UsageError
        If the extension is not loaded, or nothing was compared yet.
    """
    return last_comparison()


def export(comparison: Comparison, path: str | Path, *, force: bool = False) -> Path:
    """Write a comparison to a file, whole or not at all, and return its path; the suffix decides the format.

    Parameters
    ----------
    path
        Ends in ``.json``, ``.md``, ``.csv``, ``.html`` or ``.txt``.
    force
        Replace a file that exists.

    Raises
    ------
    ExportError
        If the suffix is unknown, the file exists, or it cannot be written.
    """
    destination = Path(path).expanduser()
    write(comparison, destination, replace=force, render=report_for(destination))
    return destination
