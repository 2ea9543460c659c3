"""Loading registers once, unloading leaves nothing behind, and neither imports what it does not need."""

import json
import subprocess
import sys

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import perfmagic
from perfmagic.configuration import Perfmagic
from perfmagic.magic_line import flags_of
from perfmagic.magics.table import CELL_MAGICS
from perfmagic.model.options import Options

QUIET = {"HistoryManager": {"enabled": False}}


@pytest.fixture
def shell():
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance(config=Config(QUIET))
    made.run_line_magic(
        "unload_ext", "nothing_of_that_name"
    )  # IPython registers its own extension magics on first use
    yield made
    InteractiveShell.clear_instance()


def run(shell, *cells):
    for cell in cells:
        assert shell.run_cell(cell).success, cell


def registered(shell):
    """Everything in a shell that an extension can add to."""
    completers = shell.strdispatchers["complete_command"]
    return {
        "line magics": sorted(shell.magics_manager.magics["line"]),
        "cell magics": sorted(shell.magics_manager.magics["cell"]),
        "transformers": list(shell.input_transformers_post),
        "cleanup": list(shell.input_transformers_cleanup),
        "ast transformers": list(shell.ast_transformers),
        "configurables": [type(each).__name__ for each in shell.configurables],
        "hooks": {name: len(getattr(each, "chain", [each])) for name, each in shell.hooks.items()},
        "completers by word": {name: len(list(each)) for name, each in completers.strs.items()},
        "completers by pattern": {
            str(pattern): len(list(each)) for pattern, each in completers.regexs.items()
        },
        "events": {name: len(each) for name, each in shell.events.callbacks.items()},
        "attributes": sorted(name for name in vars(shell) if "perfmagic" in name or "await" in name),
        "matchers": len(shell.Completer.custom_matchers),
        "formatters": {
            name: len(each.type_printers) for name, each in shell.display_formatter.formatters.items()
        },
        "names": sorted(name for name in shell.user_ns if not name.startswith("_")),
        "display": shell.display_pub,
        "exceptions": (shell.custom_exceptions, shell.showtraceback),
    }


def test_unloading_leaves_nothing_behind(shell):
    before = registered(shell)
    run(shell, "%load_ext perfmagic")
    loaded = registered(shell)
    assert loaded != before
    run(shell, "%unload_ext perfmagic")
    assert registered(shell) == before


def test_unloading_after_a_comparison_leaves_nothing_behind(shell):
    before = registered(shell)
    run(shell, "%load_ext perfmagic", "%%concurrent --quiet\nx = 1\n", "del x", "%unload_ext perfmagic")
    assert registered(shell) == before


@pytest.mark.parametrize(
    "again", ["%reload_ext perfmagic", "%load_ext perfmagic"], ids=["reload", "load twice"]
)
def test_loading_again_replaces_and_never_stacks(shell, again):
    run(shell, "%load_ext perfmagic")
    once = registered(shell)
    run(shell, *[again] * 3)
    now = registered(shell)
    assert len(now["transformers"]) == len(once["transformers"])
    assert {**now, "transformers": 0} == {**once, "transformers": 0}


def test_loading_directly_twice_does_not_stack_either(shell):
    perfmagic.load_ipython_extension(shell)
    once = registered(shell)
    perfmagic.load_ipython_extension(shell)
    now = registered(shell)
    assert {**now, "transformers": 0} == {**once, "transformers": 0}
    assert len(now["transformers"]) == len(once["transformers"])


def test_unloading_what_is_not_loaded_is_harmless(shell):
    before = registered(shell)
    perfmagic.unload_ipython_extension(shell)
    assert registered(shell) == before


def test_others_keep_what_they_registered(shell):
    def transformer(lines):
        return lines

    def theirs(_shell, _event):
        return ["theirs"]

    shell.input_transformers_post.append(transformer)
    shell.set_hook("complete_command", theirs, re_key=r"%%time\b")
    shell.set_hook("complete_command", theirs, str_key="%perfmagicx")
    before = registered(shell)
    run(shell, "%load_ext perfmagic", "%reload_ext perfmagic", "%unload_ext perfmagic")
    assert registered(shell) == before
    assert shell.input_transformers_post == [transformer]


def test_after_unloading_the_magic_is_unknown(shell, capsys):
    run(shell, "%load_ext perfmagic", "%unload_ext perfmagic")
    assert not shell.run_cell("%%concurrent\nx = await y()\n").success
    assert "`%%concurrent` not found" in "".join(capsys.readouterr())


def test_loading_registers_the_magics_with_their_help(shell):
    run(shell, "%load_ext perfmagic")
    for name in CELL_MAGICS:
        assert "--rounds" in shell.find_cell_magic(name).__doc__
        assert "--rounds" in shell.find_line_magic(name).__doc__
    assert "export" in shell.find_line_magic("perfmagic").__doc__


def completed(shell, text):
    with provisionalcompleter():
        return {each.text for each in shell.Completer.completions(text, len(text))}


def test_options_complete_after_the_magic(shell):
    run(shell, "%load_ext perfmagic")
    assert "--rounds" in completed(shell, "%%concurrent --ro")
    assert set(flags_of("concurrent")) <= completed(shell, "%%concurrent --") | {"-o"}


def test_after_unloading_options_do_not_complete(shell):
    run(shell, "%load_ext perfmagic", "%unload_ext perfmagic")
    assert "--rounds" not in completed(shell, "%%concurrent --ro")


def test_defaults_come_from_config(shell):
    run(
        shell,
        "%load_ext perfmagic",
        "%config Perfmagic.budget = 5",
        "%config Perfmagic.rounds = 12",
        "%config Perfmagic.workers = 3",
        "%config Perfmagic.strategies = ['gather']",
    )
    options = shell.perfmagic_session.configuration.options()
    assert options == Options(budget_s=5.0, rounds=12, workers=3, strategies=("gather",))


def test_defaults_come_from_the_shells_configuration_file():
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=Config({**QUIET, "Perfmagic": {"rounds": 12, "quiet": True}}))
    try:
        run(shell, "%load_ext perfmagic")
        assert shell.perfmagic_session.configuration.options() == Options(rounds=12, quiet=True)
    finally:
        InteractiveShell.clear_instance()


def test_a_bare_configuration_means_the_documented_defaults():
    assert Perfmagic().options() == Options()


@pytest.mark.parametrize(
    "setting", ["rounds = 0", "budget = 0.0", "verify = 'some'", "limit = 0", "rtol = -1.0", "workers = -1"]
)
def test_a_default_that_no_option_would_take_is_refused(shell, setting, capsys):
    run(shell, "%load_ext perfmagic")
    shell.run_cell(f"%config Perfmagic.{setting}")
    capsys.readouterr()
    assert shell.perfmagic_session.configuration.options() == Options()


HEAVY = (
    "numpy",
    "pandas",
    "polars",
    "matplotlib.pyplot",
    "ipywidgets",
    "anywidget",
    "pyinstrument",
    "line_profiler",
)
OURS = ("perfmagic.analysis", "perfmagic.comparing", "perfmagic.runners", "perfmagic.strategies", "perfmagic.reports",
        "perfmagic.stats", "perfmagic.verification")  # fmt: skip

LOAD = f"""
import json, sys
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
shell = InteractiveShell.instance(config=Config({QUIET!r}))
before = set(sys.modules)
shell.run_cell("%load_ext perfmagic")
print(json.dumps(sorted(set(sys.modules) - before)))
"""


@pytest.fixture(scope="module")
def imported():
    found = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True)
    return json.loads(found.stdout.splitlines()[-1])


def test_loading_imports_the_extension(imported):
    assert "perfmagic.extension" in imported


@pytest.mark.parametrize("package", HEAVY)
def test_loading_imports_no_heavy_package(imported, package):
    assert [name for name in imported if name == package or name.startswith(f"{package}.")] == []


@pytest.mark.parametrize("package", OURS)
def test_loading_leaves_the_machinery_for_the_first_magic(imported, package):
    assert [name for name in imported if name == package or name.startswith(f"{package}.")] == []


def test_a_cell_that_awaits_works_after_loading_again(shell):
    run(
        shell,
        "%load_ext perfmagic",
        "%reload_ext perfmagic",
        "%config Perfmagic.quiet = True",
        "import asyncio",
        "async def one():\n    return 1\n",
        "%%concurrent --rounds 1\na = await one()\n",
    )
    assert shell.user_ns["a"] == 1
