"""Runs the tour on real input: prints its tables and writes the executed notebook, its HTML and its exports.

    python scripts/demo.py NOTEBOOK FOLDER

The notebook runs in FOLDER, so everything that it writes under a relative name is there afterwards. A cell may raise only
if it is tagged ``raises-exception``.
"""

import os
import re
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

CELL_TIMEOUT_S = 180
EXPORTS = (".md", ".csv", ".json")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
INDENT = "   "


class DemoError(Exception):
    """The demo did not do what it promises; the message says what."""


def main(notebook: Path, folder: Path) -> None:
    """Run the notebook in the folder and print what there is to see."""
    if not notebook.is_file():
        raise DemoError(f"there is no notebook {notebook}")
    folder.mkdir(parents=True, exist_ok=True)
    empty(folder)
    started_s = time.perf_counter()
    executed = execute(notebook, folder)
    elapsed_s = time.perf_counter() - started_s
    write(executed, folder / notebook.name)
    show(executed)
    check_raises(executed)
    check_exports(folder)
    files = "\n".join(f"  {path}" for path in sorted(folder.iterdir()) if path.is_file())
    print(f"{notebook} ran in {elapsed_s:.1f} s. Written:\n{files}")


def empty(folder: Path) -> None:
    """Remove the files of an earlier demo, so that what is found afterwards is from this one."""
    for path in folder.iterdir():
        if path.is_file():
            path.unlink()


def execute(notebook: Path, folder: Path) -> nbformat.NotebookNode:
    """Return the notebook with its outputs, executed by a kernel of this Python that reads no personal configuration."""
    node = nbformat.read(notebook, as_version=4)
    client = NotebookClient(
        node,
        timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        # A word of the kernel about its sockets is no part of the demo; errors are.
        extra_arguments=["--IPKernelApp.log_level=40"],
        resources={"metadata": {"path": str(folder)}},
    )
    with tempfile.TemporaryDirectory(prefix="perfmagic-demo-") as personal:
        environment = {**os.environ, "IPYTHONDIR": personal, "PYTHONPATH": str(notebook.parent.resolve())}
        try:
            client.execute(env=environment)
        except CellExecutionError:
            # What was executed so far helps to find out why.
            write(node, folder / notebook.name)
            raise
    return node


def write(node: nbformat.NotebookNode, path: Path) -> None:
    """Write the notebook and, beside it, its HTML."""
    nbformat.write(node, path)
    html, _ = HTMLExporter().from_notebook_node(node)
    path.with_suffix(".html").write_text(html, encoding="utf-8")


def show(node: nbformat.NotebookNode) -> None:
    """Print the cells and the text of their outputs, as a terminal would show them."""
    for cell in node.cells:
        if cell.cell_type == "markdown":
            print(cell.source, end="\n\n")
        elif cell.cell_type == "code" and cell.source.strip():
            first, *rest = cell.source.splitlines()
            print(f"In [{cell.execution_count}]: {first}")
            print("\n".join(f"{INDENT}...: {line}" for line in rest), end="\n\n" if rest else "\n")
            for output in cell.outputs:
                print(text_of(output), end="\n\n")


def text_of(output: nbformat.NotebookNode) -> str:
    """Return one output as plain text."""
    if output.output_type == "stream":
        return output.text.rstrip()
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    return output.data.get("text/plain", "").rstrip()


def check_raises(node: nbformat.NotebookNode) -> None:
    """Raise `DemoError` if a cell that is tagged as raising did not raise."""
    for cell in node.cells:
        tagged = "raises-exception" in cell.metadata.get("tags", ())
        if tagged and all(output.output_type != "error" for output in cell.outputs):
            raise DemoError(
                f"cell {cell.execution_count} is tagged raises-exception but raised nothing:\n{cell.source}"
            )


def check_exports(folder: Path) -> None:
    """Raise `DemoError` if the tour left no comparison in one of the formats."""
    missing = [
        suffix for suffix in EXPORTS if not any(path.stat().st_size for path in folder.glob(f"*{suffix}"))
    ]
    if missing:
        raise DemoError(f"the tour wrote no comparison as {', '.join(missing)} into {folder}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    except (DemoError, CellExecutionError) as error:
        raise SystemExit(f"the demo failed: {COLOURS.sub('', str(error))}") from error
