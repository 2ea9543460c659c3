"""``%%concurrent --explain`` in a shell: it shows, stores and writes what is known of a cell, and runs nothing."""

import json

import pytest

from perfmagic.errors import ExportError, UsageError
from perfmagic.model.explanation import Explanation
from tests.acceptance.notebook import Notebook

AWAITING = "a = await work(1)\nb = await work(2)\ncalls.append(a + b)\ncalls\n"
BLOCKING = "a = block(1)\nb = block(2)\ncalls.append(a + b)\ncalls\n"


@pytest.fixture
def notebook():
    made = Notebook(magic=True)
    made.ran("calls = []")
    return made


@pytest.mark.parametrize("cell", [AWAITING, BLOCKING], ids=["awaiting", "blocking"])
def test_the_cell_does_not_run(notebook, cell):
    shown = notebook.run(f"%%concurrent --explain\n{cell}")
    assert shown.error is None
    assert shown.value is None
    assert notebook["calls"] == []
    assert "a" not in notebook.shell.user_ns
    assert notebook.shell.perfmagic_session.last is None


@pytest.mark.parametrize("cell", [AWAITING, BLOCKING], ids=["awaiting", "blocking"])
def test_levels_and_changes_are_shown_as_text_and_as_a_drawing(notebook, cell):
    (shown,) = notebook.run(f"%%concurrent --explain\n{cell}").displays
    assert set(shown) == {"text/plain", "text/html"}
    assert "2 operations in 1 level: at most 2.00x" in " ".join(shown["text/plain"].split())
    assert "would change the cell" in shown["text/plain"]
    assert '<svg role="img" aria-label="the cell: 2 operations in 1 level' in shown["text/html"]


def test_it_is_stored_where_the_user_asked(notebook):
    notebook.ran(f"%%concurrent --explain -o found\n{AWAITING}")
    found = notebook["found"]
    assert isinstance(found, Explanation)
    assert found.executions == 0
    assert found.answer("gather").source.startswith("a, b = await asyncio.gather(")


def test_only_the_strategies_that_were_asked_for_answer(notebook):
    notebook.ran(f"%%concurrent --explain -o found --strategies tasks\n{AWAITING}")
    assert [each.strategy for each in notebook["found"].answers] == ["tasks"]


@pytest.mark.parametrize(
    ("suffix", "start"), [(".txt", "%%concurrent --explain"), (".html", "<!DOCTYPE html>")]
)
def test_it_is_written_where_the_user_asked(notebook, tmp_path, suffix, start):
    path = tmp_path / f"found{suffix}"
    notebook.ran(f"%%concurrent --explain --export {path}\n{AWAITING}")
    assert path.read_text().startswith(start)


def test_its_json_holds_the_blocks_and_the_answers(notebook, tmp_path):
    path = tmp_path / "found.json"
    notebook.ran(f"%%concurrent --explain --export {path}\n{AWAITING}")
    data = json.loads(path.read_text())
    assert data["schema"] == "perfmagic.explanation/1"
    assert data["executions"] == 0
    assert [each["code"] for each in data["blocks"][0]["pieces"]][0] == "a = await work(1)"
    assert not any(each["implied"] for each in data["blocks"][0]["links"])


def test_a_suffix_that_it_cannot_write_is_an_error_before_anything_is_shown(notebook):
    shown = notebook.run(f"%%concurrent --explain --export found.csv\n{AWAITING}")
    assert isinstance(shown.error, ExportError)
    assert ".html, .json, .txt" in str(shown.error)
    assert shown.displays == []


def test_a_syntax_error_points_at_the_line_of_the_user(notebook):
    shown = notebook.run("%%concurrent --explain\na = await work(1)\nb = = 2\n")
    assert isinstance(shown.error, SyntaxError)
    assert shown.error.lineno == 2


def test_lines_that_the_cell_has_not_are_told(notebook):
    shown = notebook.run(f"%%concurrent --explain --assume-independent 7\n{AWAITING}")
    assert isinstance(shown.error, UsageError)
    assert "line 7" in str(shown.error)


def test_a_cell_with_commands_of_the_shell_is_explained_and_they_do_not_run(notebook):
    shown = notebook.run(
        "%%concurrent --explain\n!touch never_made\n%pwd\na = await work(1)\nb = await work(2)\n"
    )
    assert shown.error is None
    assert "!touch never_made" in shown.displays[0]["text/plain"]


def test_an_awaiting_cell_is_explained_without_autoawait_too(notebook):
    notebook.ran("%autoawait False")
    try:
        shown = notebook.run(f"%%concurrent --explain\n{AWAITING}")
    finally:
        notebook.ran("%autoawait True")
    assert shown.error is None
    assert "at most 2.00x" in " ".join(shown.displays[0]["text/plain"].split())


def test_a_comparison_afterwards_runs_as_ever(notebook):
    notebook.ran(f"%%concurrent --explain\n{AWAITING}", f"%%concurrent --rounds 3\n{AWAITING}")
    assert notebook["calls"] == [3]
