"""The package keeps its layers and its measures, and the contract that says so does bite."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "perfmagic"
FILES = sorted(PACKAGE.rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in FILES]
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50
MAX_METHODS = 10
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "managers", "manager", "common", "misc"}
MUTABLE_MAKERS = {
    "list",
    "dict",
    "set",
    "bytearray",
    "defaultdict",
    "deque",
    "Counter",
    "OrderedDict",
    "WeakKeyDictionary",
}
CHANGERS = {
    "append",
    "add",
    "clear",
    "discard",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "setdefault",
    "update",
}
MUTABLE_DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)

every_file = pytest.mark.parametrize("path", FILES, ids=NAMES)


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-c", LINT], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def copy_of_project(folder: Path) -> Path:
    shutil.copytree(PACKAGE, folder / "perfmagic", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_contracts_are_kept() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "3 kept, 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("module", "statement", "contract"),
    [
        pytest.param("model/cell", "import perfmagic.reports", "layers", id="upwards"),
        pytest.param("errors", "import perfmagic.model.cell", "layers", id="errors import nothing"),
        pytest.param("reports/__init__", "import perfmagic.stats", "layers", id="sibling"),
        pytest.param("analysis/effects", "import perfmagic", "layers", id="around through the package"),
        pytest.param(
            "model/cell", "from IPython.display import display", "IPython", id="IPython below the edge"
        ),
        pytest.param("stats/__init__", "import line_profiler", "profilers", id="profiler outside profilers"),
    ],
)
def test_a_wrong_import_inside_a_function_is_found(
    module: str, statement: str, contract: str, tmp_path: Path
) -> None:
    copy_of_project(tmp_path)
    path = tmp_path / "perfmagic" / f"{module}.py"
    path.write_text(f"{path.read_text()}\n\ndef _wrong() -> None:\n    {statement}\n")
    if statement == "import perfmagic":
        (tmp_path / "perfmagic" / "__init__.py").write_text("import perfmagic.reports\n")
    result = lint(tmp_path)
    assert result.returncode == 1
    broken = [line for line in result.stdout.splitlines() if " BROKEN" in line]
    assert [line for line in broken if line.startswith(contract)], result.stdout
    name = f"perfmagic.{module.replace('/', '.').removesuffix('.__init__')}"
    assert f"{name} ->" in result.stdout


def test_a_new_top_level_module_must_be_given_a_layer(tmp_path: Path) -> None:
    copy_of_project(tmp_path)
    (tmp_path / "perfmagic" / "elsewhere.py").touch()
    result = lint(tmp_path)
    assert result.returncode == 1
    assert "elsewhere" in result.stdout


def test_there_are_no_import_cycles() -> None:
    graph = grimp.build_graph("perfmagic", cache_dir=None)
    pairs = [(a, b) for a in graph.modules for b in graph.find_modules_directly_imported_by(a)]
    assert [(a, b) for a, b in pairs if graph.chain_exists(importer=b, imported=a)] == []


@every_file
def test_a_file_has_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_FILE_LINES


@every_file
def test_a_file_name_says_what_is_in_it(path: Path) -> None:
    assert not VAGUE_NAMES & set(path.relative_to(ROOT).with_suffix("").parts)


@every_file
def test_a_function_has_at_most_50_lines(path: Path) -> None:
    lengths = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions(path)}
    assert {name: length for name, length in lengths.items() if length > MAX_FUNCTION_LINES} == {}


@every_file
def test_a_class_has_at_most_10_methods(path: Path) -> None:
    counts = {node.name: sum(isinstance(each, FUNCTIONS) for each in node.body) for node in classes(path)}
    assert {name: count for name, count in counts.items() if count > MAX_METHODS} == {}


@every_file
def test_everything_public_has_a_docstring(path: Path) -> None:
    tree = ast.parse(path.read_text())
    missing = [node.name for node in public(tree) if ast.get_docstring(node) is None]
    assert missing == []
    assert ast.get_docstring(tree) is not None


@every_file
def test_a_module_keeps_no_state(path: Path) -> None:
    """A table at the top of a module is a constant: named as one, and changed nowhere."""
    tree = ast.parse(path.read_text())
    tables = {name for node in tree.body for name in tables_of(node)}
    assert {name for name in tables if not name.isupper() and name != "__all__"} == set()
    changed = {name for node in ast.walk(tree) for name in changed_by(node)}
    assert tables & changed == set()
    assert not any(isinstance(node, ast.Global) for node in ast.walk(tree))


@every_file
def test_a_dataclass_of_the_model_is_frozen_with_slots(path: Path) -> None:
    made = [
        ast.unparse(each)
        for node in classes(path)
        for each in node.decorator_list
        if "dataclass" in ast.unparse(each)
    ]
    if path.parent.name == "model":
        assert [each for each in made if "frozen=True" not in each or "slots=True" not in each] == []


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, FUNCTIONS)]


def classes(path: Path) -> list[ast.ClassDef]:
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)]


def public(
    scope: ast.Module | ast.ClassDef,
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Yield public classes and functions, and public methods of public classes."""
    for node in scope.body:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and not node.name.startswith("_"):
            if not any(
                "overload" in ast.unparse(each) or "override" in ast.unparse(each)
                for each in node.decorator_list
            ):
                yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node)


def tables_of(node: ast.stmt) -> list[str]:
    """Return the names that the statement binds to a new mutable container."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or not is_mutable(node.value):
        return []
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def is_mutable(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        function = value.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        return name in MUTABLE_MAKERS
    return isinstance(value, MUTABLE_DISPLAYS)


def changed_by(node: ast.AST) -> list[str]:
    """Return the name whose container the node changes: ``N[k] = v``, ``del N[k]``, ``N.update(...)``, ``N |= ...``."""
    changed: ast.expr | None = None
    if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        changed = node.value
    elif isinstance(node, ast.AugAssign):
        changed = node.target
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGERS:
        changed = node.func.value
    return [changed.id] if isinstance(changed, ast.Name) else []
