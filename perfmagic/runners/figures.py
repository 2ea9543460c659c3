"""Figures that are open in pyplot: those that a rerun opens are closed, those open before are as they were.

matplotlib is never imported here: where it is not loaded, there are no figures.
"""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any


def _open_figures() -> Any:
    """Return pyplot's table of open figures by number, the active one last; ``None`` without matplotlib."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    figures = getattr(getattr(helpers, "Gcf", None), "figs", None)
    return figures if hasattr(figures, "clear") else None


@contextmanager
def saved_figures() -> Generator[None, None, None]:
    """Hide the open figures from the code under it, close what that opens, and show the hidden ones again.

    A run that draws without making a figure (``plt.plot``) so gets a new one each time, instead of adding a line to the
    figure of the run before; with the inline backend a cell starts without open figures anyway.
    """
    hidden = _open_figures()
    kept = [] if hidden is None else list(hidden.items())
    if hidden is not None:
        hidden.clear()
    try:
        yield
    finally:
        now = _open_figures()
        if now is not None:
            _close_all(now)
            now.update(kept)


def _close_all(figures: Any) -> None:
    sys.modules["matplotlib._pylab_helpers"].Gcf.destroy_all()
    figures.clear()
