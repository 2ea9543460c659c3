"""Probed runs: who is looked at, when, and that nothing of it is timed."""

import contextlib

import pytest

from perfmagic.comparing import probing, transferring
from perfmagic.model.plan import Plan
from perfmagic.model.verdict import Status
from perfmagic.runners.lock_probe import Ask
from perfmagic.runners.run_queue import Turns
from perfmagic.runners.worker_processes import WorkerProcesses
from tests.comparing.laboratory import FakeClock, experiment

CELL = "time.sleep(0.25)\nx = 1\n"
PLANS = {"gather": "time.sleep(0.125)\nx = 1\n"}


class Recorded:
    """A probe that saw the lock held in the second half of whatever ran."""

    def __init__(self, *, clock, pause_s):
        self.clock, self.pause_s, self.asks = clock, pause_s, []

    def __enter__(self):
        self.first_s = self.clock.wall_s()
        return self

    def __exit__(self, *_):
        step_s = (self.clock.wall_s() - self.first_s) / 20
        for i in range(20):
            got_s = self.first_s + (i + 1) * step_s
            asked_s = got_s - (0.9 * step_s if i >= 10 else 0.0)
            self.asks.append(Ask(asked_s=asked_s, got_s=got_s, queued_s=0.0, cpu_s=0.0))


@pytest.fixture
def _recorded(monkeypatch):
    monkeypatch.setattr(probing, "LockProbe", Recorded)
    monkeypatch.setattr(probing, "children_cpu_s", lambda: 0.0)
    monkeypatch.setattr(probing, "turns", dict)


@pytest.mark.usefixtures("_recorded")
def test_each_row_that_was_timed_says_what_bound_it():
    found = experiment(CELL, PLANS, clock=FakeClock(busy=0.4), rounds=7, budget_s=1000.0)
    for name in ("sequential", "gather"):
        usage = found[name].usage
        assert usage.cpu_share == pytest.approx(0.4)
        assert usage.waiting_share == pytest.approx(0.6)
        assert usage.lock_share == pytest.approx(0.5, abs=0.03)
        assert usage.probe_factor == pytest.approx(1.0)
        assert len(found.samples(name)) == 7


@pytest.mark.usefixtures("_recorded")
def test_a_probed_run_is_none_of_the_samples(monkeypatch):
    """A probe that makes everything slower leaves the times as they are."""
    monkeypatch.setattr(
        Recorded, "__enter__", lambda self: (setattr(self.clock, "stretch", lambda _: 4.0), _begun(self))[1]
    )
    found = experiment(CELL, PLANS, rounds=7, budget_s=1000.0)
    assert found.samples("sequential") == (0.25,) * 7
    assert found["gather"].usage.probe_factor == pytest.approx(4.0)


def _begun(probe):
    probe.first_s = probe.clock.wall_s()
    return probe


@pytest.mark.usefixtures("_recorded")
@pytest.mark.parametrize(
    ("cell", "options"),
    [
        (CELL, {"profile": False}),
        ("open('/dev/null', 'w').close()\n" + CELL, {"rerun": True}),
        ("x = 1\n", {}),
    ],
    ids=["--no-profile", "outside effects", "too short"],
)
def test_what_is_not_probed_keeps_its_cpu_share(cell, options):
    found = experiment(cell, {"gather": cell}, rounds=6, budget_s=1000.0, **options)
    assert found["gather"].usage.lock_share is None
    assert found["gather"].usage.waiting_share == pytest.approx(1.0)


@pytest.mark.usefixtures("_recorded")
def test_without_time_left_nothing_is_probed():
    found = experiment(CELL, PLANS, budget_s=0.25 + 0.125 + 6.1 * 0.375)
    assert len(found.samples("gather")) == 6
    assert found["gather"].usage.lock_share is None


@pytest.mark.usefixtures("_recorded")
def test_a_short_cell_is_probed_several_times():
    found = experiment(CELL.replace("0.25", "0.02"), {"gather": CELL.replace("0.25", "0.01")}, rounds=6)
    assert found.clock.log[-8:] == [0.02] * 3 + [0.01] * 5


def test_a_candidate_that_differs_is_not_probed():
    found = experiment(CELL, {"gather": "x = 2\n"})
    assert found["gather"].verdict.status is Status.DIFFERENT
    assert found["gather"].usage.lock_share is None


def test_a_refused_candidate_was_bound_by_nothing_and_one_run_of_the_cell_by_what_it_shows():
    found = experiment(
        "items.append(next(numbers))\n" + CELL, PLANS, names={"items": [], "numbers": iter([1])}
    )
    assert found["gather"].usage is None
    assert found["sequential"].usage.waiting_share == pytest.approx(1.0)
    assert found["sequential"].usage.lock_share is None


@pytest.mark.usefixtures("_recorded")
def test_what_other_processes_compute_is_cpu_time_and_not_waiting(monkeypatch):
    used_s = iter(range(100))
    monkeypatch.setattr(probing, "children_cpu_s", lambda: next(used_s) * 0.125)
    found = experiment(CELL, PLANS, rounds=7, budget_s=1000.0)
    assert found["sequential"].usage.cpu_share == pytest.approx(0.5)
    assert found["sequential"].usage.waiting_share == pytest.approx(0.5)
    assert found["gather"].usage.cpu_share == pytest.approx(1.0)


@pytest.mark.usefixtures("_recorded")
def test_time_without_a_core_is_not_waiting(monkeypatch):
    """Half a second in the queue for each second that it ran."""
    count = iter(range(100))
    monkeypatch.setattr(
        probing, "turns", lambda: (n := next(count)) and {"1": Turns(ran_s=n, queued_s=n / 2)} or {}
    )
    found = experiment(CELL, PLANS, clock=FakeClock(busy=0.5), rounds=7, budget_s=1000.0)
    assert found["sequential"].usage.waiting_share == pytest.approx(0.25)


@pytest.mark.usefixtures("_recorded")
@pytest.mark.parametrize(("told", "known"), [(0.0, True), (None, False)], ids=["told", "not told"])
def test_what_bound_work_in_other_processes_is_known_only_where_the_system_tells(monkeypatch, told, known):
    monkeypatch.setattr(probing, "children_cpu_s", lambda: told)
    monkeypatch.setattr(transferring, "children_cpu_s", lambda: told)
    monkeypatch.setattr(WorkerProcesses, "lent", lambda *_: contextlib.nullcontext())
    plan = Plan(strategy="processes", source=PLANS["gather"], workers=2)
    found = experiment(CELL, {"processes": plan}, rounds=7, budget_s=1000.0)
    assert (found["processes"].usage is not None) is known
    assert found["sequential"].usage.lock_share is not None


@pytest.mark.usefixtures("_recorded")
def test_a_free_threaded_interpreter_has_no_lock_to_wait_for(monkeypatch):
    monkeypatch.setattr(probing, "gil_enabled", lambda: False)
    assert experiment(CELL, PLANS, rounds=7, budget_s=1000.0)["gather"].usage.lock_share == 0.0
