"""Instances, classes and functions: by definition, name and state; nothing of the user's ever runs."""

import functools
import math
import sqlite3
import threading
import weakref
from collections.abc import Callable
from concurrent import futures

import pytest

from perfmagic.model.verdict import Status
from perfmagic.verification.same import same
from perfmagic.verification.snapshot import take

from .pairs import Pair, cases, equal, pair, unknown

CELL = {
    "point": """
import dataclasses, enum, functools, collections, typing

@dataclasses.dataclass
class Point:
    x: float
    tags: list = dataclasses.field(default_factory=list)

@dataclasses.dataclass(frozen=True)
class Frozen:
    x: float

@dataclasses.dataclass(slots=True)
class Slotted:
    x: float

class Color(enum.Enum):
    RED = 1
    BLUE = 2

class Bits(enum.Flag):
    A = 1
    B = 2

Pair = collections.namedtuple("Pair", "left right")

class Typed(typing.NamedTuple):
    left: int

class Slots:
    __slots__ = ("a", "b")
    def __init__(self, a):
        self.a = a

class Items(list):
    pass

class Words(dict):
    pass

class Number(int):
    pass

class Failure(Exception):
    def __init__(self, message, code):
        super().__init__(message)
        self.code = code

class Counter:
    total = 0
    def __init__(self, n=0):
        self.n = n
    def add(self, by=1):
        self.n += by
        return self.n
    @property
    def double(self):
        raise RuntimeError("a property ran")
    @functools.cached_property
    def slow(self):
        return self.n * 2

def scale(x, by=2, *, shift=[0]):
    '''Scaled.'''
    return x * by + shift[0]

def make(k):
    def inner(x):
        return x + k
    return inner

class Tree:
    def __init__(self, value, children=()):
        self.value = value
        self.children = list(children)
        for child in self.children:
            child.parent = self
"""
}


def cell(tail: str = "", source: str = CELL["point"]) -> dict[str, object]:
    """The names that a run of the cell leaves: run twice, it defines every class and function twice."""
    names: dict[str, object] = {"__name__": "__main__"}
    exec(compile(source + tail, "<cell>", "exec"), names)
    return names


def value(expression: str, setup: str = "", replacing: tuple[str, str] = ("", "")) -> Callable[[], object]:
    """The value of an expression after a run of the cell."""

    def run() -> object:
        source = CELL["point"].replace(*replacing) if replacing[0] else CELL["point"]
        names = cell(setup, source)
        return eval(expression, names)

    return run


def again(expression: str, setup: str = "") -> Pair:
    return pair("equal", value(expression, setup), value("\n" + expression, "\n\n# a comment\n" + setup))


def differing(expected: str, actual: str) -> Pair:
    return pair("different", value(expected), value(actual))


REDEFINED = {
    "a dataclass": again("Point(1.0, ['a'])"),
    "a field of a dataclass": differing("Point(1.0)", "Point(2.0)"),
    "a list in a dataclass": differing("Point(1.0, ['a'])", "Point(1.0, ['b'])"),
    "the type of a field": differing("Point(1.0)", "Point(1)"),
    "a float field": pair("close", value("Point(0.1 + 0.2)"), value("Point(0.3)"), 1e-9),
    "a frozen dataclass": again("Frozen(1)"),
    "who shares a frozen dataclass does not matter": pair(
        "equal",
        value("(lambda x: [x, x])(Frozen(1))"),
        value("[Frozen(1), Frozen(1)]"),
    ),
    "who shares a dataclass matters": differing("(lambda x: [x, x])(Point(1))", "[Point(1), Point(1)]"),
    "a dataclass with slots": again("Slotted(1)"),
    "a slot": differing("Slotted(1)", "Slotted(2)"),
    "an empty slot": differing("Slots(1)", "(lambda s: (setattr(s, 'b', 2), s)[1])(Slots(1))"),
    "two dataclasses": differing("Point(1)", "Frozen(1)"),
    "an enumeration member": again("Color.RED"),
    "another member": differing("Color.RED", "Color.BLUE"),
    "a combination of flags": again("Bits.A | Bits.B"),
    "an enumeration": again("Color"),
    "a named tuple": again("Pair(1, [2])"),
    "another named tuple": differing("Pair(1, 2)", "Pair(1, 3)"),
    "a named tuple is no tuple": differing("Pair(1, 2)", "(1, 2)"),
    "a typed named tuple": again("Typed(1)"),
    "a subclass of list": again("Items([1, 2])"),
    "a subclass of list is no list": differing("Items([1])", "[1]"),
    "an attribute of a subclass of list": differing(
        "Items([1])", "(lambda s: (setattr(s, 'b', 2), s)[1])(Items([1]))"
    ),
    "a subclass of dict": again("Words(a=1)"),
    "a subclass of int": again("Number(3)"),
    "another number of a subclass": differing("Number(3)", "Number(4)"),
    "an instance": again("Counter(1)"),
    "an attribute": differing("Counter(1)", "Counter(2)"),
    "the order of attributes does not count": pair(
        "equal",
        value("c", "c = Counter(); c.a = 1; c.b = 2"),
        value("c", "c = Counter(); c.b = 2; c.a = 1"),
    ),
    "a cached property is no state": pair(
        "equal", value("c", "c = Counter(1)"), value("c", "c = Counter(1); c.slow")
    ),
    "an exception": again("Failure('a', 3)"),
    "an attribute of an exception": differing("Failure('a', 3)", "Failure('a', 4)"),
    "a tree with links to the parents": again("Tree(1, [Tree(2), Tree(3)])"),
    "a leaf of a tree": differing("Tree(1, [Tree(2), Tree(3)])", "Tree(1, [Tree(2), Tree(4)])"),
    "a function": again("scale"),
    "a class": again("Counter"),
    "a bound method": again("Counter(1).add"),
    "the receiver of a bound method": differing("Counter(1).add", "Counter(2).add"),
    "a closure": again("make(1)"),
    "the content of a closure": differing("make(1)", "make(2)"),
    "a partial of a function": again("functools.partial(scale, by=3)"),
    "an attribute of a class": pair("different", value("Counter"), value("Counter", "Counter.total = 1")),
    "an attribute of a class, through an instance": pair(
        "different",
        value("Counter()"),
        value("Counter()", "Counter.total = 1"),
    ),
    "the body of a function": pair(
        "different", value("scale"), value("scale", replacing=("x * by", "x / by"))
    ),
    "a constant in a function": pair(
        "different", value("scale"), value("scale", replacing=("shift[0]", "shift[1]"))
    ),
    "a default": pair("different", value("scale"), value("scale", replacing=("by=2", "by=3"))),
    "a mutable default": pair(
        "different", value("scale"), value("scale", "scale.__kwdefaults__['shift'].append(1)")
    ),
    "the body of a method": pair(
        "different", value("Counter"), value("Counter", replacing=("+= by", "-= by"))
    ),
    "a recursive function": again("f", "def f(n):\n    return n and f(n - 1)\n"),
    "a decorated function": again("f", "@functools.wraps(scale)\ndef f(n):\n    return n\n"),
    "a coroutine function": again("f", "async def f(n):\n    return await n\n"),
    "a generator function": again("f", "def f(n):\n    yield n\n"),
    "a function in a class in a function": again(
        "f()",
        "def f():\n    class A:\n        def g(self): return 1\n    return A\n",
    ),
    "a class with a metaclass": again(
        "B()",
        "class M(type):\n    def __eq__(self, other): 1 / 0\n    __hash__ = None\nclass B(metaclass=M): pass\n",
    ),
    "an abstract class": again(
        "A", "import abc\nclass A(abc.ABC):\n    @abc.abstractmethod\n    def f(self): ...\n"
    ),
    "a generic class": again("A()", "T = typing.TypeVar('T')\nclass A(typing.Generic[T]):\n    x = 1\n"),
    "a protocol": again("A", "class A(typing.Protocol):\n    x: int\n"),
    "class and static methods": again(
        "A",
        "class A:\n    @classmethod\n    def f(cls): ...\n    @staticmethod\n    def g(): ...\n",
    ),
}

OBJECTS = {
    "sentinels": equal(object),
    "one sentinel is not two": pair("different", lambda: [object()] * 2, lambda: [object(), object()]),
    "exceptions with a cause": equal(lambda: raised(ValueError("a"), KeyError("b"))),
    "the cause of an exception": pair(
        "different",
        lambda: raised(ValueError("a"), KeyError("b")),
        lambda: raised(ValueError("a"), KeyError("c")),
    ),
    "where an exception was raised does not count": pair(
        "equal", lambda: ValueError("a"), lambda: raised(ValueError("a"))
    ),
    "the type of an exception": pair("different", lambda: ValueError("a"), lambda: TypeError("a")),
    "system errors": equal(lambda: FileNotFoundError(2, "no", "x.txt")),
    "the file of a system error": pair(
        "different",
        lambda: FileNotFoundError(2, "no", "x.txt"),
        lambda: FileNotFoundError(2, "no", "y.txt"),
    ),
    "groups of exceptions": equal(lambda: ExceptionGroup("all", [ValueError(1)])),
    "rows of a database": equal(lambda: row("select 1 as a, 'x' as b")),
    "another row of a database": pair(
        "different", lambda: row("select 1 as a"), lambda: row("select 2 as a")
    ),
    "another column of a database": pair(
        "different", lambda: row("select 1 as a"), lambda: row("select 1 as b")
    ),
    "weak references": equal(lambda: (thing := Plain(1), weakref.ref(thing))),
    "a dead weak reference": pair(
        "different",
        lambda: (thing := Plain(1), weakref.ref(thing)),
        lambda: (Plain(1), weakref.ref(Plain(1))),
    ),
    "connections to a database": unknown(lambda: closed(sqlite3.connect(":memory:"))),
    "executors": unknown(lambda: futures.ThreadPoolExecutor(1)),
    "futures": unknown(futures.Future),
    "a library's object that holds a lock": pair("unknown", lambda: Library(1), lambda: Library(2)),
    "caches of functions": unknown(lambda: functools.lru_cache(len)),
}


class Plain:
    def __init__(self, value: object) -> None:
        self.value = value


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    try:
        raise error from cause
    except type(error) as caught:
        return caught


def closed(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.close()
    return connection


class Library:
    """Importable, as classes of libraries are."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.lock = threading.Lock()


def row(query: str) -> object:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    try:
        return connection.execute(query).fetchone()
    finally:
        connection.close()


@cases(REDEFINED | OBJECTS)
def test_a_pair_relates_as_expected_in_both_directions(pair: Pair) -> None:
    expected, actual = pair.make()
    assert same(expected, actual, pair.rtol).status == Status(pair.status)
    assert same(actual, expected, pair.rtol).status == Status(pair.status)


def hostile(*names: str) -> dict[str, object]:
    """Class members that raise when called, for every way in which an object can be asked something."""

    def refuse(*_: object, **__: object) -> object:
        raise AssertionError("user code ran")

    return dict.fromkeys(names, refuse)


ASKING = (
    *(
        "__eq__",
        "__ne__",
        "__hash__",
        "__repr__",
        "__str__",
        "__bool__",
        "__len__",
        "__iter__",
        "__getattr__",
    ),
    *(
        "__getattribute__",
        "__reduce__",
        "__reduce_ex__",
        "__getstate__",
        "__copy__",
        "__deepcopy__",
        "__getitem__",
    ),
    *("__contains__", "__lt__", "__format__", "__sizeof__", "__dir__", "__float__", "__int__", "__index__"),
    *("__array__", "__array_interface__", "__fspath__", "__next__", "__await__", "__call__", "__enter__"),
    *("keys", "items", "values", "get", "copy"),
)


@pytest.mark.parametrize(
    "base", [object, list, dict, set, tuple, int, str, float, Exception], ids=lambda base: base.__name__
)
def test_no_method_of_a_hostile_object_runs(base: type) -> None:
    members = {**hostile(*ASKING), "value": property(hostile("f")["f"]), "__class__": property(lambda _: int)}
    kind = type("Hostile", (base,), members)
    sides = []
    for number in (1, 1, 2):
        thing = base.__new__(kind)
        object.__setattr__(thing, "state", [number])
        sides.append({"thing": thing, "all": [thing]})
    assert same(sides[0], sides[1]).status is Status.EQUAL
    verdict = same(sides[0], sides[2])
    assert verdict.status is Status.DIFFERENT
    assert verdict.differences[0].path == "value['thing'].state[0]"


@pytest.mark.parametrize(
    "answer",
    [lambda *_: True, lambda *_: [True, False], lambda *_: 1 / 0],
    ids=["says yes", "returns a list", "raises"],
)
def test_an_equality_of_the_users_is_not_believed(answer: Callable[..., object]) -> None:
    kind = type("Liar", (Plain,), {"__eq__": answer, "__hash__": lambda _: 1})
    assert same(kind(1), kind(1)).status is Status.EQUAL
    assert same(kind(1), kind(2)).status is Status.DIFFERENT
    assert same({kind(1): "a"}, {kind(1): "a"}).status is Status.EQUAL
    assert same({kind(1)}, {kind(2)}).status is Status.DIFFERENT


def test_a_metaclass_that_lies_is_not_asked() -> None:
    meta = type("Meta", (type,), {})
    kind = meta("Odd", (), {"__module__": "__main__"})
    things = [kind() for _ in range(2)]
    for name, refuse in hostile(
        "__eq__", "__hash__", "__repr__", "__getattribute__", "__instancecheck__"
    ).items():
        setattr(meta, name, refuse)
    assert same(things[0], things[1]).status is Status.EQUAL
    assert same(kind, kind).status is Status.EQUAL


def test_an_object_that_hides_more_than_it_shows_is_unknown_but_its_attributes_count() -> None:
    left, right = functools.lru_cache(math.sqrt), functools.lru_cache(math.sqrt)
    assert same(left, right).status is Status.UNKNOWN
    right.extra = 1
    assert same(left, right).status is Status.DIFFERENT


def test_the_very_same_lambda_is_named_as_unchecked() -> None:
    assert same({"f": (f := lambda: 1)}, {"f": f}).unchecked == ("value['f']: lambdas are not compared",)


def test_an_instance_of_a_class_with_a_lambda_is_equal() -> None:
    kinds = [type("Made", (), {"__module__": "__main__", "f": lambda self: 1}) for _ in range(2)]
    assert same(kinds[0](), kinds[1]()).status is Status.EQUAL


def test_a_snapshot_keeps_no_file_open(tmp_path) -> None:
    file = (tmp_path / "x").open("w")
    dead = weakref.ref(file)
    snapshot = take({"file": file})
    file.close()
    del file
    assert dead() is None
    assert list(snapshot.roots) == ["file"]
