"""Operations that share nothing they change: no reason to keep their order is found."""

import pytest

from tests.analysis.inference import order

CASES = {
    "two_waits": (
        "",
        r"""
a = await wait(1)
b = await wait(2)
""",
    ),
    "method_of_stateless": (
        r"""
class C:
    def __init__(self, base): self.base = base
    async def get(self, x):
        await asyncio.sleep(0)
        return f'{self.base}/{x}'
c = C('u')
""",
        r"""
a = await c.get(1)
b = await c.get(2)
""",
    ),
    "two_instances": (
        r"""
class C:
    def __init__(self): self.n = 0
    async def inc(self):
        v = self.n
        await asyncio.sleep(0)
        self.n = v + 1
c, d = C(), C()
""",
        r"""
a = await c.inc()
b = await d.inc()
""",
    ),
    "dataclass_result": (
        r"""
from dataclasses import dataclass
@dataclass
class P:
    x: int
    y: int = 0
async def mk(x):
    await asyncio.sleep(0)
    return P(x)
""",
        r"""
a = await mk(1)
b = await mk(2)
c = a.x + b.y
""",
    ),
    "namedtuple": (
        r"""
P = collections.namedtuple('P', 'x y')
async def mk(x):
    await asyncio.sleep(0)
    return P(x, 2)
""",
        r"""
a = await mk(1)
b = await mk(2)
""",
    ),
    "local_list": (
        r"""
async def mk(x):
    out = []
    for i in range(x):
        out.append(i)
        await asyncio.sleep(0)
    return sorted(out, key=lambda v: -v)
""",
        r"""
a = await mk(1)
b = await mk(2)
""",
    ),
    "string_work": (
        r"""
async def mk(x):
    await asyncio.sleep(0)
    return ', '.join(s.upper().strip() for s in x.split(';') if s)
""",
        r"""
a = await mk('a;b')
b = await mk('c')
""",
    ),
    "json_re_math": (
        r"""
async def mk(x):
    await asyncio.sleep(0)
    d = json.loads(x)
    m = re.match(r'(\d+)', d['k'])
    return math.sqrt(int(m.group(1))) if m else d.get('x', 0)
""",
        r"""
a = await mk('{}')
b = await mk('{}')
""",
    ),
    "recursion": (
        r"""
async def fib(n):
    if n < 2: return n
    await asyncio.sleep(0)
    return await fib(n-1) + await fib(n-2)
""",
        r"""
a = await fib(5)
b = await fib(6)
""",
    ),
    "gather_inside": (
        r"""
async def many(n):
    return await asyncio.gather(*(wait(i) for i in range(n)))
""",
        r"""
a = await many(2)
b = await many(3)
""",
    ),
    "wait_for": (
        "",
        r"""
a = await asyncio.wait_for(wait(1), 5)
b = await asyncio.wait_for(wait(2), timeout=5)
""",
    ),
    "to_thread": (
        r"""
def slow(x):
    time.sleep(0.01)
    return x
""",
        r"""
a = await asyncio.to_thread(slow, 1)
b = await asyncio.to_thread(slow, 2)
""",
    ),
    "partial": (
        r"""
get = functools.partial(wait, 3)
""",
        r"""
a = await get()
b = await get()
""",
    ),
    "partial_in_cell": (
        "",
        r"""
get = functools.partial(wait, x=3)
a = await get()
b = await get()
""",
    ),
    "closure_read": (
        r"""
def make(base):
    async def get(x):
        await asyncio.sleep(0)
        return base + x
    return get
get = make(10)
""",
        r"""
a = await get(1)
b = await get(2)
""",
    ),
    "lambda_call": (
        r"""
get = lambda x: wait(x)
""",
        r"""
a = await get(1)
b = await get(2)
""",
    ),
    "static_and_class": (
        r"""
class C:
    k = 2
    @staticmethod
    async def s(x):
        await asyncio.sleep(0)
        return x
    @classmethod
    async def c(cls, x):
        await asyncio.sleep(0)
        return cls.k * x
    @property
    def half(self): return self.k / 2
c = C()
""",
        r"""
a = await c.s(1)
b = await C.c(2)
d = await c.c(c.half)
""",
    ),
    "inheritance_super": (
        r"""
class A:
    async def get(self, x):
        await asyncio.sleep(0)
        return x
class B(A):
    def __init__(self): super().__init__()
    async def get(self, x): return 1 + await super().get(x)
b = B()
""",
        r"""
a = await b.get(1)
c = await b.get(2)
""",
    ),
    "wraps_pure": (
        r"""
def deco(fn):
    @functools.wraps(fn)
    async def inner(*args, **kw):
        return await fn(*args, **kw)
    return inner
@deco
async def get(x):
    await asyncio.sleep(0)
    return x
""",
        r"""
a = await get(1)
b = await get(x=2)
""",
    ),
    "decorator_in_cell": (
        "",
        r"""
def deco(fn):
    @functools.wraps(fn)
    async def inner(*args, **kw):
        return await fn(*args, **kw)
    return inner
@deco
async def get(x):
    await asyncio.sleep(0)
    return x
a = await get(1)
b = await get(2)
""",
    ),
    "retry_loop": (
        r"""
async def get(x):
    for attempt in range(3):
        try:
            return await wait(x)
        except ValueError as e:
            last = str(e)
            await asyncio.sleep(0.1 * 2 ** attempt)
    raise RuntimeError(last)
""",
        r"""
a = await get(1)
b = await get(2)
""",
    ),
    "timeout_ctx": (
        r"""
async def get(x):
    async with asyncio.timeout(1):
        return await wait(x)
""",
        r"""
a = await get(1)
b = await get(2)
""",
    ),
    "async_gen_consumed_inside": (
        r"""
async def gen(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i
async def total(n):
    s = 0
    async for v in gen(n): s += v
    return s
""",
        r"""
a = await total(1)
b = await total(2)
""",
    ),
    "dict_of_functions": (
        r"""
TABLE = {'a': wait, 'b': see}
""",
        r"""
a = await TABLE['a'](1)
b = await TABLE['b']([1])
""",
    ),
    "reads_shared": (
        r"""
DATA = {'k': [1, 2, 3]}
async def get(i):
    await asyncio.sleep(0)
    return DATA['k'][i] + sum(DATA['k'])
""",
        r"""
a = await get(0)
b = await get(1)
""",
    ),
    "two_attrs_of_fresh": (
        r"""
class R:
    def __init__(self, u): self.u = u
    def upper(self): return self.u.upper()
async def get(u):
    await asyncio.sleep(0)
    return R(u)
""",
        r"""
a = await get('x')
x = a.upper()
b = await get('y')
y = b.upper()
""",
    ),
    "async_cm_inside": (
        r"""
class S:
    async def __aenter__(self): return self
    async def __aexit__(self, *e): pass
    async def get(self, u):
        await asyncio.sleep(0)
        return u
async def get(u):
    async with S() as s:
        return await s.get(u)
""",
        r"""
a = await get('x')
b = await get('y')
""",
    ),
    "contextmanager_fn": (
        r"""
import contextlib
@contextlib.asynccontextmanager
async def session():
    await asyncio.sleep(0)
    yield {'k': 1}
async def get(u):
    async with session() as s:
        return s['k'], u
""",
        r"""
a = await get('x')
b = await get('y')
""",
    ),
    "list_of_dict_args": (
        r"""
rows = [{'id': i, 'tags': ['x']} for i in range(300)]
async def count(rows):
    await asyncio.sleep(0)
    return sum(1 for r in rows if r['id'] > 1)
""",
        r"""
a = await count(rows)
b = await count(rows)
""",
    ),
    "many_dicts": (
        r"""
users = {str(i): {'n': i} for i in range(200)}
async def get(k):
    await asyncio.sleep(0)
    return users[k]['n']
""",
        r"""
a = await get('1')
b = await get('2')
""",
    ),
    "enum": (
        r"""
import enum
class E(enum.Enum):
    A = 1
    B = 2
async def get(e):
    await asyncio.sleep(0)
    return e.value if e is E.A else e.name
""",
        r"""
a = await get(E.A)
b = await get(E.B)
""",
    ),
    "sync_calls": (
        r"""
def slow(x):
    time.sleep(0.01)
    return x * 2
""",
        r"""
a = slow(1)
b = slow(2)
""",
    ),
    "numpy_reads": (
        r"""
import numpy as np
arr = np.arange(10)
async def mean(a):
    await asyncio.sleep(0)
    return float(np.mean(a) + a.sum() + a[0])
""",
        r"""
a = await mean(arr)
b = await mean(arr)
""",
    ),
    "pandas_reads": (
        r"""
import pandas as pd
df = pd.DataFrame({'a': [1, 2], 'b': [3, 4]})
async def total(d, c):
    await asyncio.sleep(0)
    return d[c].sum() + d.groupby('a').size().max() + len(d)
""",
        r"""
a = await total(df, 'a')
b = await total(df, 'b')
""",
    ),
    "star_args": (
        r"""
async def add(*xs, **kw):
    await asyncio.sleep(0)
    return sum(xs)
""",
        r"""
v = [1, 2]
a = await add(*v)
b = await add(*v, **{'k': 1})
""",
    ),
    "match": (
        r"""
async def get(x):
    await asyncio.sleep(0)
    match x:
        case 1: return 'a'
        case [p, *q]: return p
        case _: return None
""",
        r"""
a = await get(1)
b = await get([1, 2])
""",
    ),
    "partition": (
        r"""
async def get(xs):
    await asyncio.sleep(0)
    first, *rest = xs
    return max(rest, default=first)
""",
        r"""
a = await get([1, 2])
b = await get([3])
""",
    ),
    "while_loop": (
        r"""
async def poll(n):
    while n > 0:
        n -= 1
        await asyncio.sleep(0)
    return n
""",
        r"""
a = await poll(3)
b = await poll(2)
""",
    ),
    "datetime_arith": (
        r"""
async def get(d):
    await asyncio.sleep(0)
    return (d + datetime.timedelta(days=1)).isoformat()
""",
        r"""
a = await get(datetime.date(2020, 1, 1))
b = await get(datetime.date(2020, 1, 2))
""",
    ),
    "path_join": (
        r"""
import pathlib
BASE = pathlib.Path('/data')
async def get(n):
    await asyncio.sleep(0)
    return str(BASE / n), (BASE / n).name
""",
        r"""
a = await get('x')
b = await get('y')
""",
    ),
    "set_ops": (
        r"""
async def get(a, b):
    await asyncio.sleep(0)
    return set(a) & set(b) | {1}
""",
        r"""
x = await get([1], [2])
y = await get([1], [2])
""",
    ),
    "slots_class": (
        r"""
class P:
    __slots__ = ('x',)
    def __init__(self, x): self.x = x
p = P(3)
async def get(q):
    await asyncio.sleep(0)
    return q.x
""",
        r"""
a = await get(p)
b = await get(p)
""",
    ),
    "string_format": (
        r"""
async def get(x):
    await asyncio.sleep(0)
    return '{:>5} {}'.format(x, x) + f'{x!r:>10}' + '%s' % x
""",
        r"""
a = await get(1)
b = await get(2)
""",
    ),
    "fresh_instances_in_cell": (
        "",
        r"""
class Acc:
    def __init__(self): self.items = []
    async def add(self, x):
        await asyncio.sleep(0)
        self.items.append(x)
a, b = Acc(), Acc()
r = await a.add(1)
s = await b.add(2)
""",
    ),
    "semaphore_free_pool_class": (
        r"""
class Repo:
    def __init__(self, d): self.d = d
    async def users(self):
        await asyncio.sleep(0)
        return [dict(r) for r in self.d['u']]
    async def orders(self):
        await asyncio.sleep(0)
        return {k: v for k, v in self.d.items()}
repo = Repo({'u': [{'a': 1}]})
""",
        r"""
a = await repo.users()
b = await repo.orders()
""",
    ),
    "typed_dict_ops": (
        r"""
async def agg(xs):
    await asyncio.sleep(0)
    out = collections.defaultdict(list)
    c = collections.Counter()
    for k, v in xs:
        out[k].append(v)
        c[k] += 1
    return dict(out), c.most_common(1)
""",
        r"""
a = await agg([(1, 2)])
b = await agg([(1, 2)])
""",
    ),
    "try_finally_local": (
        r"""
async def g(x):
    acc = []
    try:
        acc.append(await wait(x))
    finally:
        acc.append(0)
    return acc
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "nested_functions": (
        r"""
async def g(xs):
    def inner(v): return v * 2
    async def one(v): return inner(await wait(v))
    return [await one(x) for x in xs]
""",
        r"""
a = await g([1])
b = await g([2])
""",
    ),
    "class_with_const_attr": (
        r"""
class C:
    URL = 'http://x'
    def __init__(self): self.h = {'a': 'b'}
    def _url(self, p): return self.URL + p
    async def get(self, p):
        await asyncio.sleep(0)
        return self._url(p), self.h.get('a')
c = C()
""",
        r"""
a = await c.get('/1')
b = await c.get('/2')
""",
    ),
}


@pytest.mark.parametrize(("setup", "cell"), CASES.values(), ids=CASES.keys())
def test_operations_that_share_nothing_may_overlap(setup: str, cell: str) -> None:
    assert order(cell, setup) == set()
