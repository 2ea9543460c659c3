"""How long threads of this process were ready to run and had no core: other programs kept them from it."""

from collections.abc import Mapping
from pathlib import Path

_TASKS = Path("/proc/self/task")


def queued_s() -> dict[str, float]:
    """Return the seconds in the queue of the scheduler for each thread that is alive; nothing where the system does not tell."""
    try:
        threads = list(_TASKS.iterdir())
    except OSError:
        return {}
    return {each.name: seconds for each in threads if (seconds := _read(each / "schedstat")) is not None}


def queued_between_s(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """Return the seconds that threads queued in between; of those that ended nothing is known."""
    return sum(max(0.0, seconds - before.get(thread, 0.0)) for thread, seconds in after.items())


def _read(path: Path) -> float | None:
    try:
        return int(path.read_text(encoding="ascii").split()[1]) * 1e-9
    except (OSError, ValueError, IndexError):
        return None
