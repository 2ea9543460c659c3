"""Every error that perfmagic itself raises; the user's own exceptions are never wrapped.

PerfmagicError
├── UsageError    a magic line or an argument is wrong; nothing was run
├── CellError     the cell cannot be analysed or run the way it was asked for
├── RunError      our own machinery failed while it ran the cell
│   └── UnpairedSamples    times of different rounds cannot be compared
└── ExportError   a comparison could not be written or read
"""


class PerfmagicError(Exception):
    """What all errors of perfmagic have in common: catch this one to catch them all."""

    def _render_traceback_(self) -> list[str]:
        """Draw the error as one line: IPython asks for this method, and our frames would tell the user nothing."""
        return [f"{type(self).__name__}: {self}"]


class UsageError(PerfmagicError):
    """The magic line or an argument is wrong; nothing was run."""


class CellError(PerfmagicError):
    """The cell cannot be analysed, or cannot be run the way it was asked for."""


class RunError(PerfmagicError):
    """Our own machinery failed while it ran the cell; the message says what to do."""


class UnpairedSamples(RunError):  # noqa: N818 - named for what is wrong, as the others of its kind
    """Two sides of a comparison do not hold the same rounds."""


class ExportError(PerfmagicError):
    """A comparison could not be written or read; the destination is as it was."""
