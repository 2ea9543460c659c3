"""The command line shows and converts exported comparisons, and says in one line what is wrong."""

import io
import subprocess
import sys

import pytest

from perfmagic import __version__
from perfmagic.__main__ import main
from perfmagic.reports import html, json, markdown, text
from tests.reports.examples import DIFFERENT, WIN
from tests.reports.hostile import COMPARISONS


@pytest.fixture
def exported(tmp_path):
    path = tmp_path / "win.json"
    path.write_text(json.render(WIN))
    return path


def test_show_prints_the_table(exported, capsys):
    assert main(["show", str(exported)]) == 0
    assert capsys.readouterr().out == text.render(WIN)


@pytest.mark.parametrize(("name", "report"), [("markdown", markdown), ("html", html), ("json", json)])
def test_show_prints_other_formats(exported, capsys, name, report):
    assert main(["show", str(exported), "--format", name]) == 0
    assert capsys.readouterr().out == report.render(WIN)


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.mark.parametrize("coloured", [True, False])
def test_a_terminal_gets_colours_unless_it_wants_none(tmp_path, monkeypatch, coloured):
    (tmp_path / "a.json").write_text(json.render(DIFFERENT))
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    if not coloured:
        monkeypatch.setenv("NO_COLOR", "1")
    assert main(["show", str(tmp_path / "a.json")]) == 0
    assert sys.stdout.getvalue() == text.render(DIFFERENT, columns=100, colour=coloured)


def test_a_terminal_that_lacks_a_character_gets_an_escape(exported, monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert main(["show", str(exported)]) == 0
    assert b"\\u2588" in raw.getvalue()


def test_export_writes_the_format_of_the_suffix(exported, tmp_path):
    assert main(["export", str(exported), str(tmp_path / "out.MD")]) == 0
    assert (tmp_path / "out.MD").read_text() == markdown.render(WIN)


def test_export_replaces_a_file_only_when_forced(exported, tmp_path, capsys):
    out = tmp_path / "out.md"
    out.write_text("precious")
    assert main(["export", str(exported), str(out)]) == 1
    assert "out.md exists: pass --force" in capsys.readouterr().err
    assert out.read_text() == "precious"
    assert main(["export", str(exported), str(out), "--force"]) == 0
    assert out.read_text() == markdown.render(WIN)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "holds no comparison: this is not JSON"),
        (b"\xff\xfe", "holds no comparison"),
        (b"{}", "holds no comparison: schema is missing"),
        (b'{"schema": "perfmagic/9"}', "this perfmagic reads 'perfmagic/1'"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_file_without_a_comparison_is_refused_in_one_line(tmp_path, capsys, content, message):
    path = tmp_path / "bad.json"
    if content is not None:
        path.write_bytes(content)
    assert main(["show", str(path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"perfmagic: {path} ")
    assert message in error
    assert error.count("\n") == 1


def test_an_unknown_suffix_is_refused_with_those_there_are(exported, tmp_path, capsys):
    assert main(["export", str(exported), str(tmp_path / "out.docx")]) == 1
    assert ".md" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["shows"], ["show"], ["show", "a.json", "--format", "docx"]])
def test_a_wrong_command_prints_the_usage(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert capsys.readouterr().err.startswith("usage: perfmagic")


def test_the_version_and_the_help(capsys):
    for flag, words in (("--version", f"perfmagic {__version__}"), ("--help", "usage: perfmagic")):
        with pytest.raises(SystemExit) as stop:
            main([flag])
        assert stop.value.code == 0
        assert capsys.readouterr().out.startswith(words)


def test_a_hostile_file_sends_no_sequence_to_the_terminal(tmp_path, capsys):
    (tmp_path / "a.json").write_text(json.render(COMPARISONS["terminal sequence"]))
    assert main(["show", str(tmp_path / "a.json")]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_the_command_imports_nothing_heavy(exported):
    program = (
        "import sys; from perfmagic.__main__ import main; main(['show', sys.argv[1]]);"
        "print(sorted(set(sys.modules) & {'IPython', 'numpy', 'pandas', 'matplotlib', 'asyncio'}))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, str(exported)], capture_output=True, text=True, check=True
    )
    assert result.stdout.endswith("[]\n")


def test_a_reader_that_had_enough_is_no_error(exported):
    program = f"{sys.executable} -m perfmagic show {exported} | head -c 1 >/dev/null; exit ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
