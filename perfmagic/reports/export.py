"""Writing a report to a file: whole or not at all, and never over something without being told to."""

import os
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

from perfmagic.errors import ExportError
from perfmagic.model.comparison import Comparison


def write(comparison: Comparison, path: Path, *, replace: bool, render: Callable[[Comparison], str]) -> None:
    """Write the rendered comparison to a file, which is either complete or as it was.

    Parameters
    ----------
    replace
        Whether a file that exists may be replaced.

    Raises
    ------
    ExportError
        If the file exists and may not be replaced, or cannot be written; the message says what to do.
    """
    write_text(path, render(comparison), replace=replace)


def write_text(path: Path, text: str, *, replace: bool) -> None:
    """Write text to a file, which is either complete or as it was; the errors are those of `write`."""
    target = _destination(path, replace=replace)
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        message = (
            f"{path} was not written: the report holds a character that UTF-8 cannot hold ({error.reason})"
        )
        raise ExportError(message) from error
    try:
        _write_whole(target, content)
    except OSError as error:
        message = f"{path} was not written: {error.strerror or error}"
        raise ExportError(message) from error


def _destination(path: Path, *, replace: bool) -> Path:
    """Return the file behind links, so that a link stays one."""
    try:
        target = path.expanduser().resolve()
        is_folder, exists, has_parent = target.is_dir(), target.exists(), target.parent.is_dir()
    except (OSError, RuntimeError, ValueError) as error:
        message = f"{str(path)!r} is no path that can be written: {error}"
        raise ExportError(message) from error
    if is_folder:
        message = f"{path} is a folder: name a file in it"
        raise ExportError(message)
    if not has_parent:
        message = f"{path} was not written: there is no folder {target.parent}; make it first"
        raise ExportError(message)
    if exists and not replace:
        message = f"{path} exists: pass --force (force=True in Python) to replace it, or choose another name"
        raise ExportError(message)
    return target


def _write_whole(target: Path, content: bytes) -> None:
    """Write beside the target and rename: a rename within one folder is atomic."""
    draft = target.with_name(f".{target.name[:100]}.{uuid.uuid4().hex}.part")
    try:
        with draft.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            shutil.copymode(target, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
