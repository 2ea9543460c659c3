"""From a name to what it stands for: perfmagic's own first, others after them, and a name that is near for a wrong one."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

from perfmagic import registry
from perfmagic.analysis.analysis import analyse
from perfmagic.errors import ExportError, UsageError
from perfmagic.model.cell import Cell
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.registry import REPORTS, STRATEGIES, Known, known, report_for
from perfmagic.reports import csv, html, json, markdown, text
from tests.reports.examples import WIN


def test_strategies_come_in_the_order_in_which_they_are_tried():
    assert list(known(STRATEGIES).points)[:5] == ["gather", "taskgroup", "tasks", "threads", "processes"]


@pytest.mark.parametrize("name", ["gather", "taskgroup", "tasks", "threads", "processes"])
def test_a_strategy_answers_with_a_plan_or_a_refusal(name):
    strategy = known(STRATEGIES).load(name)
    answer = strategy(analyse(Cell(source="x = 1\n", python="x = 1\n"), {}), Options())
    assert isinstance(answer, Plan | Refusal)
    assert answer.strategy == name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gathr", "no strategies named 'gathr': did you mean gather?"),
        ("thread", "no strategies named 'thread': did you mean threads?"),
        ("zzz", "no strategies named 'zzz': there are: "),
    ],
    ids=["nearly gather", "nearly threads", "nothing like it"],
)
def test_an_unknown_name_is_refused_with_the_nearest_or_all(name, message):
    with pytest.raises(UsageError) as caught:
        known(STRATEGIES).load(name)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("suffix", "report"), [("json", json), ("md", markdown), ("csv", csv), ("html", html), ("txt", text)]
)
def test_a_suffix_decides_the_report(suffix, report):
    for path in (Path(f"a.{suffix}"), Path(f"a.b.{suffix.upper()}")):
        assert report_for(path)(WIN) == report.render(WIN)


@pytest.mark.parametrize("name", ["a.docx", "a", ".json", "a.", "json"])
def test_a_suffix_without_a_report_is_refused_with_those_there_are(name):
    with pytest.raises(ExportError) as caught:
        report_for(Path(name))
    message = str(caught.value)
    assert repr(name) in message
    assert all(
        suffix in message for report in (csv, html, json, markdown, text) for suffix in report.suffixes
    )


@pytest.fixture
def fake_points(monkeypatch):
    """Let these entry points be installed."""
    known.cache_clear()

    def install(*points):
        monkeypatch.setattr(registry.importlib.metadata, "entry_points", lambda *, group: points)

    yield install
    known.cache_clear()


def point(name, value, group=STRATEGIES):
    return EntryPoint(name=name, value=value, group=group)


def test_others_come_after_our_own_by_name(fake_points):
    fake_points(
        point("zeta", "other.zeta:plan"),
        point("tasks", "perfmagic.strategies.tasks:plan"),
        point("alpha", "other.alpha:plan"),
        point("gather", "perfmagic.strategies.gather:plan"),
    )
    assert list(known(STRATEGIES).points) == ["gather", "tasks", "alpha", "zeta"]


def test_a_strategy_of_another_package_is_found(fake_points, monkeypatch):
    module = ModuleType("another_package")
    module.plan = object()
    monkeypatch.setitem(sys.modules, "another_package", module)
    fake_points(point("theirs", "another_package:plan"))
    assert known(STRATEGIES).load("theirs") is module.plan


def test_a_report_of_another_package_gets_its_suffix(fake_points, monkeypatch):
    module = ModuleType("another_report")
    module.suffixes, module.render = (".xyz",), lambda comparison: f"about {comparison.id}"
    monkeypatch.setitem(sys.modules, "another_report", module)
    fake_points(point("xyz", "another_report", REPORTS))
    assert report_for(Path("a.xyz"))(WIN) == f"about {WIN.id}"


def test_nothing_is_imported_before_it_is_used(fake_points):
    fake_points(point("broken", "no_such_module_at_all:plan"))
    assert list(known(STRATEGIES).points) == ["broken"]
    with pytest.raises(ModuleNotFoundError):
        known(STRATEGIES).load("broken")


def test_what_is_known_is_read_once(monkeypatch):
    assert known(REPORTS) is known(REPORTS)
    assert isinstance(known(REPORTS), Known)


def test_a_suffix_of_ours_stays_ours(fake_points, monkeypatch):
    module = ModuleType("another_report")
    module.suffixes, module.render = (".json", ".xyz"), lambda _: "not ours"
    monkeypatch.setitem(sys.modules, "another_report", module)
    fake_points(point("a", "another_report", REPORTS), point("json", "perfmagic.reports.json", REPORTS))
    assert report_for(Path("a.json"))(WIN) == json.render(WIN)
    assert report_for(Path("a.xyz"))(WIN) == "not ours"
