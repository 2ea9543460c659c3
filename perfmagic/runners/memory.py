"""The most memory that one run needed, and how much is free, where the system tells."""

import os
from pathlib import Path

STATUS = Path("/proc/self/status")
CLEAR_REFS = Path("/proc/self/clear_refs")
MEMINFO = Path("/proc/meminfo")
CGROUP = Path("/sys/fs/cgroup")

RESET_HIGH_WATER_MARK = "5"  # proc(5): resets the peak resident set size of the process


def reset_peak() -> bool:
    """Set the high-water mark of resident memory to what is resident now; return whether the system can do that."""
    try:
        CLEAR_REFS.write_text(RESET_HIGH_WATER_MARK, encoding="ascii")
    except OSError:
        return False
    return True


def peak_since_reset() -> int | None:
    """Return the most bytes that were resident since `reset_peak`; ``None`` where the mark cannot be reset or read.

    It counts the whole process: the interpreter and what other cells left included.
    """
    if not os.access(CLEAR_REFS, os.W_OK):  # the mark would be that of the whole life of the process
        return None
    return _field_bytes(STATUS, "VmHWM")


def available_bytes() -> int | None:
    """Return about how much memory can be taken without swapping; ``None`` where the system does not tell."""
    found = [each for each in (_free_of_machine(), _free_of_group()) if each is not None]
    return min(found) if found else None


def _free_of_machine() -> int | None:
    available = _field_bytes(MEMINFO, "MemAvailable")
    if available is not None:
        return available
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return None


def _free_of_group() -> int | None:
    """Return what the limit of the control group, such as a container's, leaves."""
    try:
        limit = int((CGROUP / "memory.max").read_text(encoding="ascii"))
        return max(0, limit - int((CGROUP / "memory.current").read_text(encoding="ascii")))
    except (OSError, ValueError):  # no such group, or no limit ("max")
        return None


def _field_bytes(file: Path, name: str) -> int | None:
    try:
        lines = file.read_text(encoding="ascii", errors="replace").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
    except (OSError, StopIteration, ValueError, IndexError):
        return None
