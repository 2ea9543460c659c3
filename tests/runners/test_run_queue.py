"""Time without a core, thread by thread."""

import threading

import pytest

from perfmagic.runners import run_queue
from perfmagic.runners.run_queue import Turns, queued_per_second, turns


def test_every_thread_that_is_alive_is_told():
    gate = threading.Event()
    thread = threading.Thread(target=gate.wait)
    thread.start()
    told = turns()
    gate.set()
    thread.join()
    assert {str(threading.get_native_id()), str(thread.native_id)} <= told.keys()
    assert told[str(threading.get_native_id())].ran_s > 0
    assert all(each.queued_s >= 0 for each in told.values())


def at(ran_s, queued_s):
    return Turns(ran_s=ran_s, queued_s=queued_s)


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        ({}, {}, 0.0),
        ({"1": at(1, 1)}, {"1": at(3, 2)}, 0.5),
        ({"1": at(1, 1)}, {"1": at(2, 2), "2": at(1, 0)}, 0.5),
        ({"1": at(1, 1), "2": at(9, 9)}, {"1": at(2, 1)}, 0.0),
        ({"1": at(9, 9)}, {"1": at(1, 1)}, 0.0),
        ({"1": at(1, 1)}, {"1": at(1, 3)}, 0.0),
    ],
    ids=["nothing told", "one", "a new one", "one that ended", "a number used again", "nothing ran"],
)
def test_only_what_was_added_in_between_counts(before, after, share):
    assert queued_per_second(before, after) == pytest.approx(share)


def test_a_system_that_does_not_tell_gives_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(run_queue, "_TASKS", tmp_path / "no such folder")
    assert turns() == {}


def test_a_thread_that_ends_meanwhile_is_left_out(monkeypatch, tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / "schedstat").write_text("5000000 1000000 7")
    monkeypatch.setattr(run_queue, "_TASKS", tmp_path)
    assert turns() == {"2": at(0.005, 0.001)}
