"""Whatever a cell does to a web of objects: a rerun sees the same start, and one run's state is what remains."""

from collections import OrderedDict, deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfmagic.runners.namespace import save


class Node:
    """Holds anything; counts its instances' changes on the class."""

    count = 0
    shared: list = []

    def __init__(self):
        self.items = []
        self.table = {"deep": {"er": [0]}}

    def __eq__(self, other):
        raise AssertionError("the user's equality must not run")

    __hash__ = object.__hash__


class Slotted:
    __slots__ = ("left", "right")

    def __getattr__(self, name):
        if name in {"left", "right"}:
            raise AttributeError(name)
        raise AssertionError("the user's attribute lookup must not run")


def counter():
    n = 0
    kept = []

    def up(into=[], *, table={}):
        nonlocal n
        n += 1
        kept.append(n)
        into.append(n)
        table[n] = kept
        return n

    return up


def web():
    array = np.arange(12.0).reshape(3, 4)
    node, slotted = Node(), Slotted()
    slotted.left = node
    node.items.append(node)
    return {
        "array": array,
        "view": array[::2, 1:],
        "node": node,
        "slotted": slotted,
        "numbers": [1, [2, [3]]],
        "table": {"a": {"b": {"c": [1]}}, "node": node},
        "ordered": OrderedDict(x=1, y=[2]),
        "queue": deque([1, [2]], maxlen=5),
        "unique": {1, "a", (2, 3)},
        "up": counter(),
        "add": node.items.append,
        "data": bytearray(b"abc"),
    }


def _slot(ns, k):
    if hasattr_slot(ns["slotted"], "right"):
        del ns["slotted"].right
    else:
        ns["slotted"].right = [k]


def hasattr_slot(subject, name):
    try:
        object.__getattribute__(subject, name)
    except AttributeError:
        return False
    return True


OPERATIONS = {
    "rebind": lambda ns, k: ns.__setitem__("numbers", [k]),
    "delete a name": lambda ns, k: ns.pop("table", None),
    "new name": lambda ns, k: ns.__setitem__(f"new{k}", [k]),
    "append": lambda ns, k: ns["numbers"].append(k),
    "nested append": lambda ns, k: ns["table"]["a"]["b"]["c"].append(k) if "table" in ns else None,
    "nested update": lambda ns, k: ns["node"].table["deep"].update({k: [k]}),
    "clear": lambda ns, k: ns["node"].table.clear() if k == 3 else ns["node"].table.setdefault("deep", {}),
    "array in place": lambda ns, k: ns["array"].__iadd__(k),
    "view in place": lambda ns, k: ns["view"].__imul__(k),
    "new shape": lambda ns, k: ns["array"].resize((4, 3), refcheck=False),
    "attribute": lambda ns, k: setattr(ns["node"], f"x{k}", k),
    "delete attribute": lambda ns, k: vars(ns["node"]).pop("x1", None),
    "slot": _slot,
    "class attribute": lambda ns, k: setattr(Node, "count", Node.count + k),
    "class list": lambda ns, k: Node.shared.append(k),
    "closure": lambda ns, k: ns["up"](),
    "alias": lambda ns, k: ns.__setitem__("numbers", ns["node"].items),
    "alias inside": lambda ns, k: ns["numbers"].append(ns["numbers"]),
    "through a bound method": lambda ns, k: ns["add"](k),
    "ordered": lambda ns, k: ns["ordered"].move_to_end("x"),
    "queue": lambda ns, k: ns["queue"].appendleft(k),
    "set": lambda ns, k: ns["unique"].symmetric_difference_update({k, "a"}),
    "bytes": lambda ns, k: ns["data"].extend(bytes([k])),
    "swap the dict of an instance": lambda ns, k: setattr(
        ns["node"], "__dict__", dict(vars(ns["node"]), k=k)
    ),
    "defaults": lambda ns, k: setattr(ns["up"], "__defaults__", ([k],)),
    "function attribute": lambda ns, k: setattr(ns["up"], f"f{k}", [k]),
}

steps = st.lists(st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(1, 4)), min_size=1, max_size=8)


def run(cell, namespace):
    for name, k in cell:
        try:
            OPERATIONS[name](namespace, k)
        except (KeyError, AttributeError, ValueError):
            pass  # a cell that raises half-way is still one run


def look(value, seen=None):
    """Describe a web by structure: every object gets a number when it is first met, so aliases and cycles show."""
    seen = {} if seen is None else seen
    if isinstance(value, (int, float, str, bytes, type(None))):
        return value
    if id(value) in seen:
        return f"#{seen[id(value)][0]}"
    seen[id(value)] = (len(seen), value)
    kind = type(value).__name__
    if isinstance(value, np.ndarray):
        return kind, value.shape, value.tolist(), look(value.base, seen) if value.base is not None else None
    if isinstance(value, dict):
        return kind, [(look(k, seen), look(v, seen)) for k, v in value.items()]
    if isinstance(value, (set, frozenset)):
        return kind, sorted(map(repr, value))
    if isinstance(value, (list, tuple, deque)):
        return kind, [look(each, seen) for each in value]
    if isinstance(value, bytearray):
        return kind, bytes(value)
    if isinstance(value, Slotted):
        names = [name for name in ("left", "right") if hasattr_slot(value, name)]
        return kind, [(name, look(object.__getattribute__(value, name), seen)) for name in names]
    if isinstance(value, Node):
        return kind, look(vars(value), seen), Node.count, look(Node.shared, seen)
    if hasattr(value, "__closure__"):
        cells = [look(cell.cell_contents, seen) for cell in value.__closure__]
        return (
            kind,
            cells,
            look(value.__defaults__, seen),
            look(value.__kwdefaults__, seen),
            look(vars(value), seen),
        )
    return kind, look(value.__self__, seen)


def named(namespace):
    """Names in a fixed order: a name that comes back comes last, which no cell depends on."""
    return {name: namespace[name] for name in sorted(namespace)}


@pytest.fixture(autouse=True)
def _class_as_it_was():
    yield
    Node.count = 0
    Node.shared = []


@settings(max_examples=150, deadline=None)
@given(steps)
def test_the_law_holds_for_any_sequence_of_operations(cell):
    Node.count, Node.shared = 0, []
    namespace = web()
    names = [*namespace, "new1", "new2", "new3", "new4"]
    untouched = look(named(namespace))
    start = save(namespace, names=names, roots=[("Node", Node)])
    run(cell, namespace)
    once = look(named(namespace))
    committed = start.again()
    start.restore()
    assert look(named(namespace)) == untouched
    run(cell, namespace)
    assert look(named(namespace)) == once
    start.restore()
    start.restore()
    run(cell[::-1], namespace)
    committed.restore()
    assert look(named(namespace)) == once
    assert committed.changed() == ()
