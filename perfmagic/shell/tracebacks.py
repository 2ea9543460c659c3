"""The user's exception as the user would have seen it: same type, same line, none of our frames."""

from types import TracebackType
from typing import Any

_DRAWING = "_render_traceback_"
"""Name of the method by which an exception draws its own traceback in IPython."""


def show_without_our_frames(shell: Any, error: BaseException, traceback: TracebackType | None) -> None:
    """Make the shell draw this exception from the cell's own frame on.

    The frames between the shell and the cell are added while the exception travels, after we have let go of it; the
    one hook that IPython offers for its drawing is a method of the exception.
    """

    def render() -> list[str]:
        drawn: list[str] = shell.InteractiveTB.structured_traceback(
            type(error), error, traceback, tb_offset=0
        )
        return drawn

    if isinstance(error, SyntaxError) or hasattr(error, _DRAWING):
        return
    try:
        setattr(error, _DRAWING, render)
    except (AttributeError, TypeError):
        return  # an exception that takes no attributes is drawn with our frames, folded by the shell
