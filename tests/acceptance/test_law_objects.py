"""After `%%concurrent` the namespace and all objects are as one plain run of the cell leaves them."""

import pytest

from tests.acceptance.twin import check, statuses

TWO = "a = await work(1)\nb = await work(2)\n"

CASES = {
    "binds new names": ((), TWO),
    "rebinds a number that is not read first": (("a = 5",), TWO),
    "rebinds a number that is read": (("total = 5",), TWO + "total = total + a + b"),
    "adds to a number in place": (("total = 5",), TWO + "total += a + b"),
    "rebinds a list by a new one": (("items = [1]; alias = items",), TWO + "items = items + [a, b]"),
    "extends a list in place through +=": (("items = [1]; alias = items",), TWO + "items += [a, b]"),
    "appends": (("items = [1]; alias = items",), TWO + "items.append(a)\nitems.append(b)"),
    "inserts and pops": (("items = [9, 8, 7]",), TWO + "items.insert(0, a)\nlast = items.pop()"),
    "sorts and reverses in place": (("items = [3, 1, 2]",), TWO + "items.sort()\nitems.reverse()"),
    "replaces a slice": (("items = list(range(6)); alias = items",), TWO + "items[1:3] = [a, b, a]"),
    "clears": (("items = [1, [2]]; inner = items[1]",), TWO + "items.clear()"),
    "deletes a name": (("old = [1]; alias = old",), TWO + "del old"),
    "deletes a name and binds it again": (("old = [1]; alias = old",), TWO + "del old\nold = a"),
    "deletes an element": (("items = [1, 2, 3]",), TWO + "del items[0]"),
    "deletes a key": (("table = {'x': 1, 'y': 2}",), TWO + "del table['x']"),
    "updates a nested dict": (
        ("tree = {'x': {'y': {'z': [1]}}}; leaf = tree['x']['y']",),
        TWO + "tree['x']['y']['z'].append(a)\ntree['x']['new'] = {'b': b}",
    ),
    "keeps the order of keys": (("table = {'x': 1, 'y': 2}",), TWO + "table['x'] = table.pop('x')\ntable[a] = b"),
    "updates through setdefault": (("groups = {}",), TWO + "groups.setdefault('k', []).append(a)"),
    "updates a defaultdict": (("d = collections.defaultdict(list)",), TWO + "d['k'].append(a)\nd[b].append(b)"),
    "updates a Counter": (("d = collections.Counter('aab')",), TWO + "d.update(['a', 'b'])"),
    "updates a bounded deque": (("d = collections.deque([1, 2], maxlen=2)",), TWO + "d.append(a)\nd.appendleft(b)"),
    "adds to a set": (("s = {1, 2}; alias = s",), TWO + "s.add(a + b)\ns.discard(1)"),
    "writes into a bytearray": (("buf = bytearray(4); view = memoryview(buf)",), TWO + "buf[0] = a\nbuf[1:3] = bytes([b, b])"),
    "writes into an array": (("x = np.zeros(4); alias = x",), TWO + "x[0] = a\nx += b"),
    "writes through a view": (("x = np.zeros(6); view = x[2:5]; turned = x[::-1]",), TWO + "view[:] = a\nturned[0] = b"),
    "writes into the base of a view": (("x = np.arange(6.0); view = x.reshape(2, 3)",), TWO + "x *= a + b"),
    "sorts an array in place": (("x = np.array([3, 1, 2]); view = x[:2]",), TWO + "x.sort()"),
    "writes into a structured array": (("x = np.zeros(2, dtype=[('p', 'i4'), ('q', 'f8')])",), TWO + "x['q'][1] = b\nx['p'] += a"),
    "uses numpy's out=": (("x = np.ones(3); y = np.zeros(3)",), TWO + "np.add(x, a + b, out=y)"),
    "adds a column": (("df = pd.DataFrame({'x': [1, 2]}); alias = df",), TWO + "df['y'] = [a, b]"),
    "drops a column in place": (("df = pd.DataFrame({'x': [1, 2], 'y': [3, 4]})",), TWO + "df.drop(columns='y', inplace=True)"),
    "sorts a frame in place": (("df = pd.DataFrame({'x': [2, 1, 3]})",), TWO + "df.sort_values('x', inplace=True)"),
    "writes through loc and iloc": (("df = pd.DataFrame({'x': [1, 2]}); s = df['x']",), TWO + "df.loc[0, 'x'] = a + 10\ndf.iloc[1, 0] = b + 20"),
    "renames columns by attribute": (("df = pd.DataFrame({'x': [1, 2]})",), TWO + "df.columns = ['z']\ndf.index = [a, b]"),
    "fills a series in place": (("s = pd.Series([1.0, None, 3.0]); alias = s",), TWO + "s[1] = a\ns.iloc[2] = b"),
    "appends a row": (("df = pd.DataFrame({'x': [1, 2]})",), TWO + "df.loc[len(df)] = [a + b]"),
    "reaches a list through a closure": (
        ("def make():\n    kept = []\n    def put(v):\n        kept.append(v)\n    return put, kept\nput, kept = make()",),
        TWO + "put(a)\nput(b)",
    ),
    "counts in a nonlocal": (
        ("def make():\n    n = 0\n    def count():\n        nonlocal n\n        n += 1\n        return n\n    return count\ncount = make()",),
        TWO + "first = count()\nsecond = count()",
    ),
    "reaches a default argument": (("def put(v, kept=[]):\n    kept.append(v)\n    return len(kept)",), TWO + "n = put(a)\nm = put(b)"),
    "reaches a keyword default": (("def put(v, *, kept={}):\n    kept[v] = v",), TWO + "put(a)\nput(b)"),
    "sets an attribute of a function": (("def f():\n    pass\nf.calls = 0",), TWO + "f.calls += a\nf.new = [b]"),
    "rebinds a global in a function": (("total = 0\ndef add(v):\n    global total\n    total += v",), TWO + "add(a)\nadd(b)"),
    "writes through an alias": (("items = [1]; other = items; deep = {'k': items}",), TWO + "other.append(a)\ndeep['k'].append(b)"),
    "writes through a tuple": (("pair = ([], {})",), TWO + "pair[0].append(a)\npair[1][a] = b"),
    "keeps a list that contains itself": (("me = [1]; me.append(me)",), TWO + "me.append(a)\nme[1].append(b)"),
    "calls a stored bound method": (("items = [3]; put = items.append",), TWO + "put(a)\nput(b)"),
    "calls a bound method of an instance": (
        ("class Box:\n    def __init__(self):\n        self.held = []\n    def put(self, v):\n        self.held.append(v)\nbox = Box(); put = box.put",),
        TWO + "put(a)\nbox.put(b)",
    ),
    "calls a partial": (("def put(kept, v):\n    kept.append(v)\nkept = []\np = functools.partial(put, kept)",), TWO + "p(a)\np(b)"),
    "sets class attributes": (("class C:\n    n = 0\n    seen = []\nc = C()",), TWO + "C.n += a\nC.seen.append(b)\nC.new = a"),
    "deletes a class attribute": (("class C:\n    n = 0\nclass D(C):\n    n = 1\nd = D()",), TWO + "del D.n"),
    "sets instance attributes": (("class C:\n    pass\nc = C(); c.x = 1; other = c",), TWO + "c.x = a\nc.y = [b]\ndel c.x"),
    "sets slots": (("class S:\n    __slots__ = ('x', 'y')\ns = S(); s.x = 1",), TWO + "s.x += a\ns.y = b"),
    "counts instances in the class": (
        ("class C:\n    made = 0\n    all = []\n    def __init__(self):\n        type(self).made += 1\n        self.all.append(self)",),
        TWO + "one = C()\ntwo = C()",
    ),
    "changes a dataclass": (
        ("import dataclasses\n@dataclasses.dataclass\nclass P:\n    x: int\n    tags: list\np = P(1, [])",),
        TWO + "p.x = a\np.tags.append(b)",
    ),
    "sets through a property": (
        ("class C:\n    def __init__(self):\n        self._v = [0]\n    @property\n    def v(self):\n        return self._v[-1]\n    @v.setter\n    def v(self, new):\n        self._v.append(new)\nc = C()",),
        TWO + "c.v = a\nc.v = b",
    ),
    "makes shared new objects": ((), TWO + "row = [a]\nrows = [row, row]\nby = {'r': row}"),
    "stores an old object in a new one": (("old = [1]",), TWO + "new = {'old': old}\nold.append(a)"),
    "swaps two names": (("x = [1]; y = [2]",), TWO + "x, y = y, x\nx.append(a)"),
    "moves an object between containers": (("src = [[1], [2]]; dst = []",), TWO + "dst.append(src.pop())\ndst[0].append(a)"),
    "memoises in a dict": (("cache = {}\ndef memo(k):\n    if k not in cache:\n        cache[k] = k * 2\n    return cache[k]",), TWO + "x = memo(a)\ny = memo(b)"),
    "loops and appends": (("out = []",), "for i in range(3):\n    out.append(await work(i))"),
    "loops and stores in a dict": (("out = {9: 9}",), "for i in range(3):\n    out[i] = await work(i)"),
    "comprehends": ((), "out = [await work(i) for i in range(3)]\nkeys = {i: await work(i) for i in range(2)}"),
    "leaves the loop's names": (("i = 'old'",), "out = []\nfor i in range(3):\n    x = await work(i)\n    out.append(x)"),
    "unpacks": ((), "a, b = await work(1), await work(2)\n(c, *d) = [a, b, 3]"),
    "calls blocking functions": (("items = []",), "a = block(1)\nb = block(2)\nitems.append((a, b))"),
    "runs a handler": (
        (),
        "async def handler():\n    x = await work(1)\n    y = await work(2)\n    return [x, y]\nanswer = await handler()",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_state_is_that_of_one_plain_run(name):
    setup, cell = CASES[name]
    left = check(cell, setup=setup)
    found = statuses(left.comparison)
    assert "ran" in {found[each] for each in ("gather", "tasks", "threads")}, [
        (each.strategy, each.status, each.reason) for each in left.comparison.candidates
    ]
    assert left.runs > 1
