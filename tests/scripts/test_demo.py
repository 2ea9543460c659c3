"""The demo runs a notebook, shows what it printed, and fails where it does not do what it promises."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

pytestmark = pytest.mark.kernel

DEMO = Path(__file__).parents[2] / "scripts" / "demo.py"
EXPORT = (
    "from pathlib import Path\nfor suffix in ('md', 'csv', 'json'): Path(f'three.{suffix}').write_text('x')"
)


def demo(tmp_path: Path, *cells: nbformat.NotebookNode) -> subprocess.CompletedProcess[str]:
    notebook = tmp_path / "tour.ipynb"
    nbformat.write(new_notebook(cells=list(cells)), notebook)
    return subprocess.run(
        [sys.executable, str(DEMO), str(notebook), str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_good_notebook_leaves_its_html_and_exports(tmp_path: Path) -> None:
    raising = new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]})
    result = demo(
        tmp_path,
        new_markdown_cell("# A tour"),
        new_code_cell("print('a table')\n7"),
        raising,
        new_code_cell(EXPORT),
    )
    assert result.returncode == 0, result.stderr
    assert "# A tour" in result.stdout
    assert "a table\n\n7" in result.stdout
    assert "ZeroDivisionError: division by zero" in result.stdout
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {"tour.ipynb", "tour.html", "three.md", "three.csv", "three.json"}
    executed = nbformat.read(tmp_path / "out" / "tour.ipynb", as_version=4)
    assert executed.cells[1].outputs


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        pytest.param(["1 / 0"], "ZeroDivisionError", id="an error that is not announced"),
        pytest.param(["print(1)"], "no comparison as .md, .csv, .json", id="no export"),
    ],
)
def test_a_bad_notebook_fails_with_the_reason(cells: list[str], message: str, tmp_path: Path) -> None:
    result = demo(tmp_path, *map(new_code_cell, cells))
    assert result.returncode == 1
    assert "the demo failed" in result.stderr
    assert message in result.stderr


def test_an_announced_error_that_does_not_come_fails(tmp_path: Path) -> None:
    result = demo(
        tmp_path, new_code_cell("1", metadata={"tags": ["raises-exception"]}), new_code_cell(EXPORT)
    )
    assert result.returncode == 1
    assert "raised nothing" in result.stderr


def test_a_missing_notebook_is_named(tmp_path: Path) -> None:
    arguments = [sys.executable, str(DEMO), str(tmp_path / "none.ipynb"), str(tmp_path / "out")]
    result = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "none.ipynb" in result.stderr
    assert "Traceback" not in result.stderr
