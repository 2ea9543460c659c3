"""What code written in C changes is seen: locks, digests, generators of random numbers, arrays, `operator`."""

import pytest

from perfmagic.analysis import effect_map
from perfmagic.analysis.modelled import HANDLERS
from perfmagic.analysis.models.table import MODELS
from tests.analysis.inference import infer, namespace, operations

SETUP = """
import sys, types, io, operator, threading, hashlib, zlib, random, asyncio, struct
import numpy as np
import pandas as pd
lock, reentrant, event = threading.Lock(), threading.RLock(), threading.Event()
alock, aevent, semaphore = asyncio.Lock(), asyncio.Event(), asyncio.Semaphore()
locks = [threading.Lock() for _ in range(20)]
h = hashlib.sha256()
z = zlib.compressobj()
q, d, x, n = [3], {}, np.arange(4.0), np.arange(4)
rng, old, own = np.random.default_rng(1), np.random.RandomState(1), random.Random(1)
df = pd.DataFrame({"x": [1, 2]})
s = pd.Series([1, 2])
space = types.SimpleNamespace(x=[], n=0)
raw = bytearray(4)
def log(v): q.append(v); return v
spread = np.vectorize(log)
class Stock:
    def __init__(self): self.items = []
    def add(self, v): self.items.append(v)
stock = Stock()
class Meta(type):
    def __call__(cls, *given): q.append(1); return 5
class Made(metaclass=Meta): pass
class Last:
    def __del__(self): q.append(1)
"""

HELD = {
    "lock.acquire()": "lock",
    "lock.release()": "lock",
    "reentrant.acquire()": "reentrant",
    "lock.__enter__()": "lock",
    "event.set()": "event",
    "event.clear()": "event",
    "event.wait()": "event",
    "aevent.set()": "aevent",
    "alock.release()": "alock",
    "semaphore.release()": "semaphore",
    "take = lock.acquire\ntake()": "lock",
    "for each in locks: each.acquire()": "objects of type lock",
}


@pytest.mark.parametrize(("cell", "label"), HELD.items(), ids=HELD)
def test_a_lock_of_before_that_is_taken_by_hand_forbids_a_second_run(cell: str, label: str) -> None:
    _, effects = infer(cell, SETUP)
    (hazard,) = effects.hazards
    assert (hazard.kind, hazard.label) == ("opaque", label)
    assert hazard.reason.startswith(f"line {1 + cell.count(chr(10))} ")


@pytest.mark.parametrize(
    "cell",
    [
        "with lock: v = 1",
        "async with alock: v = 1",
        "v = lock.locked()",
        "v = event.is_set()",
        "mine = threading.Lock()\nmine.acquire()",
    ],
)
def test_a_lock_that_is_given_back_is_no_hazard(cell: str) -> None:
    _, effects = infer(cell, SETUP)
    assert effects.hazards == ()


CHANGED = {
    "np.copyto(x, x + 1)": {"x"},
    "np.copyto(dst=x, src=x + 1)": {"x"},
    "np.put(x, [0], 9)": {"x"},
    "np.place(x, x > 0, [1])": {"x"},
    "np.putmask(x, x > 0, x * 2)": {"x"},
    "np.fill_diagonal(x, 1)": {"x"},
    "np.put_along_axis(x, n, 9, 0)": {"x"},
    "x.__iadd__(1)": {"x"},
    "np.ndarray.__imul__(x, 2)": {"x"},
    "x.setfield(1, float)": {"x"},
    "x.setflags(write=False)": {"x"},
    "x.flags.writeable = False": {"x"},
    "x.partition(1)": {"x"},
    "x.sort()": {"x"},
    "x.resize(9)": {"x"},
    "x.fill(1)": {"x"},
    "x.byteswap(True)": {"x"},
    "np.frombuffer(raw, 'u1')[0] = 1": {"raw"},
    "np.lib.stride_tricks.as_strided(x)[0] = 1": {"x"},
    "struct.pack_into('B', raw, 0, 1)": {"raw"},
    "struct.Struct('B').pack_into(raw, 0, 1)": {"raw"},
    "operator.iadd(q, [1])": {"q"},
    "operator.iconcat(q, [1])": {"q"},
    "operator.__ior__(d, {1: 2})": {"d"},
    "operator.setitem(d, 'a', 1)": {"d"},
    "operator.delitem(d, 'a')": {"d"},
    "operator.methodcaller('append', 1)(q)": {"q"},
    "operator.methodcaller('add', 1)(stock)": {"stock.items"},
    "operator.attrgetter('items')(stock).append(1)": {"stock.items"},
    "operator.itemgetter(0)([q]).append(1)": {"q"},
    "operator.getitem([q], 0).append(1)": {"q"},
    "rng.normal()": {"rng"},
    "rng.shuffle(x)": {"rng", "x"},
    "rng.permuted(x, out=x)": {"rng", "x"},
    "rng.random(4, float, x)": {"rng", "x"},
    "old.shuffle(x)": {"old", "x"},
    "own.random()": {"own"},
    "own.shuffle(q)": {"own", "q"},
    "df.index.name = 'k'": {"df"},
    "df.index.names = ['k']": {"df"},
    "df.columns.name = 'k'": {"df"},
    "df.attrs['k'] = 1": {"df"},
    "s.name = 'k'": {"s"},
    "space.x.append(1)": {"space.x"},
    "space.n = 1": {"space"},
}


@pytest.mark.parametrize(("cell", "labels"), CHANGED.items(), ids=CHANGED)
def test_what_is_changed_is_saved_and_put_back(cell: str, labels: set[str]) -> None:
    _, effects = infer(cell, SETUP)
    assert {each.label for each in effects.touched} >= labels
    assert effects.hazards == ()


REFUSED = {
    "h.update(b'x')": ("opaque", "h"),
    "z.compress(b'x')": ("opaque", "z"),
    "setattr(sys.modules[__name__], 'q', [])": ("module", "__main__.q"),
    "import __main__\n__main__.q = []": ("module", "__main__.q"),
    "import __main__\ndel __main__.q": ("module", "__main__.q"),
    "vars(sys)['q'] = 1": ("dynamic", "vars()"),
    "sys.__dict__['q'] = 1": ("unknown", "sys.__dict__"),
    "spread(x)": ("unknown", "spread()"),
    "Made()": ("unknown", "Made(), a class with a metaclass"),
    "class V(metaclass=Meta): pass\nv = V()": ("unknown", "V"),
    "class V(Made): pass\nv = V()": ("unknown", "V"),
    "v = Last()": ("unknown", "Last"),
    "v = type(stock).missing(q)": ("unknown", "type(stock).missing()"),
}


@pytest.mark.parametrize(("cell", "expected"), REFUSED.items(), ids=REFUSED)
def test_what_cannot_be_put_back_forbids_a_second_run(cell: str, expected: tuple[str, str]) -> None:
    _, effects = infer(cell, SETUP)
    assert expected in {(each.kind, each.label) for each in effects.hazards}


def test_a_name_that_is_set_through_the_module_counts_as_bound() -> None:
    names = namespace(SETUP)
    names["here"] = __import__("types").ModuleType("__main__")
    _, effects = infer("here.q = 1", names=names)
    assert [each.kind for each in effects.hazards] == ["module"]


def test_dump_changes_the_file_and_calls_its_default() -> None:
    _, effects = infer("out = io.StringIO()\njson.dump(stock, out, default=log)", SETUP)
    assert {each.label for each in effects.touched} == {"q"}
    _, effects = infer("json.dump([1], target)", SETUP + "target = Stock()\n")
    assert {each.label for each in effects.touched} == {"target"}


@pytest.mark.parametrize("name", sorted({each.handler for each in MODELS.values() if each.handler}))
def test_every_rule_that_a_model_names_exists(name: str) -> None:
    assert name in HANDLERS


def test_a_failure_of_the_analysis_is_a_barrier_and_a_hazard(monkeypatch: pytest.MonkeyPatch) -> None:
    original = effect_map.execute

    def failing(machine, body):
        original(machine, body[:1])
        raise KeyError("gone")

    monkeypatch.setattr(effect_map, "execute", failing)
    tree, effects = infer("v = 1\nprint(len(q))\nw = 2", SETUP)
    (hazard,) = effects.hazards
    assert (hazard.kind, hazard.reason) == ("unknown", "the analysis failed on line 1: KeyError: 'gone'")
    assert all(effects.of(each).barriers for each in tree.body)
    assert effects.bound_names == {"v", "w"}
    assert "q" in effects.read_names
    assert all(effects.callee(each).kind == "unknown" for each in operations(tree))
