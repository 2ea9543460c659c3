"""From a name to a strategy or a report, through entry points; each is imported on first use."""

import difflib
import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from perfmagic.errors import ExportError, UsageError
from perfmagic.model.comparison import Comparison

STRATEGIES = "perfmagic.strategies"
REPORTS = "perfmagic.reports"

ORDER = ("gather", "taskgroup", "tasks", "threads", "processes")
"""Own strategies in the order in which they are tried and shown; what is installed is listed by name."""

Render = Callable[[Comparison], str]


class ReportModule(Protocol):
    """What a report's entry point names: a module with these two."""

    suffixes: tuple[str, ...]

    def render(self, comparison: Comparison) -> str:
        """Return the report's text."""
        ...


class FragmentModule(Protocol):
    """What the HTML report offers besides: the part of its page that a notebook shows."""

    def fragment(self, comparison: Comparison) -> str:
        """Return the report without the page around it."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """The entry points of one group, by name."""

    group: str
    points: Mapping[str, importlib.metadata.EntryPoint]

    def load(self, name: str) -> object:
        """Import what the name stands for.

        Raises
        ------
        UsageError
            If nothing has that name; the message names the nearest one.
        """
        point = self.points.get(name)
        if point is None:
            near = difflib.get_close_matches(name, self.points, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(sorted(self.points))}"
            kind = self.group.rpartition(".")[2]
            message = f"no {kind} named {name!r}: {hint}"
            raise UsageError(message)
        return cast("object", point.load())


@cache
def known(group: str) -> Known:
    """Return the entry points of a group; perfmagic's own come first, strategies in their order."""
    points = importlib.metadata.entry_points(group=group)
    own = sorted((point for point in points if point.value.startswith("perfmagic.")), key=_rank)
    others = sorted((point for point in points if point not in own), key=lambda point: point.name)
    found: dict[str, importlib.metadata.EntryPoint] = {}
    for point in (*own, *others):
        found.setdefault(point.name, point)
    return Known(group, found)


def _rank(point: importlib.metadata.EntryPoint) -> tuple[int, str]:
    return (ORDER.index(point.name) if point.name in ORDER else len(ORDER)), point.name


def report_for(path: Path) -> Render:
    """Return the report that writes files of that suffix.

    Raises
    ------
    ExportError
        If no report does; the message lists the suffixes there are.
    """
    reports, broken = known(REPORTS), list[str]()
    suffixes: dict[str, Render] = {}
    for name in reports.points:
        try:
            module = cast("ReportModule", reports.load(name))
            found = dict.fromkeys(module.suffixes, module.render)
        except (Exception, SystemExit):  # noqa: BLE001 - importing runs the code of other packages
            broken.append(name)
            continue
        suffixes = {**found, **suffixes}  # the first one keeps its suffix: perfmagic's own
    render = suffixes.get(path.suffix.lower())
    if render is None:
        message = f"cannot tell a format from {path.name!r}: end it in {', '.join(sorted(suffixes))}"
        raise ExportError(message + _unusable(broken))
    return render


def _unusable(broken: Sequence[str]) -> str:
    return f"; these reports cannot be imported: {', '.join(broken)}" if broken else ""
