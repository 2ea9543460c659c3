"""The user's exception as the user would have seen it: same type, same line, none of our frames."""

from types import TracebackType
from typing import Any


def show_without_our_frames(shell: Any, error: BaseException, traceback: TracebackType | None) -> None:
    """Make the shell draw this exception, when it arrives, from the cell's own frame on.

    The frames between the shell and the cell are added while the exception travels, after we have let go of it. So a handler
    for exceptions of this type waits for it, once, cuts them off, and leaves whatever handler the user had as it was.
    """
    if isinstance(error, SystemExit):
        return  # the shell never draws it, so the handler would stay
    types, handler = shell.custom_exceptions, shell.CustomTB

    def draw(
        shell: Any,
        kind: type[BaseException],
        value: BaseException,
        frames: TracebackType | None,
        tb_offset: int | None = None,  # noqa: ARG001 - the signature that IPython asks for
    ) -> None:
        shell.custom_exceptions, shell.CustomTB = types, handler
        if value is not error:
            shell.showtraceback((kind, value, frames))
            return
        cut = value.with_traceback(traceback)
        shell.showtraceback((kind, cut, traceback), tb_offset=0, running_compiled_code=True)

    shell.set_custom_exc((type(error),), draw)
