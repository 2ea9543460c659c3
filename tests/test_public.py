"""What users import: the names, that each is there, and that export and last say what is wrong."""

import subprocess
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import perfmagic
from perfmagic.errors import CellError, ExportError, PerfmagicError, RunError, UsageError
from perfmagic.reports import json, text
from tests.reports.examples import DIFFERENT, WIN


@pytest.mark.parametrize("name", perfmagic.__all__)
def test_every_public_name_is_there_and_documented(name):
    value = getattr(perfmagic, name)
    assert name in dir(perfmagic)
    if name != "__version__":
        assert value.__doc__


def test_an_unknown_name_is_an_attribute_error_that_names_it():
    with pytest.raises(AttributeError, match="module 'perfmagic' has no attribute 'comparee'"):
        perfmagic.comparee


@pytest.mark.parametrize("error", [UsageError, CellError, RunError, ExportError])
def test_all_errors_have_one_root_and_are_drawn_in_one_line(error):
    made = error("what, where, what to do")
    assert isinstance(made, PerfmagicError)
    assert made._render_traceback_() == [f"{error.__name__}: what, where, what to do"]


def test_importing_the_package_imports_none_of_its_machinery():
    code = "import sys, perfmagic; print([m for m in sys.modules if m.startswith('perfmagic')])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "['perfmagic']"


def test_same_compares_two_values():
    assert perfmagic.same([1, 2], [1, 2]).status == "equal"
    assert perfmagic.same(1.0, 1.0 + 1e-12, rtol=1e-9).status == "close"
    assert perfmagic.same([1, 2], [2, 1]).status == "different"


@pytest.fixture
def shell():
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    yield made
    InteractiveShell.clear_instance()


def test_last_without_a_shell_says_what_to_do():
    InteractiveShell.clear_instance()
    with pytest.raises(UsageError, match="run %load_ext perfmagic first"):
        perfmagic.last()


def test_last_without_the_extension_says_what_to_do(shell):
    with pytest.raises(UsageError, match="run %load_ext perfmagic first"):
        perfmagic.last()


def test_last_before_any_comparison_says_what_to_do(shell):
    perfmagic.load_ipython_extension(shell)
    with pytest.raises(UsageError, match="put %%concurrent above a cell"):
        perfmagic.last()


def test_last_is_the_newest_comparison(shell):
    perfmagic.load_ipython_extension(shell)
    shell.run_cell("%config Perfmagic.quiet = True")
    for title in ("one", "two"):
        assert shell.run_cell(f"%%concurrent --title {title}\nx = 1\n").success
        assert perfmagic.last().title == title


@pytest.mark.parametrize("as_text", [False, True], ids=["a Path", "a str"])
def test_export_writes_the_format_of_the_suffix_and_returns_the_path(tmp_path, as_text):
    path = tmp_path / "win.json"
    assert perfmagic.export(WIN, str(path) if as_text else path) == path
    assert path.read_text(encoding="utf-8") == json.render(WIN)


def test_export_expands_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert perfmagic.export(WIN, "~/win.txt") == tmp_path / "win.txt"
    assert (tmp_path / "win.txt").read_text(encoding="utf-8") == text.render(WIN)


def test_export_refuses_to_replace_a_file_unless_forced(tmp_path):
    path = tmp_path / "a.json"
    perfmagic.export(WIN, path)
    with pytest.raises(ExportError, match=r"a\.json"):
        perfmagic.export(DIFFERENT, path)
    assert path.read_text(encoding="utf-8") == json.render(WIN)
    perfmagic.export(DIFFERENT, path, force=True)
    assert path.read_text(encoding="utf-8") == json.render(DIFFERENT)


def test_export_to_an_unknown_format_writes_nothing(tmp_path):
    with pytest.raises(ExportError, match=r"end it in \.csv"):
        perfmagic.export(WIN, tmp_path / "a.docx")
    assert list(tmp_path.iterdir()) == []


def test_export_into_a_folder_that_is_not_there_says_so(tmp_path):
    with pytest.raises(ExportError, match="missing"):
        perfmagic.export(WIN, tmp_path / "missing" / "a.json")
