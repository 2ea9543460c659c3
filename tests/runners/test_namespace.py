"""Saved state is put back into the same objects, however the cell reached them."""

import textwrap

import pytest

from perfmagic.runners.namespace import save

# each case: what earlier cells made, the cell, the names that it may write, an expression that shows the state
CASES = {
    "a list by name": ("a = [1]", "a.append(len(a))", "a", "a"),
    "a list by two names": ("a = [1]; b = a", "b.append(len(a)); a = a + [0]", "a b", "(a, b, a is b)"),
    "a list in a closure": (
        """
        def make():
            kept = []
            def add():
                kept.append(len(kept))
                return list(kept)
            return add
        add = make()
        """,
        "x = add()",
        "add x",
        "(x, add.__closure__[0].cell_contents)",
    ),
    "a nonlocal number": (
        """
        def make():
            n = 0
            def up():
                nonlocal n
                n += 1
                return n
            return up
        up = make()
        """,
        "x = up()",
        "up x",
        "(x, up.__closure__[0].cell_contents)",
    ),
    "a closure and a name": (
        """
        def make():
            kept = []
            def add(): kept.append(len(kept))
            return kept, add
        kept, add = make()
        """,
        "add(); x = list(kept)",
        "add x",
        "(x, kept)",
    ),
    "a default argument": (
        "def add(kept=[]):\n    kept.append(len(kept))\n    return list(kept)",
        "x = add()",
        "add x",
        "(x, add.__defaults__)",
    ),
    "a keyword default": (
        "def add(*, kept={}):\n    kept[len(kept)] = 1\n    return dict(kept)",
        "x = add()",
        "add x",
        "(x, add.__kwdefaults__)",
    ),
    "a default that is also a name": (
        "kept = []\ndef add(into=kept): into.append(len(into))",
        "add(); x = list(kept)",
        "add x",
        "(x, kept)",
    ),
    "a global in a function": (
        "kept = []\ndef add(): kept.append(len(kept))",
        "add(); x = list(kept)",
        "kept x",
        "(x, kept)",
    ),
    "a global rebound in a function": (
        "n = 0\ndef up():\n    global n\n    n += 1",
        "up(); x = n",
        "n x",
        "(x, n)",
    ),
    "an attribute": (
        "class Box: pass\nbox = Box(); box.n = 0; box.items = []",
        "box.n += 1; box.items.append(box.n); box.new = 1",
        "box",
        "vars(box)",
    ),
    "a deleted attribute": (
        "class Box: pass\nbox = Box(); box.n = 0; box.m = 1",
        "m = getattr(box, 'n', 'gone'); vars(box).pop('n', 0)",
        "box m",
        "(m, vars(box))",
    ),
    "a slot": (
        "class Base: __slots__ = ('a',)\nclass Box(Base): __slots__ = ('b',)\nbox = Box(); box.a = [1]",
        "box.a.append(len(box.a)); box.b = getattr(box, 'b', 0) + 1",
        "box",
        "(box.a, getattr(box, 'b', None))",
    ),
    "a bound method": (
        "class Box:\n    def __init__(self): self.n = []\n    def add(self): self.n.append(len(self.n))\nadd = Box().add",
        "add()",
        "add",
        "add.__self__.n",
    ),
    "a builtin method": ("push = [].append", "push(len(push.__self__))", "push", "push.__self__"),
    "a class attribute": (
        "class Box:\n    count = 0\n    seen = []",
        "Box.count += 1; Box.seen.append(Box.count); Box.new = getattr(Box, 'new', 0) + 1",
        "Box",
        "(Box.count, Box.seen, getattr(Box, 'new', None))",
    ),
    "a class attribute through an instance of a subclass": (
        "class Base: count = 0\nclass Box(Base):\n    def up(self): Base.count += 1\nbox = Box()",
        "box.up(); x = Base.count",
        "box x",
        "(x, Base.count)",
    ),
    "an attribute of an abstract class": (
        "import abc\nclass Box(abc.ABC):\n    seen = []\nclass Sub(Box): pass\nbox = Sub()",
        "type(box).seen.append(1); Box.count = getattr(Box, 'count', 0) + 1",
        "box",
        "(Box.seen, getattr(Box, 'count', None))",
    ),
    "an enumeration": (
        "import enum\nclass Color(enum.Enum):\n    RED = []",
        "Color.RED.value.append(1); Color.RED.note = len(Color.RED.value)",
        "Color",
        "(Color.RED.value, Color.RED.note)",
    ),
    "an instance through a registry": (
        "class Box:\n    all = {}\n    def __init__(self, k): self.n = 0; Box.all[k] = self\nBox('a')",
        "Box.all['a'].n += 1; x = Box.all['a'].n",
        "Box x",
        "(x, Box.all['a'].n)",
    ),
    "a partial": (
        "import functools\nkept = []\nadd = functools.partial(list.append, kept)",
        "add(len(kept))",
        "add",
        "kept",
    ),
    "a view of an array": (
        "import numpy as np\na = np.arange(6.); v = a[::2]",
        "v += 1; v[0] *= 3",
        "v",
        "(a.tolist(), v.tolist(), v.base is a)",
    ),
    "the shape of an array": (
        "import numpy as np\na = np.arange(6)",
        "a.resize((2, 4), refcheck=False); a[1, 3] = 9",
        "a",
        "(a.shape, a.tolist())",
    ),
    "an array of objects": (
        "import numpy as np\na = np.array([[1], {'k': 2}, None], dtype=object)",
        "a[0].append(len(a[0])); a[2] = [a[2]]",
        "a",
        "a.tolist()",
    ),
    "an array written through a transposed, read-only view": (
        "import numpy as np\na = np.arange(6).reshape(2, 3).T; a.flags.writeable = False",
        "a.base[0] += 1",
        "a",
        "(a.tolist(), a.flags.writeable)",
    ),
    "a bytearray": ("b = bytearray(b'x')", "b += b'y'", "b", "b"),
    "a bytearray behind an array": (
        "import numpy as np\nb = bytearray(8); a = np.frombuffer(b, dtype='u1')",
        "a[0] += 1",
        "a",
        "(b, a.tolist())",
    ),
    "an array of the array module": ("import array\na = array.array('d', [1.5])", "a.append(2)", "a", "a"),
    "a dict keyed by identity": (
        "obj = []; d = {id(obj): 0}",
        "d[id(obj)] += 1; obj.append(1)",
        "d obj",
        "(d[id(obj)], obj)",
    ),
    "a nested dict": (
        "d = {'a': {'b': [1, {'c': 0}]}}",
        "d['a']['b'][1]['c'] += 1; d['a']['x'] = 1; d['a'].pop('b') if d['a']['b'][1]['c'] > 1 else 0",
        "d",
        "d",
    ),
    "an ordered dict": (
        "from collections import OrderedDict\nd = OrderedDict(a=1, b=2)",
        "d.move_to_end('a'); d['c'] = len(d)",
        "d",
        "list(d.items())",
    ),
    "a default dict": (
        "from collections import defaultdict\nd = defaultdict(list)",
        "d['x'].append(len(d['x']))",
        "d",
        "(dict(d), d.default_factory)",
    ),
    "a counter": (
        "from collections import Counter\nc = Counter('aab')",
        "c['a'] += 1; c.update('z')",
        "c",
        "dict(c)",
    ),
    "a bounded deque": (
        "from collections import deque\nd = deque([1, 2], maxlen=2)",
        "d.append(d[-1] + 1)",
        "d",
        "(list(d), d.maxlen)",
    ),
    "a set": ("s = {1, 2}", "s ^= {len(s), 7}", "s", "s"),
    "an object that holds a lock": (
        "import threading\nclass Box:\n    def __init__(self): self.lock = threading.Lock(); self.n = 0\nbox = Box()",
        "with box.lock: box.n += 1",
        "box",
        "box.n",
    ),
    "a list that contains itself": (
        "a = [0]; a.append(a)",
        "a[0] += 1; a[1].append(a[0])",
        "a",
        "(a[0], a[1] is a, a[2:])",
    ),
    "attributes of a function": ("def f(): pass", "f.n = getattr(f, 'n', 0) + 1", "f", "vars(f)"),
    "the code of a function": (
        "def f(): return 1\ndef g(): return 2",
        "x = f(); f.__code__ = g.__code__",
        "f x",
        "(x, f())",
    ),
    "an empty closure cell": (
        "def make():\n    def get(): return later\n    def put():\n        nonlocal later\n        later = 1\n    return get, put\n    later = 0\nget, put = make()",
        "try:\n    x = get()\nexcept NameError:\n    x = 'empty'\nput()",
        "get put x",
        "(x, get())",
    ),
    "a name that is deleted": (
        "a = 1; b = 2",
        "b = globals().pop('a', 'gone')",
        "a b",
        "(globals().get('a'), b)",
    ),
    "a new name": ("", "new = globals().get('new', 0) + 1", "new", "new"),
    "a class of another instance": (
        "class A: pass\nclass B: pass\nbox = A()",
        "x = type(box).__name__; box.__class__ = B",
        "box x",
        "(x, type(box).__name__)",
    ),
    "a file in memory": (
        "import io\nf = io.StringIO('ab')",
        "f.seek(0, 2); f.write('c')",
        "f",
        "(f.getvalue(), f.tell())",
    ),
    "generators of random numbers": (
        "import random, numpy as np\nr = random.Random(3); g = np.random.default_rng(3); l = np.random.RandomState(3)",
        "x = (r.random(), float(g.random()), float(l.rand()), r.gauss(0, 1))",
        "r g l x",
        "x",
    ),
    "a frozen dataclass with a list": (
        "from dataclasses import dataclass\n@dataclass(frozen=True, slots=True)\nclass Box:\n    items: list\nbox = Box([])",
        "box.items.append(len(box.items)); object.__setattr__(box, 'items', box.items + [9])",
        "box",
        "box.items",
    ),
    "a subclass of list with attributes": (
        "class Items(list):\n    def __iter__(self): raise RuntimeError\n    def __eq__(self, other): raise RuntimeError\nitems = Items([1]); items.n = 0",
        "items.append(len(items)); items.n += 1",
        "items",
        "(list.copy(items), items.n)",
    ),
    "a queue of the loop": (
        "import asyncio\nq = asyncio.Queue(); q.put_nowait([1])",
        "q.put_nowait(q.qsize()); q._queue[0].append(2); q.task_done()",
        "q",
        "(list(q._queue), q._unfinished_tasks, q.qsize())",
    ),
    "events and semaphores": (
        "import asyncio, threading\ne = asyncio.Event(); f = threading.Event(); s = asyncio.Semaphore(3)",
        "x = (e.is_set(), f.is_set(), s._value); e.set(); f.set(); s.release()",
        "e f s x",
        "(x, e.is_set(), f.is_set(), s._value)",
    ),
    "a queue of threads": (
        "import queue\nq = queue.Queue(); q.put(1)",
        "q.put(q.qsize()); q.get()",
        "q",
        "(list(q.queue), q.unfinished_tasks)",
    ),
    "a simple namespace": (
        "from types import SimpleNamespace\nbox = SimpleNamespace(n=0)",
        "box.n += 1",
        "box",
        "box.n",
    ),
}


def run(source, namespace):
    exec(compile(textwrap.dedent(source), "<cell>", "exec"), namespace)


def look(expression, namespace):
    return repr(eval(expression, namespace))


@pytest.mark.parametrize(("setup", "cell", "names", "shows"), CASES.values(), ids=CASES)
def test_a_rerun_sees_the_start_and_leaves_what_one_run_leaves(setup, cell, names, shows):
    namespace = {"__name__": "__main__"}
    run(setup, namespace)
    start = save(namespace, names=names.split(), roots=())
    run(cell, namespace)
    first = look(shows, namespace)
    committed = start.again()
    for _ in range(2):
        start.restore()
        assert start.changed() == ()
        run(cell, namespace)
        assert look(shows, namespace) == first
        assert start.changed()
    run(cell, namespace)
    committed.restore()
    assert committed.changed() == ()
    assert look(shows, namespace) == first
