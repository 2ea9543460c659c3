"""Time without a core, thread by thread."""

import threading

import pytest

from perfmagic.runners import run_queue
from perfmagic.runners.run_queue import queued_between_s, queued_s


def test_every_thread_that_is_alive_is_told():
    gate = threading.Event()
    thread = threading.Thread(target=gate.wait)
    thread.start()
    told = queued_s()
    gate.set()
    thread.join()
    assert {str(threading.get_native_id()), str(thread.native_id)} <= told.keys()
    assert all(seconds >= 0 for seconds in told.values())


@pytest.mark.parametrize(
    ("before", "after", "seconds"),
    [
        ({}, {}, 0.0),
        ({"1": 1.0}, {"1": 1.5}, 0.5),
        ({"1": 1.0}, {"1": 1.5, "2": 0.25}, 0.75),
        ({"1": 1.0, "2": 3.0}, {"1": 1.5}, 0.5),
        ({"1": 1.0}, {"1": 0.25}, 0.0),
    ],
    ids=["nothing told", "one thread", "a new thread", "a thread that ended", "a number that was used again"],
)
def test_only_what_was_added_in_between_counts(before, after, seconds):
    assert queued_between_s(before, after) == pytest.approx(seconds)


def test_a_system_that_does_not_tell_gives_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(run_queue, "_TASKS", tmp_path / "no such folder")
    assert queued_s() == {}


def test_a_thread_that_ends_meanwhile_is_left_out(monkeypatch, tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / "schedstat").write_text("5 1000000 7")
    monkeypatch.setattr(run_queue, "_TASKS", tmp_path)
    assert queued_s() == {"2": 0.001}
