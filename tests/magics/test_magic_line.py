"""The magic line: what it means, what is refused and in which words, and what help and completion show of it."""

from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace

import pytest

from perfmagic.errors import UsageError
from perfmagic.magic_line import OPTIONS, flags_of, help_text, options_of, parse_options, wants_help
from perfmagic.magics.table import CELL_MAGICS, LINE_COMMANDS, cell_magic, completer, line_help
from perfmagic.model.options import Options

DEFAULTS = Options()
HOME = Path.home()


def parse(line, defaults=DEFAULTS):
    return parse_options("concurrent", line, defaults)


def refusal(line):
    with pytest.raises(UsageError) as caught:
        parse(line)
    return str(caught.value)


READ = {
    "--strategies gather,tasks": {"strategies": ("gather", "tasks")},
    "--strategies gather": {"strategies": ("gather",)},
    "--strategies ' gather , ,tasks '": {"strategies": ("gather", "tasks")},
    "--rounds 7": {"rounds": 7},
    "--budget 2.5": {"budget_s": 2.5},
    "--budget 1e-3": {"budget_s": 0.001},
    "--once": {"once": True},
    "--rerun": {"rerun": True},
    "--workers 4": {"workers": 4},
    "--limit 8": {"limit": 8},
    "--rtol 1e-9": {"rtol": 1e-9},
    "--rtol 0": {"rtol": 0.0},
    "--verify auto": {"verify": "auto"},
    "--verify plain": {"verify": "plain"},
    "--verify fuzz": {"verify": "fuzz"},
    "--verify off": {"verify": "off"},
    "--no-profile": {"profile": False},
    "--title 'three queries'": {"title": "three queries"},
    '--title "it\'s quoted"': {"title": "it's quoted"},
    "--title -": {"title": "-"},
    "-o found": {"output": "found"},
    "--export out.json": {"exports": (Path("out.json"),)},
    "--export 'a b.md' --export c.csv": {"exports": (Path("a b.md"), Path("c.csv"))},
    "--export ~/x.json": {"exports": (HOME / "x.json",)},
    "--quiet": {"quiet": True},
    "--assume-independent": {"assume_independent": frozenset()},
    "--assume-independent 2": {"assume_independent": frozenset({2})},
    "--assume-independent 2,5": {"assume_independent": frozenset({2, 5})},
    "--assume-independent 2-4,7": {"assume_independent": frozenset({2, 3, 4, 7})},
    "--assume-independent --quiet": {"assume_independent": frozenset(), "quiet": True},
    "--assume-independent -o found": {"assume_independent": frozenset(), "output": "found"},
    "--speculate": {"speculate": True},
    "--allow-reorder": {"allow_reorder": True},
    "--ignore-sleeps": {"ignore_sleeps": True},
    "--explain": {"explain": True},
    "--explain -o found": {"explain": True, "output": "found"},
    "--export x.html --explain": {"explain": True, "exports": (Path("x.html"),)},
    "--explain --assume-independent 2": {"explain": True, "assume_independent": frozenset({2})},
}


@pytest.mark.parametrize(("line", "meaning"), READ.items(), ids=READ)
def test_an_option_sets_its_field_and_no_other(line, meaning):
    expected = {each.name: getattr(DEFAULTS, each.name) for each in fields(Options)} | meaning
    assert parse(line) == Options(**expected)


ATTACHED = {
    "--strategies=gather,tasks": {"strategies": ("gather", "tasks")},
    "--rounds=7": {"rounds": 7},
    "--budget=2.5": {"budget_s": 2.5},
    "--workers=4": {"workers": 4},
    "--limit=8": {"limit": 8},
    "--rtol=0.5": {"rtol": 0.5},
    "--verify=off": {"verify": "off"},
    "--title='a = b'": {"title": "a = b"},
    "--title=": {"title": ""},
    "--title=--quiet": {"title": "--quiet"},
    "-o=found": {"output": "found"},
    "--export=out.json": {"exports": (Path("out.json"),)},
    "--assume-independent=2,5": {"assume_independent": frozenset({2, 5})},
}


@pytest.mark.parametrize(("line", "meaning"), ATTACHED.items(), ids=ATTACHED)
def test_a_value_may_follow_an_equals_sign(line, meaning):
    parsed = parse(line)
    assert {name: getattr(parsed, name) for name in meaning} == meaning


def test_every_option_is_read_in_these_tests():
    """An option added to the table needs a line here, apart and with an equals sign."""
    read = {line.split()[0] for line in READ}
    attached = {line.partition("=")[0] for line in ATTACHED}
    assert read == {option.flag for option in OPTIONS}
    assert attached == {option.flag for option in OPTIONS if option.metavar}


def test_every_field_of_the_options_can_be_set():
    assert {option.field for option in OPTIONS} == {each.name for each in fields(Options)}


@pytest.mark.parametrize("line", ["", "   ", "\t"], ids=["empty", "spaces", "tab"])
def test_an_empty_line_leaves_the_defaults(line):
    assert parse(line) == DEFAULTS


def test_configured_defaults_hold_where_the_line_is_silent():
    configured = Options(rounds=3, budget_s=1.0, quiet=True)
    assert parse("--rounds 9", configured) == Options(rounds=9, budget_s=1.0, quiet=True)


def test_options_may_stand_in_any_order():
    assert parse("--quiet --rounds 2 -o x") == parse("-o x --quiet --rounds 2")


REFUSED = {
    "--rounds": "--rounds needs a value: --rounds N",
    "--rounds --quiet": "--rounds needs a value: --rounds N",
    "--rounds 0": "--rounds takes a whole number from 1, not '0'",
    "--rounds -3": "--rounds takes a whole number from 1, not '-3'",
    "--rounds 2.5": "--rounds takes a whole number from 1, not '2.5'",
    "--rounds many": "--rounds takes a whole number from 1, not 'many'",
    "--rounds=": "--rounds takes a whole number from 1, not ''",
    "--workers 0": "--workers takes a whole number from 1, not '0'",
    "--limit 0": "--limit takes a whole number from 1, not '0'",
    "--budget 0": "--budget takes seconds above 0, not '0'",
    "--budget -1": "--budget takes seconds above 0, not '-1'",
    "--budget nan": "--budget takes seconds above 0, not 'nan'",
    "--budget inf": "--budget takes seconds above 0, not 'inf'",
    "--budget ten": "--budget takes seconds above 0, not 'ten'",
    "--rtol 1": "--rtol takes a number from 0 to below 1, not '1'",
    "--rtol -1e-9": "--rtol takes a number from 0 to below 1, not '-1e-9'",
    "--rtol nan": "--rtol takes a number from 0 to below 1, not 'nan'",
    "--verify some": "--verify takes auto, plain, fuzz or off, not 'some'",
    "--verify OFF": "--verify takes auto, plain, fuzz or off, not 'OFF'",
    "--strategies ,": "--strategies needs at least one name, for example --strategies gather,tasks",
    "--strategies ''": "--strategies needs at least one name, for example --strategies gather,tasks",
    "-o 1x": "-o takes the name of a variable, not '1x'",
    "-o a.b": "-o takes the name of a variable, not 'a.b'",
    "--assume-independent two": "--assume-independent takes line numbers from 1 such as 2,5 or 2-5, not 'two'",
    "--assume-independent 2,": "--assume-independent takes line numbers from 1 such as 2,5 or 2-5, not '2,'",
    "--assume-independent 5-2": "--assume-independent takes line numbers from 1 such as 2,5 or 2-5, not '5-2'",
    "--assume-independent 0": "--assume-independent takes line numbers from 1 such as 2,5 or 2-5, not '0'",
    "--assume-independent ²": "--assume-independent takes line numbers from 1 such as 2,5 or 2-5, not '²'",
    "-o class": "-o takes the name of a variable, not 'class'",
    "--strategies gather,gather": "--strategies names a strategy twice: gather,gather",
    "--export ''": "--export needs the path of a file",
    "--assume-independent=": "--assume-independent takes line numbers from 1 such as 2,5 or 2-5, not ''",
    "--once=yes": "--once takes no value",
    "--quiet=": "--quiet takes no value",
    "--no-profile=1": "--no-profile takes no value",
}


@pytest.mark.parametrize(("line", "message"), REFUSED.items(), ids=REFUSED)
def test_a_value_that_an_option_does_not_take_is_named(line, message):
    assert refusal(line) == message


@pytest.mark.parametrize(
    "option", [each for each in OPTIONS if not each.repeatable], ids=lambda each: each.flag
)
def test_an_option_given_twice_is_refused(option):
    values = {"--verify": "off", "--assume-independent": "2", "--title": "a", "-o": "a", "--strategies": "a"}
    once = f"{option.flag} {values.get(option.flag, '0.5' if option.flag == '--rtol' else '3')}"
    word = once if option.metavar else option.flag
    assert refusal(f"{word} {word}") == f"{option.flag} is given twice"


CONTRADICTIONS = {
    "--once --rounds 3": "--once makes one run, so there are no --rounds: leave one of them out",
    "--rounds=3 --once": "--once makes one run, so there are no --rounds: leave one of them out",
    "--once --rerun": "--once makes one run, so there is nothing to --rerun: leave one of them out",
    "--budget 3 --once": "--once makes one run, so there is no --budget to spend: leave one of them out",
    "--verify off --rtol 0.1": "--verify off compares nothing, so --rtol has no meaning: leave one of them out",
    "--rtol 0 --verify off": "--verify off compares nothing, so --rtol has no meaning: leave one of them out",
    "--verify fuzz --once": "--once makes one run, so --verify fuzz has no other schedules to try: leave one of them out",
    "--explain --once": "--explain runs nothing, and --once runs the cell: leave one of them out",
    "--rerun --explain": "--explain runs nothing, so there is nothing to --rerun: leave one of them out",
    "--explain --rounds 3": "--explain runs nothing, so there are no --rounds: leave one of them out",
    "--explain --budget 3": "--explain runs nothing, so there is no --budget to spend: leave one of them out",
    "--explain --verify fuzz": "--explain runs nothing, so there is no result to --verify: leave one of them out",
    "--explain --rtol 0.1": "--explain runs nothing, so --rtol has no meaning: leave one of them out",
    "--quiet --explain": "--explain only shows something, and --quiet shows nothing: leave one of them out",
}


@pytest.mark.parametrize(("line", "message"), CONTRADICTIONS.items(), ids=CONTRADICTIONS)
def test_options_that_contradict_each_other_are_refused(line, message):
    assert refusal(line) == message


@pytest.mark.parametrize(
    "line",
    [
        "--once --quiet",
        "--verify plain --rtol 0.1",
        "--rerun --rounds 3 --budget 2",
        "--verify off --rounds 3",
        "--verify fuzz --rtol 0.1 --budget 2",
        "--explain --speculate --allow-reorder --ignore-sleeps",
        "--once --speculate",
    ],
)
def test_options_that_go_together_are_read(line):
    assert parse(line) != DEFAULTS


def test_a_configured_default_contradicts_nothing():
    assert parse("--once", Options(rounds=3, budget_s=1.0, verify="fuzz")).once
    assert parse("--explain", Options(rounds=3, quiet=True, verify="fuzz")).explain


NEAREST = {
    "--ronds 3": "%%concurrent does not know the option '--ronds': did you mean --rounds?",
    "--round=3": "%%concurrent does not know the option '--round': did you mean --rounds?",
    "--exports x.md": "%%concurrent does not know the option '--exports': did you mean --export?",
    "--strategy gather": "%%concurrent does not know the option '--strategy': did you mean --strategies?",
    "--assume-independant": "%%concurrent does not know the option '--assume-independant': "
    "did you mean --assume-independent?",
    "--profile": "%%concurrent does not know the option '--profile': did you mean --no-profile?",
    "--zzz": "%%concurrent does not know the option '--zzz': %%concurrent --help lists the options",
    "gather": "%%concurrent does not know the word 'gather': %%concurrent --help lists the options",
    "--quiet yes": "%%concurrent does not know the word 'yes': %%concurrent --help lists the options",
    "--title two xyz": "%%concurrent does not know the word 'xyz': %%concurrent --help lists the options",
}


@pytest.mark.parametrize(("line", "message"), NEAREST.items(), ids=NEAREST)
def test_an_unknown_word_is_named_with_the_nearest_option(line, message):
    assert refusal(line) == message


@pytest.mark.parametrize("line", ["--title 'open", '--title "open', "--title open\\"])
def test_quotes_that_are_not_closed_are_refused(line):
    message = refusal(line)
    assert message.startswith("the magic line cannot be read: no ")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("--help", True),
        ("-h", True),
        ("--rounds 3 --help", True),
        ("", False),
        ("--helpful", False),
    ],
)
def test_help_is_asked_for_by_a_word_of_its_own(line, wanted):
    assert wants_help(line) is wanted


@pytest.mark.parametrize("magic", CELL_MAGICS)
def test_help_lists_every_option_with_its_value_and_meaning(magic):
    lines = help_text(magic).splitlines()
    for option in options_of(magic):
        value = f" [{option.metavar}]" if option.optional else f" {option.metavar}" if option.metavar else ""
        assert f"  {option.flag + value:<30}{option.help}" in lines
    assert lines[0] == f"%%{magic} [options]"
    assert any(line.startswith("  --help ") for line in lines)


@pytest.mark.parametrize("magic", CELL_MAGICS)
def test_the_docstring_the_shell_shows_is_the_help_that_is_printed(magic, capsys):
    explain = line_help(magic)
    explain("--help")
    printed = capsys.readouterr().out
    assert cell_magic(None, magic).__doc__ == explain.__doc__ == help_text(magic)
    assert printed == help_text(magic) + "\n"


def test_help_states_the_defaults_that_hold():
    text = help_text("concurrent")
    for flag, value in (
        ("--rounds", DEFAULTS.rounds),
        ("--budget", int(DEFAULTS.budget_s)),
        ("--limit", DEFAULTS.limit),
    ):
        line = next(line for line in text.splitlines() if line.startswith(f"  {flag} "))
        assert f"default {value})" in line


def test_a_cell_magic_without_a_cell_says_where_it_goes():
    with pytest.raises(UsageError, match="%%concurrent goes above a cell"):
        line_help("concurrent")("--quiet")


def test_an_option_of_one_magic_is_unknown_to_others():
    assert "--assume-independent" in flags_of("concurrent")
    assert "--assume-independent" not in flags_of("nogil")
    assert "--rounds" in flags_of("nogil")


def complete(line):
    return completer(None, SimpleNamespace(line=line))


def test_completion_offers_every_option_of_a_cell_magic():
    assert set(complete("%%concurrent --")) == {option.flag for option in OPTIONS} | {"--help"}


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("%perfmagic ", list(LINE_COMMANDS)),
        ("%perfmagic export ", [*LINE_COMMANDS, "--force"]),
        ("%%time --", []),
        ("%%", []),
    ],
    ids=["commands", "force for export", "another magic", "no name"],
)
def test_completion_offers_what_fits(line, offered):
    assert complete(line) == offered
