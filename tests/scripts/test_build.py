"""The build finds a Python, pins by name and version alone, and says what is missing."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("perfmagic", "examples", "benchmarks", "scripts", "tests", ".ci")
FIND_PYTHON = ROOT / "scripts" / "find_python.sh"
PIN = re.compile(r'[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+( ; python_version [<>=]+ "3\.\d+")?')


def find_python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", FIND_PYTHON, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def tools_without_python(tmp_path: Path) -> str:
    """A PATH on which there is no Python."""
    for name in ("seq", "sort", "head", "tail", "cut"):
        found = next(folder / name for folder in (Path("/usr/bin"), Path("/bin")) if (folder / name).exists())
        (tmp_path / name).symlink_to(found)
    return str(tmp_path)


def fake_python(folder: Path, name: str, reply: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{reply}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("which", ["newest", "oldest"])
def test_the_python_that_is_found_is_cpython_3_11_or_newer(which: str) -> None:
    path = find_python(which).stdout.strip()
    probe = "import sys; print(sys.implementation.name, sys.version_info >= (3, 11))"
    assert subprocess.check_output([path, "-c", probe], text=True).split() == ["cpython", "True"]


def test_newest_and_oldest_are_told_apart_by_number_not_by_text(
    tools_without_python: str, tmp_path: Path
) -> None:
    """3.9 sorts after 3.13 as text."""
    for minor in (11, 12, 19):
        fake_python(Path(tools_without_python), f"python3.{minor}", f'echo "3 {minor} 0 /python3.{minor}"')
    where = {"PATH": tools_without_python, "PYENV_ROOT": str(tmp_path / "none")}
    assert find_python("newest", **where).stdout == "/python3.19\n"
    assert find_python("oldest", **where).stdout == "/python3.11\n"


def test_a_python_that_is_not_usable_is_passed_over(tools_without_python: str, tmp_path: Path) -> None:
    fake_python(Path(tools_without_python), "python3.11", 'echo "3 11 0 /python3.11"')
    fake_python(Path(tools_without_python), "python3.14", "exit 1")
    where = {"PATH": tools_without_python, "PYENV_ROOT": str(tmp_path / "none")}
    assert find_python("newest", **where).stdout == "/python3.11\n"


def test_a_missing_python_is_named_with_its_packages(tools_without_python: str, tmp_path: Path) -> None:
    result = find_python("newest", PATH=tools_without_python, PYENV_ROOT=str(tmp_path / "none"))
    assert result.returncode == 1
    assert "apt-get install python3 python3-venv" in result.stderr
    assert result.stdout == ""


def test_another_word_than_newest_or_oldest_is_refused() -> None:
    result = find_python("latest")
    assert result.returncode == 2
    assert "'latest'" in result.stderr


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-oldest.txt"])
def test_constraints_are_names_and_versions_only(name: str) -> None:
    lines = [line for line in (ROOT / name).read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not PIN.fullmatch(line)] == []
    assert len(lines) > 50


def test_the_oldest_set_is_the_oldest_that_is_declared() -> None:
    declared = (ROOT / "pyproject.toml").read_text()
    pinned = (ROOT / "constraints-oldest.txt").read_text()
    for name in ("ipython", "ipykernel"):
        lowest = re.search(rf'"{name}>=([\d.]+)"', declared)
        assert lowest is not None
        assert re.search(rf"^{name}=={re.escape(lowest.group(1))}\b", pinned, re.MULTILINE)


def test_no_file_names_a_package_registry() -> None:
    addresses = [
        ".".join(parts)
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "org"),
            ("npmjs", "com"),
            ("debian", "org"),
        )
    ]
    options = [
        "-".join(parts) for parts in (("--index", "url"), ("--extra", "index", "url"), ("--find", "links"))
    ]
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    files += [path for path in ROOT.iterdir() if path.is_file()]
    texts = {path: path.read_text(errors="replace") for path in files if "__pycache__" not in path.parts}
    assert [
        (str(path), word) for path, text in texts.items() for word in (*addresses, *options) if word in text
    ] == []


@pytest.mark.parametrize("target", ["demo", "test", "lab", "check", "bench", "clean"])
def test_a_command_of_the_makefile_is_listed_by_make(target: str) -> None:
    listed = subprocess.check_output(["make", "--no-print-directory", "help"], cwd=ROOT, text=True)
    assert re.search(rf"^make {target} ", listed, re.MULTILINE)
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
