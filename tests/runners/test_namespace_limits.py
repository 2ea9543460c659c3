"""What cannot be put back is named, what runs share is told apart, and no code of the user runs meanwhile."""

import asyncio
import contextlib
import csv
import functools
import io
import itertools
import logging
import queue
import re
import sqlite3
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import matplotlib.figure
import numpy as np
import pytest

from perfmagic.runners.namespace import RestoreFailed, StateTooLarge, save
from perfmagic.runners.state_buffers import buffer_keepers


def generator():
    yield 1


@functools.lru_cache
def remembered(n):
    return n


class Lazy:
    """An iterator written in Python: all its state is in its attributes."""

    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.n += 1
        return self.n


class OwnThread(threading.Thread):
    pass


ENDINGS = {
    "a list's iterator": (lambda: iter([1]), "iterator"),
    "a zip": (lambda: zip([1], [2], strict=True), "iterator"),
    "a map": (lambda: map(str, [1]), "iterator"),
    "a count": (itertools.count, "iterator"),
    "a generator": (generator, "iterator"),
    "an open file": (lambda: Path(__file__).open(encoding="utf-8"), "iterator"),
    "a csv reader": (lambda: csv.reader([]), "iterator"),
    "a lock": (threading.Lock, "shared"),
    "a condition": (threading.Condition, "shared"),
    "a thread of the user's class": (OwnThread, "shared"),
    "an executor": (ThreadPoolExecutor, "shared"),
    "an asyncio lock": (asyncio.Lock, "shared"),
    "a connection": (lambda: sqlite3.connect(":memory:"), "shared"),
    "a logger": (lambda: logging.getLogger("perfmagic.test"), "shared"),
    "the standard output": (lambda: sys.__stdout__, "shared"),
    "a function that remembers": (lambda: remembered, "shared"),
    "a weak dict": (weakref.WeakValueDictionary, "shared"),
    "a queue written in C": (queue.SimpleQueue, "opaque"),
    "values of each thread": (threading.local, "opaque"),
    "a figure": (matplotlib.figure.Figure, "opaque"),
    "a hash in progress": (lambda: __import__("hashlib").sha256(), "opaque"),
    "a compressor": (lambda: __import__("zlib").compressobj(), "opaque"),
}


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(("make", "kind"), ENDINGS.values(), ids=ENDINGS)
def test_what_cannot_be_put_back_is_named_with_its_place(make, kind):
    thing = make()
    saved = save({}, names=[], roots=[("state", {"a": [thing]})])
    (found,) = saved.unrestorable
    assert found.kind == kind
    assert found.label == "state['a'][0]"
    assert found.type_name == type(thing).__name__
    assert found.reason
    if hasattr(thing, "close"):
        if thing is not sys.__stdout__:
            thing.close()


SILENT = {
    "numbers and texts": [1, 2.5, 1j, "a", b"b", None, True, ..., range(3), slice(1)],
    "times": [datetime.now(UTC), datetime.now(UTC) - datetime.now(UTC)],
    "values of libraries": [
        Fraction(1, 2),
        Path("a"),
        re.compile("a"),
        re.match("a", "a"),
        np.float64(1),
        np.dtype("i4"),
    ],
    "numpy's functions": [np.sum, np.add, np.random.default_rng],
    "functions and modules": [len, sys, str.upper, "a".upper, functools.partial(len), itertools.chain],
    "classes": [int, dict, SimpleNamespace, threading.Thread, Lazy],
    "types": [list[int], int | str, type],
    "views": [{}.keys(), {}.items(), memoryview(b"a"), type("A", (), {}).__dict__],
    "instances": [Lazy(), SimpleNamespace(a=1), ValueError("a"), object(), contextlib.ExitStack()],
    "queues": [queue.Queue(), asyncio.Queue(), asyncio.Event()],
    "memory files": [io.StringIO("a"), io.BytesIO(b"a")],
    "an array of times": [np.array(["2020-01-01"], dtype="M8[s]"), np.array([("a", 1)], dtype="U1,i4")],
}


@pytest.mark.parametrize("things", SILENT.values(), ids=SILENT)
def test_ordinary_things_are_no_obstacle(things):
    assert save({}, names=[], roots=[("things", things)]).unrestorable == ()


def test_what_only_a_name_means_is_no_obstacle():
    namespace = {"figure": matplotlib.figure.Figure(), "lines": iter([1])}
    assert save(namespace, names=list(namespace), roots=()).unrestorable == ()


def test_shared_things_are_named_once_a_type_and_iterators_each():
    things = [threading.Lock() for _ in range(3)] + [iter([1]) for _ in range(3)]
    found = save({}, names=[], roots=[("things", things)]).unrestorable
    assert sorted(each.label for each in found) == ["things[0]", "things[3]", "things[4]", "things[5]"]


def test_state_that_does_not_fit_is_refused_before_it_is_copied():
    big = np.zeros(10**6)
    with pytest.raises(StateTooLarge, match="'big'.*--once") as caught:
        save({"small": [1]}, names=["small"], roots=[("big", [big])], limit_bytes=10**6)
    assert caught.value.label == "big"
    assert caught.value.size_bytes > 8 * 10**6
    assert save({}, names=[], roots=[("big", big)], limit_bytes=10**7).size_bytes < 10**7


class Hostile(list):
    """Fails wherever code of the user could run."""

    armed = False

    def _trap(self, *args, **kwargs):
        if Hostile.armed:
            raise AssertionError("code of the user ran")
        return NotImplemented

    __eq__ = __ne__ = __len__ = __iter__ = __bool__ = __contains__ = __getitem__ = __setitem__ = __repr__ = (
        _trap
    )
    __delitem__ = __reduce_ex__ = __copy__ = __deepcopy__ = __sizeof__ = __hash__ = copy = append = _trap

    def __getattribute__(self, name):
        if Hostile.armed:
            raise AssertionError(f"code of the user ran: {name}")
        return super().__getattribute__(name)

    def __setattr__(self, name, value):
        if Hostile.armed:
            raise AssertionError("code of the user ran")
        super().__setattr__(name, value)

    @property
    def __class__(self):
        if Hostile.armed:
            raise AssertionError("code of the user ran")
        return list


class HostileDict(dict):
    def __iter__(self):
        raise AssertionError("code of the user ran")

    keys = values = items = copy = update = clear = __len__ = __getitem__ = __setitem__ = __iter__


class NoHash(type):
    """Classes that cannot be keys."""

    def __eq__(cls, other):
        raise AssertionError("code of the user ran")

    def __getattribute__(cls, name):
        if Hostile.armed:
            raise AssertionError(f"code of the user ran: {name}")
        return super().__getattribute__(name)


class Odd(metaclass=NoHash):
    n = 0


def test_no_code_of_the_user_runs():
    hostile, hostile_dict, odd = Hostile([1, [2]]), HostileDict(a=[1]), Odd()
    hostile.note = [1]
    namespace = {"things": [hostile, hostile_dict, odd, Odd]}
    Hostile.armed = True
    try:
        saved = save(namespace, names=["things"], roots=[("things", namespace["things"])])
        list.append(hostile, 3)
        list.__getitem__(hostile, 1).append(4)
        object.__getattribute__(hostile, "__dict__")["note"].append(2)
        dict.__setitem__(hostile_dict, "b", 1)
        type.__setattr__(Odd, "n", 1)
        labels = [change.label for change in saved.changed()]
        saved.again()
        saved.restore()
        assert saved.changed() == ()
    finally:
        Hostile.armed = False
    assert sorted(labels) == ["things[0]", "things[0].note", "things[0][1]", "things[1]", "things[3]"]
    assert list.copy(hostile) == [1, [2]]
    assert hostile.note == [1]
    assert dict.copy(dict(dict.items(hostile_dict))) == {"a": [1]}
    assert Odd.n == 0


def test_objects_that_did_not_change_are_not_written_to():
    shared, own, array = [1], [2], np.zeros(3)
    saved = save({}, names=[], roots=[("own", own), ("array", array)])
    shared.append(3)  # another task's list, which was not saved
    array.flags.writeable = True
    view = memoryview(array)  # would make a resize fail
    own.append(4)
    saved.restore()
    assert (shared, own, array.tolist()) == ([1, 3], [2], [0, 0, 0])
    view.release()


def test_what_cannot_be_written_is_named_and_all_else_is_put_back():
    data, other = bytearray(b"abc"), [1]
    saved = save({}, names=[], roots=[("data", data), ("other", other)])
    data.append(1)
    other.append(2)
    with memoryview(data):
        with pytest.raises(RestoreFailed, match="data") as caught:
            saved.restore()
    assert caught.value.labels == ("data",)
    assert other == [1]
    saved.restore()
    assert data == b"abc"


def test_changes_are_named_as_people_reach_them():
    namespace = {"state": {"items": [SimpleNamespace(price=[1])]}, "gone": 1}
    saved = save(namespace, names=["state", "gone", "fresh"], roots=())
    namespace["state"]["items"][0].price.append(2)
    del namespace["gone"]
    namespace["fresh"] = 3
    assert [(each.label, each.kind, each.existing) for each in saved.changed()] == [
        ("gone", "binding", False),
        ("fresh", "binding", False),
        ("state['items'][0].price", "contents", True),
    ]


def test_an_object_out_of_reach_of_its_root_keeps_what_the_committed_run_did():
    inner = [1]
    holder = {"inner": inner}
    start = save({}, names=[], roots=[("holder", holder)])
    holder.pop("inner").append(2)
    committed = start.again()
    start.restore()
    assert holder == {"inner": [1]}
    committed.restore()
    assert (holder, inner) == ({}, [1, 2])


def test_the_namespace_itself_is_never_saved():
    namespace = {"a": [1]}
    namespace["me"] = [namespace]
    saved = save(namespace, names=["me"], roots=())
    namespace["b"] = 2
    assert saved.changed() == ()
    saved.restore()
    assert namespace["b"] == 2


def test_classes_of_libraries_are_left_alone():
    saved = save({}, names=[], roots=[("path", Path), ("case", SimpleNamespace)])
    Path.perfmagic_test = 1
    saved.restore()
    assert Path.perfmagic_test == 1
    del Path.perfmagic_test


def test_a_set_keeps_the_order_in_which_it_iterates():
    numbers = set(range(0, 4000, 37))
    for each in range(0, 4000, 74):
        numbers.discard(each)
    before = list(numbers)
    saved = save({}, names=[], roots=[("numbers", numbers)])
    numbers ^= {before[0], 5}
    saved.restore()
    assert set(before) == numbers


def test_a_released_view_of_memory_leads_nowhere():
    view = memoryview(bytearray(b"ab"))
    view.release()
    state = save({"view": view}, names=["view"], roots=[("view", view)])
    state.restore()
    assert state.unrestorable == ()
    assert state.changed() == ()


@pytest.mark.parametrize("method", ["weigh", "take", "parts"])
def test_an_object_that_cannot_be_looked_into_is_opaque_and_the_others_are_kept(method, monkeypatch):
    class Odd(bytearray):
        pass

    def fail(*_):
        raise SystemError("no")

    odd, kept = Odd(b"x"), [1]
    keeper = next(each for kind, each in buffer_keepers() if kind is bytearray)
    monkeypatch.setattr(type(keeper), method, fail)
    state = save({}, names=[], roots=[("pair", [odd, kept])])
    kept.append(2)
    state.restore()
    assert kept == [1]
    assert [(each.label, each.kind) for each in state.unrestorable] == [("pair[0]", "opaque")]


def test_an_object_that_fails_when_it_is_compared_counts_as_changed(monkeypatch):
    data = bytearray(b"x")
    state = save({}, names=[], roots=[("data", data)])
    keeper = next(each for kind, each in buffer_keepers() if kind is bytearray)

    def fail(*_):
        raise SystemError("no")

    monkeypatch.setattr(type(keeper), "same", fail)
    assert [each.label for each in state.changed()] == ["data"]
    monkeypatch.setattr(type(keeper), "put", fail)
    with pytest.raises(RestoreFailed, match="data"):
        state.restore()


def test_a_generator_of_numpy_that_holds_half_a_pair_of_normal_numbers_is_put_back():
    rng = np.random.RandomState(1)
    rng.normal()
    state = save({"rng": rng}, names=["rng"], roots=[("rng", rng)])
    assert state.changed() == ()
    first = [rng.normal() for _ in range(4)]
    assert [each.label for each in state.changed()] == ["rng"]
    state.restore()
    assert [rng.normal() for _ in range(4)] == first
