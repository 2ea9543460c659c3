"""Threads or asyncio? One sentence, only from what was measured."""

import pytest

from perfmagic.model.comparison import Usage
from perfmagic.stats.threads_or_asyncio import Tried, threads_or_asyncio


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


def test_processes_alone_that_gain_nothing_are_no_answer():
    assert threads_or_asyncio(None, COMPUTES, tried(processes=1.0)) is None


def test_a_share_above_one_core_is_told_as_all_of_the_time():
    assert "computes 100 % of its time" in threads_or_asyncio(None, cell(1.9, 0.0), tried(threads=1.0))
