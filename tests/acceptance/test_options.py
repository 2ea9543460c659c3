"""Options, %perfmagic, exports and the extension, as a user meets them."""

import json
from pathlib import Path

import pytest

import perfmagic
from perfmagic.model import schema
from tests.acceptance.notebook import Notebook, counted, process_put_back
from tests.acceptance.twin import statuses

TWO = "begin()\na = await work(1)\nb = await work(2)\n[a, b]\n"


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    with process_put_back():
        monkeypatch.chdir(tmp_path)
        yield Notebook(magic=True)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--ronds 2", "did you mean --rounds?"),
        ("--quite", "did you mean --quiet?"),
        ("--rounds 0", "--rounds"),
        ("--rounds many", "many"),
        ("--budget 0", "--budget"),
        ("--strategies nope", "nope"),
        ("--strategies", "needs a value"),
        ("--verify sometimes", "sometimes"),
        ("--rtol nan", "nan"),
        ("--limit 0", "--limit"),
        ("--workers 0", "--workers"),
        ("-o 3x", "3x"),
        ("--export x.doc", "x.doc"),
        ("--assume-independent x", "x"),
        ("stray", "stray"),
        ("--quiet --quiet", "twice"),
        ("--once --rounds 3", "--rounds"),
        ("--once --rerun", "--rerun"),
        ("--once --budget 3", "--budget"),
        ("--verify off --rtol 0.1", "--rtol"),
    ],
)
def test_wrong_option_is_named_and_nothing_runs(notebook, line, said):
    with counted(notebook["begin"]) as count:
        shown = notebook.run(f"%%concurrent {line}\n{TWO}")
    assert said in str(shown.error)
    assert len(str(shown.error).splitlines()) == 1
    assert count[0] == 0
    assert "a" not in notebook.names()


@pytest.mark.parametrize(
    "line", ["--once", "--once --strategies tasks", "--once --strategies threads,gather"]
)
def test_once_runs_one_strategy_once_and_keeps_its_state(notebook, line):
    notebook.ran("items = []")
    with counted(notebook["begin"]) as count:
        shown = notebook.run(
            f"%%concurrent {line} --quiet\n{TWO}".replace("[a, b]", "items.append(a)\n[a, b]")
        )
    comparison = perfmagic.last()
    assert count[0] == comparison.executions == 1
    assert (notebook["items"], shown.value) == ([1], [1, 2])
    ran = [each for each in comparison.candidates if each.status == "ran"]
    assert [each.strategy for each in ran] == ["tasks" if "tasks" in line else "gather"]
    assert (str(ran[0].verdict.status), ran[0].speedup) == ("unknown", None)
    assert comparison.recommendation.strategy is None
    assert any("estimated" in each.why for each in comparison.uncertain)


def test_only_the_strategies_asked_for_are_tried(notebook):
    notebook.ran(f"%%concurrent --quiet --rounds 2 --strategies tasks\n{TWO}")
    assert list(statuses(perfmagic.last())) == ["sequential", "tasks"]


def test_nothing_applies(notebook, tmp_path):
    with counted(notebook["begin"]) as count:
        shown = notebook.run("%%concurrent --quiet --export none.json\nbegin()\nx = 1\ny = x + 1\ny\n")
    comparison = perfmagic.last()
    assert shown.value == 2
    assert count[0] == comparison.executions == 1
    found = statuses(comparison)
    assert found.pop("sequential") == "ran"
    assert set(found) == {"gather", "taskgroup", "tasks", "threads", "processes"}
    assert set(found.values()) == {"refused"}
    assert comparison.recommendation.strategy is None
    assert json.loads((tmp_path / "none.json").read_text())["executions"] == 1


def test_output_variable_holds_the_comparison(notebook):
    notebook.ran(f"%%concurrent --quiet --rounds 1 -o mine\n{TWO}")
    assert notebook["mine"] is perfmagic.last()


@pytest.mark.parametrize("suffix", ["json", "md", "csv", "html", "txt"])
def test_export_of_each_suffix_replaces_and_command_refuses(notebook, tmp_path, suffix):
    path = tmp_path / f"x.{suffix}"
    path.write_text("old")
    notebook.ran(f"%%concurrent --quiet --rounds 1 --export {path}\n{TWO}")
    written = path.read_text()
    assert "gather" in written
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    path.write_text("mine")
    refused = notebook.run(f"%perfmagic export {path}")
    assert "--force" in str(refused.error)
    assert path.read_text() == "mine"
    notebook.ran(f"%perfmagic export {path} --force")
    assert path.read_text() == written
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_verify_off_claims_nothing(notebook):
    notebook.ran(f"%%concurrent --quiet --rounds 7 --verify off\n{TWO}")
    comparison = perfmagic.last()
    for name in ("gather", "tasks"):
        assert str(comparison.candidate(name).verdict.status) == "unknown"
        assert comparison.candidate(name).speedup is None
    assert comparison.recommendation.strategy is None


def test_forced_wrong_rewrite_is_different_and_shown_first(notebook):
    notebook.ran(
        "shared = {'n': 0}\nasync def bump():\n    n = shared['n']\n    await asyncio.sleep(0.005)\n    shared['n'] = n + 1"
    )
    plain = notebook.run("%%concurrent --quiet --rounds 7\nawait bump()\nawait bump()")
    assert plain.error is None
    refused = perfmagic.last().candidate("gather")
    assert (str(refused.status), notebook["shared"]) == ("refused", {"n": 2})
    assert "shared" in refused.reason
    shown = notebook.run("%%concurrent --rounds 7 --assume-independent\nawait bump()\nawait bump()")
    comparison = perfmagic.last()
    assert notebook["shared"] == {"n": 4}
    for name in ("gather", "tasks"):
        candidate = comparison.candidate(name)
        assert str(candidate.verdict.status) == "different"
        assert candidate.speedup is None
        first = candidate.verdict.differences[0]
        assert (first.path, first.expected, first.actual) == ("shared['n']", "4", "3")
        assert any("assumed independent" in each for each in candidate.assumptions)
    assert comparison.recommendation.strategy is None
    text = shown.displays[0]["text/plain"]
    assert text.splitlines()[0] == "gather, taskgroup and tasks give different results"
    assert text.index("gather      different") < text.index("sequential  baseline")


@pytest.mark.parametrize(
    "last",
    ["u = uuid.uuid4()", "t = time.time()", "print(time.perf_counter())", "x = id(object()), os.urandom(4)"],
)
def test_cell_that_differs_from_itself_does_not_blame_a_candidate(notebook, last):
    notebook.ran("import uuid")
    notebook.ran(f"%%concurrent --quiet --rounds 2\n{TWO}{last}\n")
    comparison = perfmagic.last()
    for each in comparison.candidates[1:]:
        assert each.verdict is None or str(each.verdict.status) == "unknown"
        assert each.speedup is None
    assert comparison.recommendation.strategy is None


def test_rtol_makes_near_floats_close(notebook):
    notebook.ran("n = 1.0")
    near = "a = await work(1)\nb = await work(2)\nx = 1.0 + (time.perf_counter() % 1) * 1e-9\n"
    notebook.ran(f"%%concurrent --quiet --rounds 1 --rtol 1e-6\n{near}")
    assert str(perfmagic.last().candidate("gather").verdict.status) == "close"


def test_defaults_by_config(notebook):
    notebook.ran("%config Perfmagic.rounds = 2", "%config Perfmagic.quiet = True")
    shown = notebook.run(f"%%concurrent\n{TWO}")
    assert shown.displays == []
    assert len(perfmagic.last().candidates[0].wall_s.samples) == 2
    notebook.ran(f"%%concurrent --rounds 1\n{TWO}")
    assert len(perfmagic.last().candidates[0].wall_s.samples) == 1


def test_apply_puts_the_changed_code_into_the_next_input(notebook):
    notebook.ran(f"%%concurrent --quiet --rounds 1\n{TWO}", "%perfmagic apply gather")
    code = notebook.shell.rl_next_input
    assert code.strip() == perfmagic.last().candidate("gather").source.strip()
    assert notebook.run(code).value == [1, 2]
    assert "gather, taskgroup, tasks" in str(notebook.run("%perfmagic apply threads").error)


def test_show_shows_the_newest_again(notebook):
    shown = notebook.run(f"%%concurrent --rounds 1 --title Again\n{TWO}")
    again = notebook.run("%perfmagic show")
    assert again.displays == shown.displays
    assert "Again" in again.displays[0]["text/plain"]


def test_extension_reloads_and_unloads_without_a_trace(notebook):
    shell = notebook.shell
    loaded = len(shell.input_transformers_post)
    notebook.ran("%reload_ext perfmagic", "%reload_ext perfmagic")
    assert len(shell.input_transformers_post) == loaded
    notebook.ran(f"%%concurrent --quiet --rounds 1\n{TWO}", "%unload_ext perfmagic")
    assert len(shell.input_transformers_post) == loaded - 1
    assert "concurrent" not in shell.magics_manager.magics["cell"]
    assert "perfmagic" not in shell.magics_manager.magics["line"]
    notebook.ran("%load_ext perfmagic", f"%%concurrent --quiet --rounds 1\n{TWO}")


RAN = {"strategy", "status", "verdict", "source", "wall_s", "cpu_s", "peak_bytes", "speedup", "ceiling", "counters", "assumptions", "profile", "timeline"}  # fmt: skip
ADDED = {"usage", "schedules"}


def test_json_export_has_the_keys_of_the_schema(notebook):
    notebook.ran(f"%%concurrent --quiet --rounds 3 --export ran.json\n{TWO}")
    data = json.loads(Path("ran.json").read_text())
    assert list(data) == ["schema", "id", "created", "magic", "title", "cell", "environment", "executions", "interrupted", "baseline", "bound", "candidates", "recommendation", "uncertain"]  # fmt: skip
    assert (data["schema"], data["magic"], data["baseline"], data["interrupted"]) == (
        "perfmagic/1",
        "concurrent",
        "sequential",
        False,
    )
    assert data["cell"]["source"] == TWO
    assert set(data["environment"]) == {"python", "gil_enabled", "cpu_count", "platform", "packages"}
    assert set(data["bound"]) == {"work_s", "span_s", "parallelism"}
    by = {each["strategy"]: each for each in data["candidates"]}
    for name in ("sequential", "gather", "tasks"):
        assert RAN <= set(by[name]) <= RAN | ADDED
        assert set(by[name]["verdict"]) == {"status", "checked", "unchecked", "differences"}
        assert set(by[name]["wall_s"]) == {"median", "low", "high", "samples"}
        assert len(by[name]["wall_s"]["samples"]) == 3
    assert by["sequential"]["verdict"]["status"] == "baseline"
    assert by["sequential"]["speedup"] is None
    assert set(by["gather"]["speedup"]) == {"value", "low", "high", "confidence", "method"}
    assert by["gather"]["speedup"]["confidence"] is None
    assert set(by["threads"]) == {"strategy", "status", "reason", "lines", "hint"}
    assert any(
        each["field"] == "candidates[1].speedup" and "3 rounds" in each["why"] for each in data["uncertain"]
    )
    assert schema.to_dict(schema.from_dict(data)) == data


def test_json_export_of_a_candidate_that_is_not_run(notebook):
    notebook.ran("it = iter('abc')", f"%%concurrent --quiet --export stopped.json\n{TWO}c = next(it)\n")
    data = json.loads(Path("stopped.json").read_text())
    gather = data["candidates"][1]
    assert set(gather) >= {"strategy", "status", "source", "reason", "hint"}
    assert (gather["strategy"], gather["status"]) == ("gather", "not run")
    assert "it" in gather["reason"]
    assert (data["executions"], data["recommendation"]["strategy"]) == (1, None)
    assert schema.to_dict(schema.from_dict(data)) == data
