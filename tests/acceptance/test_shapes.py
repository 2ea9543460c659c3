"""What else a cell can look like: refused by every strategy, or rewritten with the outcome of the cell as written.

A cell that begins with definitions of an earlier cell has them above the line `# %% cell`.
"""

import sys

import pytest

from perfmagic.model.plan import Plan, Refusal
from tests.acceptance import schedules

REFUSED = {
    "alias_in_dict": """\
l = []
box = {'a': l, 'b': l}
a = await addto(box['a'], 1)
b = await addto(box['b'], 2)
""",
    "default_list": """\
async def push(x, acc=[]):
    await f(); acc.append(x); return list(acc)
# %% cell
a = await push(1)
b = await push(2)
""",
    "closure_nonlocal": """\
def make():
    n = 0
    async def inc():
        nonlocal n
        v = n; await f(); n = v + 1; return n
    return inc
inc = make()
a = await inc()
b = await inc()
""",
    "closure_two_functions": """\
def make_pair():
    box = []
    async def put(x): await f(); box.append(x)
    async def size(): await f(); return len(box)
    return put, size
put, size = make_pair()
# %% cell
await put(3)
n = await size()
""",
    "bound_method_alias": """\
class Acc:
    def __init__(self): self.items = []
    async def add(self, x): k = len(self.items); await f(); self.items.append((k, x)); return k
acc = Acc()
m1, m2 = acc.add, acc.add
# %% cell
a = await m1(1)
b = await m2(2)
""",
    "partial_shared": """\
import functools
l = []
p = functools.partial(addto, l)
q = functools.partial(addto, l)
a = await p(1)
b = await q(2)
""",
    "property_effect": """\
class Ticket:
    def __init__(self): self.k = 0
    @property
    def next(self): self.k += 1; return self.k
tk = Ticket()
async def draw(t): await f(); return t.next
# %% cell
a = await draw(tk)
b = await draw(tk)
""",
    "descriptor_effect": """\
class Counting:
    def __init__(self): self.n = 0
    def __get__(self, obj, kind=None): self.n += 1; return self.n
class Row:
    hits = Counting()
async def hit(): await f(); return Row().hits
# %% cell
a = await hit()
b = await hit()
""",
    "getattribute_dot": """\
class Lazy2:
    def __init__(self): self.asked = []
    def __getattr__(self, name): self.asked.append(name); return len(self.asked)
lazy2 = Lazy2()
async def ask_x2(): await f(); return lazy2.x
async def ask_y2(): await f(); return lazy2.y
# %% cell
a = await ask_x2()
b = await ask_y2()
""",
    "defaultdict_read": """\
import collections
dd = collections.defaultdict(list)
async def look(k): await f(); return len(dd[k])
# %% cell
a = await look('x')
b = await look('y')
""",
    "setattr_hook": """\
class Audited:
    trail = []
    def __setattr__(self, k, v): Audited.trail.append(k); object.__setattr__(self, k, v)
one, two = Audited(), Audited()
async def put1(): await f(); one.x = 1
async def put2(): await f(); two.y = 2
# %% cell
await put1()
await put2()
""",
    "lt_effect": """\
class Key:
    def __init__(self, v): self.v = v
    def __lt__(self, o): LOG.append((self.v, o.v)); return self.v < o.v
async def order(*vs): await f(); return [k.v for k in sorted([Key(v) for v in vs])]
# %% cell
a = await order(2, 1)
b = await order(4, 3)
""",
    "bool_effect": """\
class Flag:
    def __bool__(self): LOG.append('asked'); return len(LOG) % 2 == 0
flag = Flag()
async def choose(): await f(); return 1 if flag else 2
# %% cell
a = await choose()
b = await choose()
""",
    "str_in_fstring": """\
class Tick:
    n = 0
    def __str__(self): Tick.n += 1; return str(Tick.n)
async def text(): await f(); return f"<{Tick()}>"
# %% cell
a = await text()
b = await text()
""",
    "contains_effect": """\
class Seen:
    def __init__(self): self.s = set()
    def __contains__(self, x): was = x in self.s; self.s.add(x); return was
seen = Seen()
async def fresh(x): await f(); return x not in seen
# %% cell
a = await fresh(1)
b = await fresh(1)
""",
    "callable_object": """\
class Caller:
    def __init__(self): self.n = 0
    async def __call__(self, x): v = self.n; await f(); self.n = v + x; return self.n
call = Caller()
# %% cell
a = await call(1)
b = await call(2)
""",
    "awaitable_object": """\
class Job:
    done = []
    def __init__(self, x): self.x = x
    def __await__(self):
        yield from f().__await__()
        Job.done.append(self.x); return len(Job.done)
# %% cell
a = await Job(1)
b = await Job(2)
""",
    "init_counts": """\
class Node:
    count = 0
    def __init__(self): Node.count += 1; self.id = Node.count
async def node(): await f(); return Node().id
# %% cell
a = await node()
b = await node()
""",
    "new_registers": """\
class Reg:
    known = []
    def __new__(cls, *a): cls.known.append(a); return object.__new__(cls)
    def __init__(self, *a): pass
async def reg(x): await f(); Reg(x)
# %% cell
await reg(1)
await reg(2)
""",
    "inherit_super": """\
class Base:
    def __init__(self): self.n = 0
    async def step(self): v = self.n; await f(); self.n = v + 1
class Child(Base):
    async def step(self): await super().step(); return self.n
kid = Child()
# %% cell
a = await kid.step()
b = await kid.step()
""",
    "inherit_override": """\
class Quiet:
    async def run(self): await f(); return self.note()
    def note(self): return 0
class Loud(Quiet):
    def note(self): LOG.append(len(LOG)); return len(LOG)
who = Loud()
# %% cell
a = await who.run()
b = await who.run()
""",
    "classmethod_registry": """\
class Model:
    registry = {}
    @classmethod
    async def create(cls, k): n = len(cls.registry); await f(); cls.registry[k] = n; return n
class User(Model): pass
class Order(Model): pass
# %% cell
a = await User.create('u')
b = await Order.create('o')
""",
    "class_attr_shared": """\
class Cart:
    items = []
    async def add(self, x): await f(); self.items.append(x); return len(self.items)
c1, c2 = Cart(), Cart()
# %% cell
a = await c1.add(1)
b = await c2.add(2)
""",
    "globals_three_deep": """\
def low(x): STATE['n'] = STATE['n'] * 2 + x
def middle(x): low(x)
async def high(x): await f(); middle(x); return STATE['n']
# %% cell
a = await high(1)
b = await high(2)
""",
    "mutual_recursion": """\
async def even(k):
    await f(); return True if k == 0 else await odd(k - 1)
async def odd(k):
    LOG.append(k); await f(); return False if k == 0 else await even(k - 1)
# %% cell
a = await even(2)
b = await even(3)
""",
    "shared_iterator": """\
it = iter(range(10))
async def take():
    await f(); return next(it)
a = await take()
b = await take()
""",
    "shared_generator_send": """\
def averager():
    total = 0
    while True:
        x = yield total
        total = total * 2 + x
av = averager(); next(av)
async def send(x): await f(); return av.send(x)
# %% cell
a = await send(1)
b = await send(2)
""",
    "itertools_count": """\
import itertools
ids = itertools.count(1)
async def new_id(): await f(); return next(ids)
# %% cell
a = await new_id()
b = await new_id()
""",
    "anext_twice": """\
ag = agen(5)
# %% cell
a = await anext(ag)
b = await anext(ag)
""",
    "generator_reads_state": """\
def todo():
    while STATE['n'] < 3: yield STATE['n']
out = []
for x in todo():
    out.append(await bump())
""",
    "decimal_context": """\
import decimal
async def precise(n): await f(); decimal.getcontext().prec = n
async def third(): await f(); return decimal.Decimal(1) / 3
# %% cell
await precise(5)
t = await third()
""",
    "environ": """\
import os
async def setenv(v): await f(); os.environ['PM_H1'] = v
async def getenv(): await f(); return os.environ.get('PM_H1')
# %% cell
await setenv('one')
e = await getenv()
""",
    "chdir_relative": """\
import os, tempfile
here = tempfile.mkdtemp()
async def into(p): await f(); os.chdir(p)
async def where(): await f(); return os.path.abspath('x')
# %% cell
await into(here)
w = await where()
""",
    "file_two_appends": """\
import tempfile
name = tempfile.mktemp()
async def line(t):
    await f()
    with open(name, 'a') as fh: fh.write(t)
# %% cell
await line('a')
await line('b')
""",
    "stringio_read": """\
import io
src = io.StringIO('abcdef')
async def grab(): await f(); return src.read(2)
# %% cell
a = await grab()
b = await grab()
""",
    "logging_order": """\
import logging
records = []
class Keep(logging.Handler):
    def emit(self, r): records.append(r.getMessage())
lg = logging.getLogger('h1'); lg.handlers[:] = [Keep()]; lg.setLevel(10); lg.propagate = False
async def logged(x): await f(); lg.info('did %s', x); return x
# %% cell
a = await logged(1)
b = await logged(2)
""",
    "random_two_draws": """\
import random
async def dice(): await f(); return random.randint(1, 10**9)
# %% cell
random.seed(1)
a = await dice()
b = await dice()
""",
    "queue_put_get": """\
q = asyncio.Queue()
async def produce(x):
    await f(); await q.put(x)
async def consume():
    await f(); return q.qsize()
await produce(1)
n = await consume()
""",
    "lock_in_callee": """\
lock = asyncio.Lock()
async def guarded(k):
    async with lock:
        v = STATE['n']; await f(); STATE['n'] = v * 2 + k
    return STATE['n']
# %% cell
a = await guarded(1)
b = await guarded(2)
""",
    "future_set": """\
fut = asyncio.get_running_loop().create_future()
async def resolve(x):
    await f(); fut.set_result(x)
await resolve(3)
r = await fut
""",
    "conn_two_names": """\
one = conn
two = {'c': conn}['c']
a = await one.fetch('a')
b = await two.fetch('b')
""",
    "conn_in_repo": """\
class Repo:
    def __init__(self, c): self.c = c
    async def users(self): return await self.c.fetch('users')
    async def orders(self): return await self.c.fetch('orders')
repo = Repo(conn)
other = Repo(conn)
# %% cell
u = await repo.users()
o = await other.orders()
""",
    "transaction_scope": """\
class Tx:
    def __init__(self, p): self.p = p
    async def __aenter__(self): self.p.rows.append('begin'); return self.p
    async def __aexit__(self, *e): self.p.rows.append('rollback' if e[0] else 'commit')
# %% cell
async with Tx(pool) as p:
    await p.execute('insert 1')
async with Tx(pool) as p:
    await p.execute('insert 2')
""",
    "stream_reader": r"""reader = asyncio.StreamReader()
reader.feed_data(b'one\ntwo\n'); reader.feed_eof()
# %% cell
a = await reader.readline()
b = await reader.readline()
""",
    "retry_loop": """\
async def flaky():
    STATE['n'] += 1; await f()
    if STATE['n'] < 3: raise ValueError('again')
    return STATE['n']
# %% cell
for attempt in range(5):
    try:
        r = await flaky()
        break
    except ValueError:
        await asyncio.sleep(.01)
""",
    "paging_true": """\
PAGES = {0: ([1, 2], 1), 1: ([3], 2), 2: ([4], None)}
async def page(c): await asyncio.sleep(D); return PAGES[c]
# %% cell
items = []; c = 0
while True:
    got, c = await page(c)
    items.extend(got)
    if c is None:
        break
""",
    "carried_attribute": """\
class Cursor: pos = 0
cur = Cursor()
# %% cell
for x in range(4):
    cur.pos = await h(cur.pos, x)
""",
    "carried_seen": """\
seen = set(); out = []
for x in [1, 1, 2, 1]:
    if x in seen: continue
    v = await f(x)
    seen.add(v)
    out.append(v)
""",
    "loop_same_list": """\
l0 = []
for l in [l0] * 3:
    await addto(l, 1)
""",
    "loop_else_break": """\
for x in range(4):
    if await f(x) == 2:
        found = x; break
else:
    found = None
""",
    "compare_chain": """\
r = 0 < await f(1) < await g(2)
""",
    "match_on_result": """\
match await f(2):
    case 1: r = await g(1)
    case 2: r = await g(2)
""",
    "monkeypatch_attr": """\
class Api:
    async def get(self, x): await f(); return x
api = Api()
async def patch():
    await f()
    async def other(self, x): await f(); return -x
    Api.get = other
# %% cell
await patch()
r = await api.get(1)
""",
    "rebinding_callee": """\
async def target(x): await f(); return x
async def swap():
    global target
    await f()
    target = g
# %% cell
await swap()
r = await target(2)
""",
    "function_attribute": """\
async def counted():
    v = counted.calls; await f(); counted.calls = v + 1; return counted.calls
counted.calls = 0
# %% cell
a = await counted()
b = await counted()
""",
    "lru_cache_effect": """\
import functools
@functools.lru_cache
def conf(k): LOG.append(k); return len(LOG)
async def use(k): await f(); return conf(k)
# %% cell
a = await use('x')
b = await use('y')
""",
    "singledispatch_effect": """\
import functools
@functools.singledispatch
def show(x): return 0
@show.register
def _(x: int): LOG.append(x); return len(LOG)
async def shown(x): await f(); return show(x)
# %% cell
a = await shown(1)
b = await shown(2)
""",
    "async_with_exit_log": """\
import contextlib
@contextlib.asynccontextmanager
async def span(name):
    LOG.append(('enter', name))
    yield name
    LOG.append(('exit', name))
# %% cell
async with span('a'):
    a = await f(1)
async with span('b'):
    b = await g(2)
""",
    "sync_with_exit": """\
import contextlib
@contextlib.contextmanager
def mode(v):
    old = STATE['n']; STATE['n'] = v
    try: yield
    finally: STATE['n'] = old
# %% cell
with mode(5):
    a = await peek()
b = await peek()
""",
    "numpy_view": """\
import numpy as np
arr = np.zeros(4)
view = arr[:2]
async def fill(a, v): k = float(a.sum()); await f(); a[0] = k + v
# %% cell
await fill(arr, 1)
await fill(view, 2)
""",
    "shallow_copy": """\
import copy
d2 = {'l': []}
d3 = copy.copy(d2)
a = await addto(d2['l'], 1)
b = await addto(d3['l'], 2)
""",
    "setdefault_alias": """\
d1 = {}
l1 = d1.setdefault('k', [])
a = await addto(l1, 1)
b = await addto(d1['k'], 2)
""",
    "async_for_state": """\
async def feed():
    while STATE['n'] < 3:
        await asyncio.sleep(D / 10); yield STATE['n']
# %% cell
out = []
async for x in feed():
    out.append(await bump())
""",
    "mutate_between": """\
cfg = {'k': 1}
async def use_cfg(): await f(); return cfg['k']
a = await use_cfg()
cfg['k'] = a + 1
b = await use_cfg()
""",
    "thread_local_sync": """\
import threading
tl = threading.local()
def set_tl(v): time.sleep(D); tl.v = v; return v
def get_tl(): time.sleep(D); return getattr(tl, 'v', None)
# %% cell
a = set_tl(1)
b = get_tl()
""",
    "sync_random": """\
import random
def rnd(): time.sleep(D); return random.random()
# %% cell
random.seed(1)
a = rnd()
b = rnd()
""",
    "bump_after_risky": """\
async def lookup(k): await asyncio.sleep(D); return {'a': 1}[k]
# %% cell
a = await lookup('b')
b = await bump()
""",
    "lambda_comp_arg": """\
async def call(cb):
    await f(); return cb()
out = [await call(lambda: x) for x in range(3)]
""",
    "global_loop_var": """\
async def fx():
    await f(); return x
out = []
for x in range(3):
    out.append(await fx())
""",
    "loop_item_target": """\
out = []
for STATE['n'] in range(3):
    out.append(await peek())
""",
    "map_lazy": """\
async def consume(xs):
    await f(); return list(xs)
l = [1]
a = await consume(map(str, l))
l.append(2)
b = await consume(map(str, l))
""",
    "row_reused": """\
async def send(r):
    await f(); return list(r)
row = []; out = []
for x in range(3):
    row.append(x)
    out.append(await send(row))
""",
    "loud_generator": """\
def loud(n):
    for i in range(n):
        print('make', i); yield i
out = []
for x in loud(3):
    out.append(await f(x))
    print('got', x)
""",
    "agen_yield_between": """\
async def rows():
    a = await f(1)
    yield a
    b = await g(2)
    yield b
r = []
async for x in rows():
    r.append(x)
    if len(r) == 1: STATE['n'] = 7
""",
    "agen_prints": """\
async def lg(n):
    for i in range(n):
        await asyncio.sleep(D); print('make', i); yield i
out = []
async for x in lg(3):
    v = await f(x)
    print('got', v)
    out.append(v)
""",
    "to_thread_sets_cv": """\
cvw = contextvars.ContextVar('cvw', default=0)
def sq(x): time.sleep(D); cvw.set(x); return x
a = sq(2)
b = await f(1)
r = cvw.get()
""",
    "result_aliased_written_by_callee": """\
store = {'l': []}
async def get_l(k): await f(); return store[k]
async def push_l(k, x): await f(); store[k].append(x)
a = await get_l('l')
await push_l('l', 1)
n = await f(len(a))
""",
    "dict_seen_by_op": """\
memo = {}
async def fibm(n): await f(); return memo.get(n - 1, 0) + memo.get(n - 2, 1)
for n in range(4):
    memo[n] = await fibm(n)
""",
    "c_cancel_sensitive": """\
async def cs():
    try:
        await f(1, .5); return 'done'
    except asyncio.CancelledError:
        LOG.append('cancelled'); raise
try:
    a = await boom('x', .001)
    b = await cs()
except ValueError:
    b = None
""",
    "l_singleton": """\
class Sing:
    one = None
    def __new__(cls):
        if cls.one is None:
            cls.one = object.__new__(cls); cls.one.l = []
        return cls.one
a = await addto(Sing().l, 5)
b = await addto(Sing().l, 6)
""",
    "l_fluent_async": """\
class C:
    def __init__(self): self.l = []
    async def where(self, x): await f(); self.l.append(x); return self
c = C()
d = await c.where(1)
e = await d.where(2)
g2 = await c.where(3)
""",
    "e_class_swap": """\
class A:
    async def go(self): await f(); return 1
class B:
    async def go(self): await f(); return 2
o = A()
a = await o.go()
o.__class__ = B
b = await o.go()
""",
    "e_missing": """\
class F(dict):
    def __missing__(self, k): self[k] = len(self); return self[k]
fd = F()
async def e1(k): await f(); return fd[k]
a = await e1('a')
b = await e1('b')
""",
    "e_int_subclass_add": """\
class I(int):
    def __add__(self, o): LOG.append(o); return len(LOG)
async def e1(x): await f(); return x + 1
a = await e1(I(1))
b = await e1(I(2))
""",
    "e_loop_len_user": """\
class It:
    def __init__(self): self.xs = [1, 2, 3]
    def __getitem__(self, i): return self.xs[i]
it = It(); out = []
async def grow(x):
    await f()
    if x == 3: it.xs.append(9)
    return x
for x in it:
    out.append(await grow(x))
""",
    "c_pd_loop_prev": """\
import pandas as pd
df = pd.DataFrame({'a': [3, 1], 'b': [0, 0]})
async def s(): await f(); return int(df['b'].sum()) + 1
for i in range(2):
    df.loc[i, 'b'] = await s()
""",
}

REWRITTEN = {
    "interleaved_chains": """\
a1 = await f(1)
b1 = await f(2)
a2 = await g(a1)
b2 = await g(b1)
a3 = await h(a2)
b3 = await h(b2)
""",
    "pure_of_result_between": """\
a = await f(1)
s = str(a).upper()
b = await g(2)
t = len(s) + b
""",
    "star_target": """\
a, *b = await pair(1)
*c, d = await pair(3)
""",
    "prints_many": """\
print('begin')
a = await f(1)
print('a', a)
b = await g(2)
print('b', b)
c = await h(1, 2)
print('c', c)
""",
    "multi_line_call": """\
a = await h(
    1,  # one
    2,
)
b = await h(
    3,
    4,
)
""",
    "backslash": r"""a = \
    await f(1)
b = await \
    g(2)
""",
    "semicolons": """\
a = await f(1); b = await g(2)
r = a + b
""",
    "unicode_names": """\
größe = await f('ä→😀')
naïve = await g(len('日本'))  # 説明
""",
    "dict_display": """\
t = {'a': await f(1), 'b': await g(2), **{'c': await f(3)}}
""",
    "fstring_many": """\
s = f"{await f(1)!r:>5} and {await g(2):04d} and {(await pair(1))[0]}"
""",
    "method_on_result": """\
r = (await f('x')).upper() + (await f('y')).lower()
""",
    "handler_with_docstring": '''\
async def summary(uid: int) -> dict:
    """Return what the page shows."""
    # the two come from different tables
    name = await f(uid)
    score = await g(uid)
    return {"name": name, "score": score}

r = await summary(3)
''',
    "method_handler": """\
class Service:
    def __init__(self, p): self.pool = p
    async def page(self, uid):
        user = await self.pool.fetch('users', uid)
        orders = await self.pool.fetch('orders', uid)
        return user, orders
r = await Service(pool).page(1)
""",
    "handler_guard_first": """\
async def page(uid):
    if uid is None:
        return None
    a = await f(uid)
    b = await g(uid)
    return a, b
r = await page(1)
""",
    "handler_loop": """\
async def names(ids):
    out = []
    for i in ids:
        out.append(await f(i))
    return out
r = await names([1, 2, 3])
""",
    "pure_decorator": """\
import functools
def plain(fn):
    @functools.wraps(fn)
    async def inner(*a, **k): return await fn(*a, **k)
    return inner
@plain
async def deco_get(x): return await f(x)
a = await deco_get(1)
b = await deco_get(2)
""",
    "two_instances": """\
class Counter:
    def __init__(self): self.n = 0
    async def inc(self):
        v = self.n; await f(); self.n = v + 1; return self.n
c1, c2 = Counter(), Counter()
a = await c1.inc()
b = await c2.inc()
""",
    "client_with_loop": """\
async with Client() as s:
    pages = []
    for i in range(4):
        r = await s.get(f'/page/{i}')
        pages.append((await r.json())['u'])
""",
    "dict_by_id": """\
users = {}
for uid in (1, 2, 3):
    users[uid] = await pool.fetch('select * from users where id=$1', uid)
""",
    "continue_after": """\
out = []
for x in range(5):
    y = await f(x)
    if y == 2:
        continue
    out.append(y)
""",
    "print_loop": """\
for x in range(3):
    y = await f(x)
    print(x, y)
""",
    "try_loop": """\
ok = []; bad = []
for x in range(4):
    try:
        v = await (boom(str(x)) if x == 2 else f(x))
    except ValueError as e:
        bad.append(str(e))
    else:
        ok.append(v)
""",
    "loop_helper_retry": """\
async def fetch_retry(x):
    for attempt in range(3):
        try:
            return await f(x)
        except ValueError:
            await asyncio.sleep(.01)
    return None
out = []
for x in range(3):
    out.append(await fetch_retry(x))
""",
    "nested_loops_out": """\
out = {}
for i in range(2):
    for j in range(2):
        out[i, j] = await h(i, j)
""",
    "loop_else": """\
out = []
for x in range(3):
    out.append(await f(x))
else:
    done = True
""",
    "loop_inner_cond_call": """\
out = []
for x in range(4):
    if x % 2:
        out.append(await f(x))
    else:
        out.append(await g(x))
""",
    "comp_await_filter": """\
r = [x for x in range(4) if await f(x)]
""",
    "comp_nested": """\
r = [[await f(i * 2 + j) for j in range(2)] for i in range(2)]
""",
    "comp_resp": """\
r = [(await (await client.get(u)).json())['u'] for u in ('/a', '/b')]
""",
    "with_session": """\
async with Client() as s:
    a = await s.get('/a')
    b = await s.get('/b')
    ja = await a.json()
    jb = await b.json()
u = (ja, jb)
""",
    "with_acquire_blocks": """\
async with pool.acquire() as c:
    a = await c.fetch('1')
async with pool.acquire() as c:
    b = await c.fetch('2')
""",
    "get_as_context_loop": """\
class RespCM:
    def __init__(self, u): self.u = u
    async def __aenter__(self): await asyncio.sleep(D); return self
    async def __aexit__(self, *e): pass
    async def json(self): await asyncio.sleep(D); return {'u': self.u}
class Session:
    def get(self, u): return RespCM(u)
session = Session()
# %% cell
out = []
for uid in [1, 2, 3]:
    async with session.get(f'/user/{uid}') as r:
        out.append(await r.json())
""",
    "try_first_error": """\
try:
    a = await boom('one', .05, KeyError)
    b = await boom('two', .01, ValueError)
except Exception as e:
    r = repr(e)
""",
    "try_finally_body": """\
try:
    a = await f(1)
    b = await g(2)
finally:
    LOG.append('end')
""",
    "two_tries": """\
try:
    a = await f(1)
except ValueError:
    a = None
try:
    b = await g(2)
except ValueError:
    b = None
""",
    "error_mid": """\
a = await f(1)
b = await boom('mid')
c = await f(3)
""",
    "error_first_print": """\
print('a')
a = await boom('x', .05)
print('b')
b = await f(2, .001)
print('c')
""",
    "cond_start": """\
flag = STATE['n'] == 0
a = await f(1)
if flag:
    b = await g(2)
else:
    b = await f(3)
""",
    "cond_ternary_known": """\
n = 1
a = await f(1)
b = await (g(2) if n else f(3))
""",
    "partial_write_reads": """\
a = await pool.fetch('1')
b = await pool.fetch('2')
await pool.execute('insert')
c = await pool.fetch('3')
d = await pool.fetch('4')
""",
    "partial_noisy": """\
a = await noisy(1)
b = await f(2)
c = await noisy(3)
""",
    "partial_early_return": """\
async def page(uid):
    u = await f(uid)
    v = await g(uid)
    if not u:
        return None
    return await h(u, v)
r = await page(1)
""",
    "partial_async_for": """\
out = []
async for i in agen(4):
    v = await f(i)
    out.append(v * 2)
""",
    "mix_two_sync_two_async": """\
a = await f(1)
b = sync_io(2)
c = await g(3)
d = sync_io(4)
""",
    "sync_loop": """\
out = []
for x in range(4):
    out.append(sync_io(x))
""",
    "sync_error": """\
def sboom(m): time.sleep(D); raise ValueError(m)
a = sync_io(1)
b = sboom('b')
c = sboom('c')
""",
    "api_fanout": """\
async def enrich(uid):
    user = await client.get(f'/users/{uid}')
    posts = await client.get(f'/posts/{uid}')
    return {**await user.json(), 'posts': await posts.json()}
people = []
for uid in [1, 2, 3]:
    people.append(await enrich(uid))
""",
    "api_dashboard": """\
async def dashboard(uid):
    user = await pool.fetch("select * from users where id=$1", uid)
    orders = await pool.fetch("select * from orders where user_id=$1", uid)
    weather = await client.get("/weather")
    report = await weather.json()
    return {"user": user, "orders": orders, "weather": report}
page = await dashboard(1)
""",
    "api_class_service": """\
class Shop:
    def __init__(self, client, pool):
        self.client = client
        self.pool = pool
    async def price(self, sku):
        r = await self.client.get(f'/price/{sku}')
        return (await r.json())['u']
    async def basket(self, skus):
        lines = []
        for sku in skus:
            price = await self.price(sku)
            stock = await self.pool.fetch('stock', sku)
            lines.append({'sku': sku, 'price': price, 'stock': stock})
        return lines
shop = Shop(client, pool)
b = await shop.basket(['x', 'y'])
""",
    "names_taken": """\
tasks = 'mine'
a_task = 'also'
results = 'mine too'
a = await f(1)
b = await g(2)
r = (tasks, a_task, results)
""",
    "read_before_fstring": """\
s = f"{STATE['n']} {await bump()} {await f(1)} {STATE['n']}"
""",
    "name_before_await": """\
n = 1
async def setname():
    global n
    await f(); n = 9; return n
r = [n, await setname(), await f(1), n]
""",
    "prints_inside_display": """\
r = [print('a'), await f(1), print('b'), await g(2), print('c')]
""",
    "loop_except_raise": """\
out = []
for x in range(4):
    try:
        out.append(await (boom(str(x)) if x == 2 else f(x)))
    except ValueError as e:
        raise KeyError('wrapped') from e
""",
    "agen_raises": """\
async def bad():
    yield 1
    yield 2
    raise RuntimeError('late')
out = []
async for x in bad():
    out.append(await f(x))
""",
    "recursion_handler": """\
async def walk(n):
    a = await f(n)
    b = await g(n)
    if n == 0:
        return a + b
    return a + b + await walk(n - 1)
r = await walk(2)
""",
    "deepcopy_ok": """\
import copy
l1 = [[]]
l2 = copy.deepcopy(l1)
a = await addto(l1[0], 5)
b = await addto(l2[0], 6)
""",
    "loop_finally_log": """\
out = []
for x in range(3):
    try:
        out.append(await f(x))
    finally:
        LOG.append(x)
""",
    "swap_tail": """\
a, b = 0, 1
for x in range(4):
    a, b = b, await f(x)
""",
    "aug_local_read_first": """\
n = 1
async def setn2():
    global n
    await f(); n = 10; return 1
n += await setn2()
m = await f(2)
""",
}


@pytest.mark.parametrize("cell", REFUSED.values(), ids=list(REFUSED))
def test_hidden_dependences_are_refused_with_a_reason(cell: str) -> None:
    plans = schedules.plans(cell)
    assert {name: each.source for name, each in plans.items() if isinstance(each, Plan)} == {}
    assert all(each.reason for each in plans.values() if isinstance(each, Refusal))


NEEDS_POSITIONS = {"fstring_many", "read_before_fstring"}
"""Cells with operations inside formatted strings: before 3.12 Python does not tell where they stand."""

if sys.version_info < (3, 12):
    REWRITTEN = {name: cell for name, cell in REWRITTEN.items() if name not in NEEDS_POSITIONS}


@pytest.mark.parametrize("cell", REWRITTEN.values(), ids=list(REWRITTEN))
def test_independent_operations_overlap_with_the_same_outcome(cell: str) -> None:
    plans = {name: each for name, each in schedules.plans(cell).items() if isinstance(each, Plan)}
    assert plans
    for name, plan in plans.items():
        ignored = plan.introduced | plan.redefined
        expected = schedules.outcome(cell, ignored=ignored)
        if expected.error is not None and name in {"gather", "taskgroup"}:
            continue  # they say that they assume no error
        for seed in range(3):
            assert (name, seed, schedules.outcome(cell, plan.source, seed, ignored)) == (name, seed, expected)
