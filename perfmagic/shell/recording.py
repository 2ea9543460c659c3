"""What a run prints and shows, told apart from what other tasks and threads print meanwhile.

Output belongs to the run if it comes from the run's own context (its tasks, and `asyncio.to_thread`, inherit a
context variable), or from a thread that was born while the run was being recorded. Everything else goes where it
always went.
"""

import contextvars
import io
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TextIO

from IPython.core.displaypub import DisplayPublisher

from perfmagic.model.run import Display

_current: "contextvars.ContextVar[Recording | None]" = contextvars.ContextVar(
    "perfmagic_recording", default=None
)


class Recording:
    """What the run printed and showed so far."""

    def __init__(self) -> None:
        self._text = io.StringIO()
        self._displays: list[Display] = []
        self._threads_before = frozenset(threading.enumerate())
        self.open = True

    @property
    def stdout(self) -> str:
        """Printed text."""
        return self._text.getvalue()

    @property
    def displays(self) -> tuple[Display, ...]:
        """Rich outputs in order."""
        return tuple(self._displays)

    def owns_caller(self) -> bool:
        """Tell whether the code that calls belongs to the run."""
        if not self.open:
            return False
        return _current.get() is self or threading.current_thread() not in self._threads_before

    def write(self, text: str) -> None:
        """Note printed text."""
        self._text.write(text)

    def show(self, display: Display) -> None:
        """Note a rich output."""
        self._displays.append(display)


class _Stream(io.TextIOBase):
    """A standard stream that notes what the run writes, and lets it through if the run is live."""

    def __init__(self, real: TextIO, recording: Recording, *, live: bool, noted: bool) -> None:
        self._real, self._recording, self._live, self._noted = real, recording, live, noted

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def write(self, text: str, /) -> int:
        if not self._recording.owns_caller():
            return self._real.write(text)
        if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] - a user may pass anything
            message = f"write() argument must be str, not {type(text).__name__}"
            raise TypeError(message)
        if self._noted:
            self._recording.write(text)
        return self._real.write(text) if self._live else len(text)

    def flush(self) -> None:
        self._real.flush()

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._real.isatty()

    def fileno(self) -> int:
        return self._real.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # read-only here: it is that of the real stream
        return self._real.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        return self._real.errors

    @property
    def buffer(self) -> Any:
        return self._real.buffer


class _Publisher(DisplayPublisher):
    """The shell's display publisher, with notes of what the run shows."""

    def __init__(self, real: Any, recording: Recording, *, live: bool) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyright: ignore[reportUnknownMemberType]  # untyped in IPython
        self._real, self._recording, self._live = real, recording, live

    def publish(self, data: Any, metadata: Any = None, **options: Any) -> None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]  # whatever the real one takes
        if self._recording.owns_caller():
            self._recording.show(Display(data=dict(data), metadata=dict(metadata or {})))
            if not self._live:
                return
        self._real.publish(data, metadata, **options)

    def clear_output(self, wait: bool = False) -> None:  # noqa: FBT001, FBT002 - the shell's own signature
        if self._live or not self._recording.owns_caller():
            self._real.clear_output(wait)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._real, name)


@contextmanager
def recording(shell: Any, *, live: bool) -> Generator[Recording]:
    """Record what the block prints and shows; ``live`` also lets it through."""
    notes = Recording()
    stdout, stderr, publisher = sys.stdout, sys.stderr, shell.display_pub
    ours = (
        _Stream(stdout, notes, live=live, noted=True),
        _Stream(stderr, notes, live=live, noted=False),
    )
    sys.stdout, sys.stderr = ours
    shell.display_pub = _Publisher(publisher, notes, live=live)
    token = _current.set(notes)
    try:
        yield notes
    finally:
        _current.reset(token)
        notes.open = False
        shell.display_pub = publisher
        # Where the user's code set another stream meanwhile, that one stays.
        sys.stdout = stdout if sys.stdout is ours[0] else sys.stdout
        sys.stderr = stderr if sys.stderr is ours[1] else sys.stderr
