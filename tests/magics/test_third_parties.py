"""Strategies and reports of other packages that cannot be imported: the user's cell runs all the same."""

import sys
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from perfmagic import registry
from perfmagic.registry import REPORTS, STRATEGIES, known
from tests.acceptance.notebook import Notebook

ENTRY_POINTS = registry.importlib.metadata.entry_points


@pytest.fixture
def notebook(monkeypatch):
    """A notebook in which a strategy and a report are installed that cannot be imported."""
    broken = {
        STRATEGIES: [EntryPoint(name="theirs", value="no_such_module:plan", group=STRATEGIES)],
        REPORTS: [EntryPoint(name="theirs", value="no_such_module", group=REPORTS)],
    }
    monkeypatch.setattr(
        registry.importlib.metadata,
        "entry_points",
        lambda *, group: [*ENTRY_POINTS(group=group), *broken[group]],
    )
    known.cache_clear()
    yield Notebook(magic=True)
    known.cache_clear()


REASON = "the strategy cannot be imported: ModuleNotFoundError: No module named 'no_such_module'"


def test_a_strategy_that_cannot_be_imported_is_a_refusal(notebook):
    shown = notebook.run("%%concurrent -o found --rounds 1\na = await work(1)\na\n")
    assert shown.error is None
    assert shown.value == 1
    refused = notebook["found"].candidate("theirs")
    assert (refused.status, refused.reason) == ("refused", REASON)
    assert refused.hint == "repair or remove the package that offers it"


def test_one_that_ends_the_interpreter_is_a_refusal_too(notebook, monkeypatch):
    module = ModuleType("no_such_module")
    module.__getattr__ = lambda _: sys.exit(4)
    monkeypatch.setitem(sys.modules, "no_such_module", module)
    notebook.ran("%%concurrent -o found --strategies theirs\na = 1\n")
    assert notebook["found"].candidate("theirs").reason == "the strategy cannot be imported: SystemExit: 4"


def test_explain_tells_it_too(notebook):
    notebook.ran("%%concurrent --explain -o found\na = await work(1)\n")
    assert notebook["found"].answer("theirs").reason == REASON


def test_a_report_that_cannot_be_imported_keeps_no_other_from_being_written(notebook, tmp_path):
    path = tmp_path / "found.json"
    notebook.ran(f"%%concurrent --rounds 1 --export {path}\na = 1\n")
    assert path.read_text().startswith("{")


def test_a_suffix_that_it_may_have_had_is_refused_with_its_name(notebook, tmp_path):
    shown = notebook.run(f"%%concurrent --export {tmp_path / 'found.xyz'}\na = 1\n")
    assert str(shown.error).endswith("these reports cannot be imported: theirs")
    assert "a" not in notebook.shell.user_ns
