"""Candidates that use other processes: what starting and sending takes is shown apart, and no process is left. Real ones run."""

from perfmagic.comparing import transferring
from perfmagic.comparing.assemble import environment
from perfmagic.comparing.transferring import Sending
from perfmagic.model.plan import Plan
from perfmagic.model.run import Sample
from perfmagic.runners import worker_processes
from perfmagic.runners.origins import child_processes
from perfmagic.runners.transfer import TransferMeter
from tests.comparing.laboratory import FakeClock, experiment

CELL = "a = sum(range(1000))\ntime.sleep(0.2)\nb = max(range(1000))\n"
SENT = (
    "from loky import get_reusable_executor\nexecutor = get_reusable_executor(max_workers=2)\n"
    "a = executor.submit(sum, range(1000)).result()\ntime.sleep(0.1)\nb = executor.submit(max, range(1000)).result()\n"
)
PLAN = Plan(
    strategy="processes",
    source=SENT,
    introduced=frozenset({"executor", "get_reusable_executor"}),
    slots=2,
    one_thread=False,
    workers=2,
)


def pids():
    return {each.pid for each in child_processes()}


def test_transfer_and_start_are_told_and_nothing_is_left():
    before = pids()
    made = experiment(CELL, {"processes": PLAN}, rounds=2)
    candidate = made["processes"]
    assert candidate.verdict.status.value == "equal"
    assert candidate.transfer.sent_bytes > 0
    assert candidate.transfer.received_bytes > 0
    assert any("starting them takes" in why for why in made.doubts("candidates[1].wall_s"))
    assert pids() <= before


def test_the_run_that_is_measured_is_no_sample():
    made = experiment(CELL, {"processes": PLAN}, rounds=2)
    assert len(made.samples("processes")) == 2
    assert all(abs(each - 0.1) < 1e-9 for each in made.samples("processes"))


def test_the_transfer_is_measured_however_small_the_budget():
    made = experiment(CELL, {"processes": PLAN}, rounds=1, budget_s=0.75)
    assert made["processes"].transfer.sent_bytes > 0


def test_what_measuring_took_is_taken_out_of_the_sample():
    meter = TransferMeter(sending_s=0.25)
    assert Sending(meter).without(Sample(wall_s=1.0, cpu_s=0.5)) == Sample(wall_s=0.75, cpu_s=0.25)
    assert Sending(TransferMeter()).without(Sample(wall_s=1.0, cpu_s=0.5)) == Sample(wall_s=1.0, cpu_s=0.5)


def test_what_processes_compute_in_the_only_run_tells_what_bound_them(monkeypatch):
    """Each look finds 0.3 seconds more, and the run takes 0.2."""
    count = iter(range(100))
    monkeypatch.setattr(transferring, "children_cpu_s", lambda: 0.3 * next(count))
    plan = Plan(**(as_dict(PLAN) | {"source": SENT.replace("0.1", "0.2")}))
    made = experiment(CELL, {"processes": plan}, rounds=1, budget_s=0.75, profile=False)
    assert made["processes"].usage.cpu_share > 1.0
    assert made["processes"].usage.waiting_share == 0.0


def test_of_a_very_short_run_of_processes_nothing_is_said():
    made = experiment(
        "x = 1\n", {"processes": Plan(**(as_dict(PLAN) | {"source": "x = 1\n"}))}, rounds=1, profile=False
    )
    assert made["processes"].usage is None


def test_candidates_without_processes_have_no_transfer():
    made = experiment(CELL, {"other": CELL.replace("0.2", "0.1")}, rounds=2)
    assert made["other"].transfer is None


def test_the_ceiling_counts_processes_and_not_the_lock():
    clock = FakeClock(busy=1.0)
    cell = "def work():\n    time.sleep(0.1)\na = work()\nb = work()\n"
    made = experiment(cell, {"processes": Plan(**(as_dict(PLAN) | {"source": cell}))}, clock=clock, rounds=2)
    assert made["processes"].ceiling == 2.0 or not environment().gil_enabled


def test_an_interrupt_leaves_no_process():
    before = pids()
    made = experiment(CELL, {"processes": PLAN}, interrupt_at=4)
    assert made.comparison.interrupted
    assert pids() <= before


def test_workers_that_do_not_start_fail_the_candidate_only(monkeypatch):
    monkeypatch.setattr(worker_processes, "_all_report", lambda *_: False)
    made = experiment(CELL, {"processes": PLAN, "other": CELL.replace("0.2", "0.1")}, rounds=2)
    assert made["processes"].status.value == "failed"
    assert "2 worker processes did not start" in made["processes"].error.message
    assert made["other"].status.value == "ran"


def as_dict(plan):
    return {name: getattr(plan, name) for name in plan.__slots__}
