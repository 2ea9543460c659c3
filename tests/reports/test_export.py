import os
import stat

import pytest

from perfmagic.errors import ExportError
from perfmagic.reports.export import write
from tests.reports.examples import WIN


def short(comparison):
    return f"{comparison.id}\n"


def contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def test_a_report_is_written_and_nothing_else_is_left(tmp_path):
    write(WIN, tmp_path / "a.md", replace=False, render=short)
    assert contents(tmp_path) == {"a.md": "c-1\n"}


def test_a_file_that_exists_is_kept_unless_it_may_be_replaced(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("precious")
    with pytest.raises(ExportError, match=r"a\.md exists: pass --force"):
        write(WIN, path, replace=False, render=short)
    assert contents(tmp_path) == {"a.md": "precious"}
    write(WIN, path, replace=True, render=short)
    assert contents(tmp_path) == {"a.md": "c-1\n"}


def test_a_report_that_cannot_be_rendered_touches_nothing(tmp_path):
    (tmp_path / "a.md").write_text("precious")
    with pytest.raises(ZeroDivisionError):
        write(WIN, tmp_path / "a.md", replace=True, render=lambda comparison: 1 // 0)
    assert contents(tmp_path) == {"a.md": "precious"}


@pytest.mark.parametrize(
    "failure", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full disk", "interrupt"]
)
def test_a_write_that_breaks_off_leaves_the_old_file_whole(tmp_path, monkeypatch, failure):
    (tmp_path / "a.md").write_text("precious")

    def broken(descriptor):
        raise failure

    monkeypatch.setattr(os, "fsync", broken)
    expected = KeyboardInterrupt if isinstance(failure, KeyboardInterrupt) else ExportError
    with pytest.raises(expected, match=None if expected is KeyboardInterrupt else "No space left on device"):
        write(WIN, tmp_path / "a.md", replace=True, render=short)
    assert contents(tmp_path) == {"a.md": "precious"}


def test_text_that_utf8_cannot_hold_is_refused(tmp_path):
    with pytest.raises(ExportError, match="UTF-8"):
        write(WIN, tmp_path / "a.md", replace=False, render=lambda comparison: "\ud800")
    assert contents(tmp_path) == {}


def test_line_ends_are_written_as_they_are(tmp_path):
    write(WIN, tmp_path / "a.txt", replace=False, render=lambda comparison: "a\nb\r\n")
    assert (tmp_path / "a.txt").read_bytes() == b"a\nb\r\n"


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ExportError, match="is a folder"):
        write(WIN, tmp_path, replace=True, render=short)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ExportError, match="there is no folder .*missing; make it first"):
        write(WIN, tmp_path / "missing" / "a.md", replace=True, render=short)


def test_a_name_that_no_file_can_have_is_refused(tmp_path):
    with pytest.raises(ExportError):
        write(WIN, tmp_path / "a\x00b.md", replace=True, render=short)
    with pytest.raises(ExportError):
        write(WIN, tmp_path / f"{'x' * 300}.md", replace=True, render=short)


def test_a_link_stays_one_and_its_file_is_replaced(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.md").write_text("old")
    (tmp_path / "link.md").symlink_to(tmp_path / "real" / "a.md")
    write(WIN, tmp_path / "link.md", replace=True, render=short)
    assert (tmp_path / "link.md").is_symlink()
    assert contents(tmp_path / "real") == {"a.md": "c-1\n"}


def test_permissions_are_those_of_the_file_that_was_there(tmp_path):
    path = tmp_path / "a.md"
    path.touch()
    path.chmod(0o640)
    write(WIN, path, replace=True, render=short)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
