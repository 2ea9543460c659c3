"""Strategies are asked: a failure is an answer, and an option is named only where it leads to a plan."""

import re
from dataclasses import replace

import pytest

from perfmagic.comparing.asking import ask
from perfmagic.comparing.unlocking import with_option
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from tests.strategies.cell_runs import CASES, STRATEGIES, analysed
from tests.strategies.refusal_cells import CELLS

GIVEN = {
    "--ignore-sleeps": {"ignore_sleeps": True},
    "--speculate": {"speculate": True},
    "--allow-reorder": {"allow_reorder": True},
    "--assume-independent": {"assume_independent": frozenset()},
}
SOURCES = {case["name"]: case["cell"] for case in CASES if case["verdict"] == "refuse"} | {
    name: each.cell for name, each in CELLS.items()
}
REFUSAL = Refusal(strategy="x", kind="effect", reason="a reason.", hint="change it")
PLAN = Plan(strategy="x", source="1")


def asked(source, strategy, options=None):
    return ask(strategy, STRATEGIES[strategy].plan, analysed(source), options or Options())


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("strategy", ["gather", "tasks", "threads"])
def test_an_option_that_a_hint_names_does_lift_the_refusal(name, strategy):
    answer = asked(SOURCES[name], strategy)
    assert isinstance(answer, Refusal)
    for flag in re.findall(r"--[a-z-]+", answer.hint):
        assert isinstance(asked(SOURCES[name], strategy, replace(Options(), **GIVEN[flag])), Plan), answer


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("callee_mutates_global", "--assume-independent"),
        ("write_then_read", "--assume-independent"),
        ("for_break", "--speculate"),
        ("assert_guard", "--speculate"),
        ("an early return", "--speculate"),
        ("sleep_as_rate_limit", "--ignore-sleeps"),
        ("callees that print", "--allow-reorder"),
    ],
)
def test_a_hint_names_the_option_that_is_there(name, flag):
    assert flag in asked(SOURCES[name], "tasks").hint


@pytest.mark.parametrize("name", ["chain", "conn_reads", "for_carried", "created_task", "contextvar"])
def test_a_hint_names_no_option_where_none_helps(name):
    assert "--" not in asked(SOURCES[name], "tasks").hint


def test_the_least_daring_option_is_named_alone():
    def lifted_by_both(options):
        return PLAN if options.allow_reorder or options.assume_independent is not None else REFUSAL

    hint = with_option(REFUSAL, lifted_by_both, Options()).hint
    assert hint == "change it; or pass --allow-reorder if the order does not matter"


def test_an_option_that_is_given_already_is_not_named():
    def lifted_by_nothing(_options):
        return REFUSAL

    assert with_option(REFUSAL, lifted_by_nothing, Options(allow_reorder=True)) == REFUSAL


def test_a_promise_of_a_strategy_that_does_not_hold_is_taken_back():
    promised = replace(REFUSAL, kind="control", hint="--speculate lets them begin")
    assert "--" not in with_option(promised, lambda _: promised, Options()).hint


def test_a_promise_that_holds_is_left_as_it_is():
    promised = replace(REFUSAL, kind="control", hint="--speculate lets them begin")
    answer = with_option(promised, lambda more: PLAN if more.speculate else promised, Options())
    assert answer == promised


def test_a_strategy_that_fails_is_a_refusal_that_names_the_error():
    def broken(_analysis, _options):
        raise KeyError("what")

    answer = ask("mine", broken, analysed("a = 1\n"), Options())
    assert (answer.strategy, answer.kind) == ("mine", "unknown")
    assert answer.reason == "the strategy failed with KeyError: 'what'"


class Untold(Exception):
    def __str__(self):
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (SystemExit(3), "SystemExit: 3"),
        (Untold(), "Untold: <no message: its __str__ raised>"),
        (OSError(), "OSError"),
    ],
    ids=["an exit", "one without words", "one without a message"],
)
def test_no_failure_of_a_strategy_ends_the_cell(raised, told):
    def broken(_analysis, _options):
        raise raised

    assert ask("mine", broken, analysed("a = 1\n"), Options()).reason == f"the strategy failed with {told}"


def test_an_answer_that_is_neither_a_plan_nor_a_refusal_is_a_refusal():
    answer = ask("mine", lambda _analysis, _options: None, analysed("a = 1\n"), Options())
    assert answer.reason == "the strategy answered with NoneType, neither a plan nor a refusal"


def test_a_refusal_stands_if_the_strategy_fails_under_other_options():
    def broken(_analysis, options):
        if options != Options():
            raise KeyError("what")
        return REFUSAL

    assert ask("mine", broken, analysed("a = 1\n"), Options()) == REFUSAL


DEEP = "a = await f(1)\nb = {}\nc = await g(2)\n"


@pytest.mark.parametrize("strategy", ["gather", "tasks", "taskgroup"])
@pytest.mark.parametrize(
    "expression",
    ["-" * 900 + "1", "a" + ".real" * 900, "1 + " * 900 + "1"],
    ids=["signs", "attributes", "a sum"],
)
def test_a_cell_that_is_nested_too_deeply_is_refused_for_that(expression, strategy):
    answer = asked(DEEP.format(expression), strategy)
    assert isinstance(answer, Plan) or "nested too deeply to be" in answer.reason


def test_a_fault_of_the_analysis_is_told_and_keeps_no_cell_from_running(monkeypatch):
    def broken(*_args):
        raise KeyError("of ours")

    monkeypatch.setattr("perfmagic.analysis.analysis.dependences_of", broken)
    answer = asked("a = await f(1)\nb = await g(2)\n", "tasks")
    assert (answer.kind, answer.reason) == ("unknown", "the analysis failed: KeyError: 'of ours'.")
