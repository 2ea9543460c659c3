"""Threads or asyncio? One sentence, only from what was measured."""

import pytest

from perfmagic.model.comparison import Transfer, Usage
from perfmagic.stats.threads_or_asyncio import Tried, threads_or_asyncio, which_of_them


def cell(cpu, waiting, lock=None):
    return Usage(cpu_share=cpu, waiting_share=waiting, lock_share=lock)


def tried(**speedups):
    return [Tried(strategy=name, speedup=speedup) for name, speedup in speedups.items()]


WAITS = cell(0.03, 0.97, 0.02)
COMPUTES = cell(0.99, 0.01, 0.98)
COMPUTES_IN_C = cell(0.99, 0.01, 0.03)
NOT_PROBED = cell(0.99, 0.01)


@pytest.mark.parametrize(
    ("best", "spent", "ran", "answer"),
    [
        (
            "tasks",
            WAITS,
            {"gather": 2.9, "tasks": 3.0},
            "asyncio, not threads: the cell waits 97 % of its time",
        ),
        ("taskgroup", WAITS, {"taskgroup": 3.0}, "asyncio, not threads: the cell waits 97 % of its time"),
        (
            "gather",
            cell(0.6, 0.4, 0.55),
            {"gather": 1.4},
            "asyncio, not threads: the waiting that overlaps is 40 % of its time, the CPU time 60 %",
        ),
        (
            "gather",
            WAITS,
            {"gather": 3.0, "threads": 1.4},
            "asyncio, not threads: the cell waits 97 % of its time; threads gave 1.40x",
        ),
        (
            "threads",
            WAITS,
            {"threads": 3.0},
            "threads, not asyncio: its calls block, they wait 97 % of the time and hold the interpreter lock 2 % of it",
        ),
        (
            "threads",
            cell(0.03, 0.97),
            {"threads": 3.0},
            "threads, not asyncio: its calls block, they wait 97 % of the time",
        ),
        (
            "threads",
            COMPUTES_IN_C,
            {"threads": 1.9, "processes": 1.2},
            "threads, not asyncio: its calls compute, and let go of the interpreter lock 97 % of the time; processes gave 1.20x",
        ),
        (
            "threads",
            NOT_PROBED,
            {"threads": 1.9},
            "threads, not asyncio: its calls compute 99 % of the time and await nothing",
        ),
        (
            "processes",
            COMPUTES,
            {"threads": 1.0, "processes": 1.9},
            "processes, neither threads nor asyncio: code holds the interpreter lock 98 % of the time; threads gave 1.00x",
        ),
        (
            "processes",
            NOT_PROBED,
            {"processes": 1.9},
            "processes, neither threads nor asyncio: the cell computes 99 % of its time",
        ),
        (
            None,
            COMPUTES,
            {"threads": 1.0},
            "threads gain nothing: code holds the interpreter lock 98 % of the time",
        ),
        (
            None,
            COMPUTES,
            {"tasks": 1.0},
            "asyncio gains nothing: code holds the interpreter lock 98 % of the time",
        ),
        (
            None,
            COMPUTES_IN_C,
            {"tasks": 1.0},
            "asyncio gains nothing: the cell computes 99 % of its time and holds the interpreter lock 3 % of it",
        ),
        (None, NOT_PROBED, {"tasks": 1.0}, "asyncio gains nothing: the cell computes 99 % of its time"),
        (
            None,
            COMPUTES,
            {"threads": 1.0, "processes": 1.02},
            "threads gain nothing: code holds the interpreter lock 98 % of the time; processes gave 1.02x",
        ),
        (None, WAITS, {"threads": 1.0}, "threads gain nothing, although the cell waits 97 % of its time"),
    ],
)
def test_the_sentence_follows_from_the_measurement(best, spent, ran, answer):
    assert threads_or_asyncio(best, spent, tried(**ran)) == answer


def test_awaits_with_blocking_calls_beside_them_take_both():
    mixed = [Tried(strategy="tasks", speedup=2.0, blocking_in_threads=True)]
    answer = "asyncio, with threads only for the calls that block: the cell waits 97 % of its time"
    assert threads_or_asyncio("tasks", WAITS, mixed) == answer


@pytest.mark.parametrize(
    ("spent", "ran"),
    [
        (None, {"tasks": 2.0}),
        (WAITS, {}),
        (WAITS, {"lru_cache": 9.0}),
        (WAITS, {"tasks": 2.0, "cachetools": 9.0}),
    ],
    ids=["nothing measured of the cell", "nothing timed", "another question", "both questions"],
)
def test_what_was_not_measured_is_not_answered(spent, ran):
    assert threads_or_asyncio("tasks", spent, tried(**ran)) is None


def test_processes_alone_that_gain_nothing_are_no_answer_without_the_lock():
    assert threads_or_asyncio(None, NOT_PROBED, tried(processes=1.0)) is None
    held = "neither threads nor asyncio would gain: code holds the interpreter lock 98 % of the time; processes gave 1.00x"
    assert threads_or_asyncio(None, COMPUTES, tried(processes=1.0)) == held


def sending(seconds, speedup=0.4):
    sent = Transfer(sent_bytes=100_000_000, received_bytes=20_000_000, seconds=seconds)
    return Tried(strategy="processes", speedup=speedup, sent=sent, wall_s=1.0)


@pytest.mark.parametrize(
    ("seconds", "speedup", "answer"),
    [
        (0.6, 0.4, "; processes gave 0.40x: sending 120 MB took most of its time"),
        (0.2, 0.4, "; processes gave 0.40x: it sends 120 MB, and pickling that alone takes 20 % of its time"),
        (0.01, 0.4, "; processes gave 0.40x"),
        (0.6, 1.4, "; processes gave 1.40x"),
    ],
    ids=["most of it", "a part of it", "next to nothing", "it is faster all the same"],
)
def test_what_sending_took_is_told_of_processes_that_are_slower(seconds, speedup, answer):
    found = threads_or_asyncio(None, COMPUTES, [*tried(threads=1.0), sending(seconds, speedup)])
    assert found == f"threads gain nothing: code holds the interpreter lock 98 % of the time{answer}"


def test_of_processes_alone_sending_is_the_answer():
    found = threads_or_asyncio(None, NOT_PROBED, [sending(0.6)])
    assert found == "processes gain nothing: sending 120 MB took most of its time"


@pytest.mark.parametrize(
    ("spent", "ran", "answer"),
    [
        (
            COMPUTES,
            {"threads": 1.0, "processes": 0.9},
            "neither threads nor asyncio overlap it: code holds the interpreter lock 98 % of the time; processes gave 0.90x",
        ),
        (WAITS, {"threads": 1.0}, "threads can overlap what it waits: 97 % of its time"),
        (WAITS, {"tasks": 1.0}, "asyncio can overlap what it waits: 97 % of its time"),
        (NOT_PROBED, {"tasks": 1.0}, "asyncio cannot overlap what it computes: 99 % of its time"),
        (NOT_PROBED, {"threads": 1.0}, None),
        (None, {"tasks": 1.0}, None),
        (WAITS, {"lru_cache": 1.0}, None),
    ],
    ids=[
        "holds the lock",
        "blocks",
        "awaits",
        "computes and awaits",
        "computes",
        "not measured",
        "another question",
    ],
)
def test_before_it_is_decided_the_cell_alone_tells(spent, ran, answer):
    assert which_of_them(spent, tried(**ran)) == answer


def test_a_share_above_one_core_is_told_as_all_of_the_time():
    assert "computes 100 % of its time" in threads_or_asyncio(None, cell(1.9, 0.0), tried(threads=1.0))
