"""How long threads of this process were ready to run and had no core: other programs kept them from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TASKS = Path("/proc/self/task")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Seconds that a thread ran so far, and that it stood in the queue of the scheduler."""

    ran_s: float
    queued_s: float


def turns() -> dict[str, Turns]:
    """Return the turns of each thread that is alive; nothing where the system does not tell."""
    try:
        threads = list(_TASKS.iterdir())
    except OSError:
        return {}
    return {each.name: found for each in threads if (found := _read(each / "schedstat")) is not None}


def queued_per_second(before: Mapping[str, Turns], after: Mapping[str, Turns]) -> float:
    """Return the seconds in the queue for each second that was run in between; of threads that ended nothing is known."""
    none = Turns(ran_s=0.0, queued_s=0.0)
    known = [(before.get(thread, none), now) for thread, now in after.items()]
    queued_s = sum(max(0.0, now.queued_s - then.queued_s) for then, now in known)
    ran_s = sum(max(0.0, now.ran_s - then.ran_s) for then, now in known)
    return queued_s / ran_s if ran_s > 0 else 0.0


def _read(path: Path) -> Turns | None:
    try:
        ran, queued = path.read_text(encoding="ascii").split()[:2]
        return Turns(ran_s=int(ran) * 1e-9, queued_s=int(queued) * 1e-9)
    except (OSError, ValueError):
        return None
