"""What perfmagic remembers in one shell: its configuration and the newest comparison."""

import threading
from typing import TYPE_CHECKING, Any

from IPython.core.getipython import get_ipython

from perfmagic.configuration import Perfmagic
from perfmagic.errors import UsageError

if TYPE_CHECKING:
    from perfmagic.model.comparison import Comparison

ATTRIBUTE = "perfmagic_session"


class Session:
    """State of the extension in one shell; it lives and dies with the shell."""

    def __init__(self, *, shell: Any, configuration: Perfmagic) -> None:
        self.shell = shell
        self.configuration = configuration
        self.last: Comparison | None = None
        self.idle = (
            threading.Lock()
        )  # held while a comparison runs: two would restore one namespace under each other


def current_session() -> Session:
    """Return the session of the running shell.

    Raises
    ------
    UsageError
        If there is no shell, or the extension is not loaded in it.
    """
    shell = get_ipython()
    session = getattr(shell, ATTRIBUTE, None)
    if not isinstance(session, Session):
        raise UsageError("perfmagic is not loaded here: run %load_ext perfmagic first")
    return session


def last_comparison() -> "Comparison":
    """Return the newest comparison of this shell.

    Raises
    ------
    UsageError
        If nothing was compared yet.
    """
    last = current_session().last
    if last is None:
        raise UsageError("nothing was compared yet: put %%concurrent above a cell and run it")
    return last
