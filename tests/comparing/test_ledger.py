"""The ledger: what is known so far, and where in the exported comparison it will stand."""

import pytest

from perfmagic.comparing.ledger import Entry, Ledger, error_info
from perfmagic.model.comparison import ErrorInfo, Uncertainty
from perfmagic.model.plan import Plan, Refusal
from perfmagic.model.run import Sample

SAMPLE = Sample(wall_s=1.0, cpu_s=0.5)


def entry(name, **known):
    return Entry(strategy=name, answer=Plan(strategy=name, source="x = 1\n"), source="x = 1\n", **known)


@pytest.fixture
def ledger():
    refused = Entry(
        strategy="tasks",
        answer=Refusal(strategy="tasks", kind="nothing", reason="nothing to overlap"),
        source=None,
    )
    baseline = Entry(strategy="sequential", answer=None, source="x = 1\n")
    return Ledger(baseline=baseline, entries=[refused, entry("gather")])


def test_the_baseline_comes_first_and_refusals_keep_their_place(ledger):
    assert [each.strategy for each in ledger.all()] == ["sequential", "tasks", "gather"]


def test_only_plans_can_be_run(ledger):
    assert [each.strategy for each in ledger.plans()] == ["gather"]


@pytest.mark.parametrize(
    ("index", "path"), [(0, "candidates[0].wall_s"), (1, "candidates[1].wall_s"), (2, "candidates[2].wall_s")]
)
def test_a_field_is_named_as_in_the_export(ledger, index, path):
    assert ledger.field_of(ledger.all()[index], "wall_s") == path


def test_two_strategies_with_the_same_text_are_told_apart_by_name():
    twins = Ledger(baseline=entry("sequential"), entries=[entry("gather"), entry("tasks")])
    assert twins.field_of(twins.entries[1], "speedup") == "candidates[2].speedup"


def test_a_doubt_is_noted_once(ledger):
    ledger.doubt("candidates", "other programs ran")
    ledger.doubt("candidates", "other programs ran")
    ledger.doubt("candidates[0].wall_s", "other programs ran")
    assert ledger.notes == [
        Uncertainty(field="candidates", why="other programs ran"),
        Uncertainty(field="candidates[0].wall_s", why="other programs ran"),
    ]


def test_skipped_candidates_carry_reason_and_hint(ledger):
    ledger.skip(ledger.plans(), "the budget is spent", "--budget 60")
    (skipped,) = ledger.plans()
    assert (skipped.reason, skipped.hint) == ("the budget is spent", "--budget 60")
    assert ledger.baseline.reason is None


@pytest.mark.parametrize(
    ("known", "ran"),
    [({}, False), ({"warmup": SAMPLE}, True), ({"samples": [SAMPLE]}, True), ({"failed": True}, False)],
    ids=["nothing", "a warm-up", "a round", "only a failure"],
)
def test_an_entry_ran_if_one_run_came_to_its_end(known, ran):
    assert entry("gather", **known).ran is ran


class Mute(ValueError):
    def __str__(self):
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "info"),
    [
        (ValueError("no"), ErrorInfo(type="ValueError", message="no")),
        (KeyError("a"), ErrorInfo(type="KeyError", message="'a'")),
        (SystemExit(3), ErrorInfo(type="SystemExit", message="3")),
        (Mute(), ErrorInfo(type="Mute", message="<no message: its __str__ raised>")),
    ],
    ids=["with a message", "with a key", "an exit", "with a __str__ that raises"],
)
def test_an_error_is_written_down_by_type_and_message(error, info):
    assert error_info(error) == info
