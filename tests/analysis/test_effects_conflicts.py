"""Operations that depend on each other in ways that are easy to miss: each must be seen."""

import pytest

from tests.analysis.inference import order

CASES = {
    "mutable_default": (
        r"""
async def add(x, seen=[]):
    await asyncio.sleep(0)
    seen.append(x)
    return len(seen)
""",
        r"""
a = await add(1)
b = await add(2)
""",
    ),
    "mutable_default_cell": (
        "",
        r"""
async def add(x, seen=[]):
    await asyncio.sleep(0)
    seen.append(x)
    return len(seen)
a = await add(1)
b = await add(2)
""",
    ),
    "property_effect": (
        r"""
class C:
    def __init__(self): self.n = 0
    @property
    def next(self):
        self.n += 1
        return self.n
c = C()
async def get():
    await asyncio.sleep(0)
    return c.next
""",
        r"""
a = await get()
b = await get()
""",
    ),
    "operator_effect": (
        r"""
class V:
    log = []
    def __add__(self, o):
        V.log.append(1)
        return len(V.log)
v = V()
async def get():
    await asyncio.sleep(0)
    return v + 1
""",
        r"""
a = await get()
b = await get()
""",
    ),
    "roperator_effect": (
        r"""
class V:
    log = []
    def __radd__(self, o):
        V.log.append(1)
        return len(V.log)
v = V()
async def get():
    await asyncio.sleep(0)
    return 1 + v
""",
        r"""
a = await get()
b = await get()
""",
    ),
    "alias_tuple": (
        "",
        r"""
l = []
t = (l, 1)
a = await put(l, 1)
b = await put(t[0], 2)
""",
    ),
    "alias_live_tuple": (
        r"""
l = []
t = (l, 1)
""",
        r"""
a = await put(l, 1)
b = await put(t[0], 2)
""",
    ),
    "alias_dict": (
        r"""
l = []
d = {'k': {'z': l}}
""",
        r"""
a = await put(l, 1)
b = await see(d['k']['z'])
""",
    ),
    "alias_attr": (
        r"""
class B: pass
b1 = B()
b1.items = SHARED
""",
        r"""
a = await put(b1.items, 1)
b = await see(SHARED)
""",
    ),
    "alias_closure": (
        r"""
def make():
    l = SHARED
    async def add(x):
        await asyncio.sleep(0)
        l.append(x)
    return add
add = make()
""",
        r"""
a = await add(1)
b = await see(SHARED)
""",
    ),
    "nonlocal": (
        r"""
def make():
    n = 0
    async def inc():
        nonlocal n
        v = n
        await asyncio.sleep(0)
        n = v + 1
        return n
    return inc
inc = make()
""",
        r"""
a = await inc()
b = await inc()
""",
    ),
    "nonlocal_cell": (
        "",
        r"""
def make():
    n = 0
    async def inc():
        nonlocal n
        v = n
        await asyncio.sleep(0)
        n = v + 1
        return n
    return inc
inc = make()
a = await inc()
b = await inc()
""",
    ),
    "global_in_live": (
        r"""
n = 0
async def inc():
    global n
    v = n
    await asyncio.sleep(0)
    n = v + 1
""",
        r"""
a = await inc()
b = await inc()
""",
    ),
    "class_attr": (
        r"""
class C:
    n = 0
    async def inc(self):
        v = C.n
        await asyncio.sleep(0)
        C.n = v + 1
c, d = C(), C()
""",
        r"""
a = await c.inc()
b = await d.inc()
""",
    ),
    "type_self_attr": (
        r"""
class C:
    n = 0
    async def inc(self):
        v = type(self).n
        await asyncio.sleep(0)
        type(self).n = v + 1
c, d = C(), C()
""",
        r"""
a = await c.inc()
b = await d.inc()
""",
    ),
    "self_rmw": (
        r"""
class C:
    def __init__(self): self.n = 0
    async def inc(self):
        v = self.n
        await asyncio.sleep(0)
        self.n = v + 1
c = C()
""",
        r"""
a = await c.inc()
b = await c.inc()
""",
    ),
    "bound_method": (
        r"""
add = SHARED.append
async def put2(x):
    await asyncio.sleep(0)
    add(x)
""",
        r"""
a = await put2(1)
b = await put2(2)
""",
    ),
    "partial_shared": (
        r"""
p = functools.partial(put, SHARED)
""",
        r"""
a = await p(1)
b = await p(2)
""",
    ),
    "partial_cell": (
        "",
        r"""
l = []
p = functools.partial(put, l)
a = await p(1)
b = await p(2)
""",
    ),
    "lru": (
        r"""
@functools.lru_cache
def slow(x):
    time.sleep(0.01)
    return x
""",
        r"""
a = slow(1)
b = slow(1)
""",
    ),
    "lru_cell": (
        "",
        r"""
@functools.lru_cache(maxsize=None)
def slow(x):
    time.sleep(0.01)
    return x
a = slow(1)
b = slow(1)
""",
    ),
    "callable_object": (
        r"""
class K:
    def __init__(self): self.n = 0
    async def __call__(self, x):
        v = self.n
        await asyncio.sleep(0)
        self.n = v + x
k = K()
""",
        r"""
a = await k(1)
b = await k(2)
""",
    ),
    "live_generator": (
        r"""
def gen():
    for i in range(10): yield i
g = gen()
async def take():
    await asyncio.sleep(0)
    return next(g)
""",
        r"""
a = await take()
b = await take()
""",
    ),
    "for_live_iterator": (
        r"""
it = iter([1, 2, 3])
async def take():
    await asyncio.sleep(0)
    for v in it: return v
""",
        r"""
a = await take()
b = await take()
""",
    ),
    "cell_generator": (
        "",
        r"""
def gen():
    for i in range(10): yield i
g = gen()
async def take():
    await asyncio.sleep(0)
    return next(g)
a = await take()
b = await take()
""",
    ),
    "cell_iter": (
        "",
        r"""
g = iter([1, 2, 3])
async def take():
    await asyncio.sleep(0)
    return next(g)
a = await take()
b = await take()
""",
    ),
    "random": (
        r"""
async def r():
    await asyncio.sleep(0)
    return random.random()
""",
        r"""
a = await r()
b = await r()
""",
    ),
    "np_random": (
        r"""
import numpy as np
async def r():
    await asyncio.sleep(0)
    return np.random.rand(3)
""",
        r"""
a = await r()
b = await r()
""",
    ),
    "rng_object": (
        r"""
import numpy as np
rng = np.random.default_rng(0)
async def r():
    await asyncio.sleep(0)
    return rng.normal(size=3)
""",
        r"""
a = await r()
b = await r()
""",
    ),
    "environ": (
        r"""
async def e(v):
    await asyncio.sleep(0)
    os.environ['K'] = v
    return os.environ.get('K')
""",
        r"""
a = await e('1')
b = await e('2')
""",
    ),
    "prints": (
        r"""
async def p(x):
    await asyncio.sleep(0)
    print(x)
""",
        r"""
a = await p(1)
b = await p(2)
""",
    ),
    "contextvar": (
        r"""
cv = contextvars.ContextVar('cv', default=0)
async def s(v):
    await asyncio.sleep(0)
    cv.set(v)
""",
        r"""
a = await s(1)
b = await s(2)
""",
    ),
    "current_task": (
        r"""
async def t():
    asyncio.current_task().set_name('x')
    await asyncio.sleep(0)
""",
        r"""
a = await t()
b = await t()
""",
    ),
    "lock": (
        r"""
lk = asyncio.Lock()
async def t(x):
    async with lk:
        await asyncio.sleep(0)
""",
        r"""
a = await t(1)
b = await t(2)
""",
    ),
    "event": (
        r"""
ev = asyncio.Event()
async def w(): await ev.wait()
async def s():
    await asyncio.sleep(0)
    ev.set()
""",
        r"""
a = await s()
b = await w()
""",
    ),
    "queue": (
        r"""
q = asyncio.Queue()
async def p(x): await q.put(x)
async def g(): return await q.get()
""",
        r"""
a = await p(1)
b = await g()
""",
    ),
    "file_write_read": (
        r"""
async def w(x):
    await asyncio.sleep(0)
    with open('f', 'w') as f: f.write(x)
async def r():
    await asyncio.sleep(0)
    return open('f').read()
""",
        r"""
a = await w('1')
b = await r()
""",
    ),
    "path_write": (
        r"""
import pathlib
async def w(x):
    await asyncio.sleep(0)
    pathlib.Path('f').write_text(x)
""",
        r"""
a = await w('1')
b = await w('2')
""",
    ),
    "user_cache": (
        r"""
CACHE = {}
async def get(k):
    if k not in CACHE:
        CACHE[k] = await wait(k)
    return CACHE[k]
""",
        r"""
a = await get(1)
b = await get(1)
""",
    ),
    "setattr": (
        r"""
class C: pass
c = C()
async def s(v):
    await asyncio.sleep(0)
    setattr(c, 'x', v)
    return getattr(c, 'x')
""",
        r"""
a = await s(1)
b = await s(2)
""",
    ),
    "dict_attr": (
        r"""
class C: pass
c = C()
async def s(v):
    await asyncio.sleep(0)
    c.__dict__['x'] = v
    return c.x
""",
        r"""
a = await s(1)
b = await s(2)
""",
    ),
    "vars_attr": (
        r"""
class C: pass
c = C()
async def s(v):
    await asyncio.sleep(0)
    vars(c)['x'] = v
""",
        r"""
a = await s(1)
b = await s(2)
""",
    ),
    "descriptor": (
        r"""
class D:
    def __get__(self, o, t):
        SHARED.append(1)
        return len(SHARED)
class C:
    d = D()
c = C()
async def g():
    await asyncio.sleep(0)
    return c.d
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "getattr_hook": (
        r"""
class C:
    def __getattr__(self, n):
        SHARED.append(n)
        return len(SHARED)
c = C()
async def g():
    await asyncio.sleep(0)
    return c.anything
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "str_hook": (
        r"""
class C:
    def __str__(self):
        SHARED.append(1)
        return 'x'
c = C()
async def g():
    await asyncio.sleep(0)
    return f'{c}'
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "len_hook": (
        r"""
class C:
    def __len__(self):
        SHARED.append(1)
        return 1
c = C()
async def g():
    await asyncio.sleep(0)
    return 1 if c else 2
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "eq_hook": (
        r"""
class C:
    def __eq__(self, o):
        SHARED.append(1)
        return True
c = C()
async def g():
    await asyncio.sleep(0)
    return c in [1, 2]
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "iter_hook": (
        r"""
class C:
    def __iter__(self):
        SHARED.append(1)
        return iter([1])
c = C()
async def g():
    await asyncio.sleep(0)
    return [v for v in c]
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "getitem_hook": (
        r"""
class C:
    def __getitem__(self, k):
        SHARED.append(k)
        return len(SHARED)
c = C()
async def g():
    await asyncio.sleep(0)
    return c['k']
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "cm_hook": (
        r"""
class C:
    def __enter__(self): return self
    def __exit__(self, *e): SHARED.append(1)
async def g():
    with C():
        await asyncio.sleep(0)
        return len(SHARED)
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "sort_key_effect": (
        r"""
def key(v):
    SHARED.append(v)
    return len(SHARED)
async def g(x):
    await asyncio.sleep(0)
    return sorted(x, key=key)
""",
        r"""
a = await g([1, 2])
b = await g([3])
""",
    ),
    "map_effect": (
        r"""
def key(v):
    SHARED.append(v)
    return len(SHARED)
async def g(x):
    await asyncio.sleep(0)
    return list(map(key, x))
""",
        r"""
a = await g([1, 2])
b = await g([3])
""",
    ),
    "reduce_effect": (
        r"""
async def g(x):
    await asyncio.sleep(0)
    return functools.reduce(lambda p, q: SHARED.append(q) or q, x)
""",
        r"""
a = await g([1, 2])
b = await g([3])
""",
    ),
    "decorator_log": (
        r"""
def deco(fn):
    @functools.wraps(fn)
    async def inner(*a):
        SHARED.append(a)
        return await fn(*a)
    return inner
@deco
async def g(x):
    await asyncio.sleep(0)
    return len(SHARED)
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "class_decorator": (
        r"""
class Count:
    def __init__(self, fn):
        self.fn = fn
        self.n = 0
    async def __call__(self, *a):
        self.n += 1
        r = await self.fn(*a)
        return self.n
@Count
async def g(x):
    await asyncio.sleep(0)
    return x
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "numpy_inplace": (
        r"""
import numpy as np
arr = np.arange(10)
async def g(x):
    await asyncio.sleep(0)
    arr[0] = x
    return arr.sum()
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "numpy_view": (
        r"""
import numpy as np
arr = np.arange(10)
v = arr[2:5]
async def g(x):
    await asyncio.sleep(0)
    v[0] = x
async def s():
    await asyncio.sleep(0)
    return arr.sum()
""",
        r"""
a = await g(1)
b = await s()
""",
    ),
    "numpy_sort": (
        r"""
import numpy as np
arr = np.arange(10)
async def g():
    await asyncio.sleep(0)
    arr.sort()
async def s():
    await asyncio.sleep(0)
    return arr[0]
""",
        r"""
a = await g()
b = await s()
""",
    ),
    "numpy_out": (
        r"""
import numpy as np
arr = np.arange(10)
async def g():
    await asyncio.sleep(0)
    np.add(arr, 1, out=arr)
async def s():
    await asyncio.sleep(0)
    return arr[0]
""",
        r"""
a = await g()
b = await s()
""",
    ),
    "numpy_iadd": (
        r"""
import numpy as np
arr = np.arange(10)
async def g(a):
    await asyncio.sleep(0)
    a += 1
""",
        r"""
a = await g(arr)
b = await g(arr)
""",
    ),
    "pandas_setitem": (
        r"""
import pandas as pd
df = pd.DataFrame({'a': [1]})
async def g(x):
    await asyncio.sleep(0)
    df['b'] = x
    return len(df.columns)
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "pandas_inplace": (
        r"""
import pandas as pd
df = pd.DataFrame({'a': [1]})
async def g():
    await asyncio.sleep(0)
    df.drop(columns='a', inplace=True)
async def s():
    await asyncio.sleep(0)
    return df.shape
""",
        r"""
a = await g()
b = await s()
""",
    ),
    "pandas_loc": (
        r"""
import pandas as pd
df = pd.DataFrame({'a': [1]})
async def g(x):
    await asyncio.sleep(0)
    df.loc[0, 'a'] = x
async def s():
    await asyncio.sleep(0)
    return df['a'].sum()
""",
        r"""
a = await g(1)
b = await s()
""",
    ),
    "pandas_apply_effect": (
        r"""
import pandas as pd
df = pd.DataFrame({'a': [1]})
async def g():
    await asyncio.sleep(0)
    return df['a'].apply(lambda v: SHARED.append(v))
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "returns_argument": (
        r"""
async def ident(x):
    await asyncio.sleep(0)
    return x
""",
        r"""
l = []
m = await ident(l)
a = await put(m, 1)
b = await put(l, 2)
""",
    ),
    "returns_attr": (
        r"""
class C:
    def __init__(self): self.items = []
c = C()
def items(): return c.items
""",
        r"""
m = items()
a = await put(m, 1)
b = await see(c.items)
""",
    ),
    "returned_shared_pool": (
        r"""
class Pool:
    def __init__(self): self.c = Conn()
    def get(self): return self.c
class Conn:
    def __init__(self): self.busy = False
    async def q(self):
        self.busy = True
        await asyncio.sleep(0)
        self.busy = False
pool = Pool()
""",
        r"""
x = pool.get()
y = pool.get()
a = await x.q()
b = await y.q()
""",
    ),
    "function_attr": (
        r"""
async def g():
    v = g.n
    await asyncio.sleep(0)
    g.n = v + 1
g.n = 0
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "defaultdict": (
        r"""
d = collections.defaultdict(list)
async def g(k, x):
    await asyncio.sleep(0)
    d[k].append(x)
""",
        r"""
a = await g('a', 1)
b = await g('a', 2)
""",
    ),
    "counter": (
        r"""
d = collections.Counter()
async def g(k):
    await asyncio.sleep(0)
    d[k] += 1
""",
        r"""
a = await g('a')
b = await g('b')
""",
    ),
    "deque": (
        r"""
d = collections.deque()
async def g(k):
    await asyncio.sleep(0)
    d.append(k)
""",
        r"""
a = await g('a')
b = await g('b')
""",
    ),
    "dict_subclass": (
        r"""
class D(dict): pass
d = D()
async def g(k):
    await asyncio.sleep(0)
    d[k] = len(d)
""",
        r"""
a = await g('a')
b = await g('b')
""",
    ),
    "list_subclass": (
        r"""
class L(list): pass
d = L()
""",
        r"""
a = await put(d, 1)
b = await put(d, 2)
""",
    ),
    "walrus_global": (
        r"""
async def g(x):
    global last
    await asyncio.sleep(0)
    last = x
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "del_item": (
        r"""
d = {'a': 1, 'b': 2}
async def g(k):
    await asyncio.sleep(0)
    del d[k]
    return len(d)
""",
        r"""
a = await g('a')
b = await g('b')
""",
    ),
    "augmented_list": (
        r"""
async def g(l, x):
    await asyncio.sleep(0)
    l += [x]
""",
        r"""
l = []
m = l
a = await g(l, 1)
b = await g(m, 2)
""",
    ),
    "set_add": (
        r"""
s = set()
async def g(x):
    await asyncio.sleep(0)
    s.add(x)
    return len(s)
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "clock_in_callee": (
        r"""
async def g():
    t = time.perf_counter()
    await asyncio.sleep(0)
    return time.perf_counter() - t
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "kwargs_alias": (
        r"""
async def g(**kw):
    await asyncio.sleep(0)
    kw['l'].append(1)
""",
        r"""
l = []
a = await g(l=l)
b = await g(**{'l': l})
""",
    ),
    "starargs_alias": (
        r"""
async def g(*a):
    await asyncio.sleep(0)
    a[0].append(1)
""",
        r"""
l = []
a = await g(l)
b = await g(*[l])
""",
    ),
    "init_effect": (
        r"""
class C:
    made = []
    def __init__(self): C.made.append(self)
async def g():
    await asyncio.sleep(0)
    c = C()
    return len(C.made)
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "singleton": (
        r"""
class S:
    one = None
    def __new__(cls):
        if cls.one is None: cls.one = super().__new__(cls)
        return cls.one
async def g():
    await asyncio.sleep(0)
    return S()
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "registry": (
        r"""
R = {}
def register(name):
    def deco(fn):
        R[name] = fn
        return fn
    return deco
@register('a')
async def fa(x):
    await asyncio.sleep(0)
    SHARED.append(x)
""",
        r"""
a = await R['a'](1)
b = await R['a'](2)
""",
    ),
    "weakref_dict": (
        r"""
import weakref
d = weakref.WeakValueDictionary()
async def g(k):
    await asyncio.sleep(0)
    d[k] = wait
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "exec": (
        r"""
async def g(x):
    await asyncio.sleep(0)
    exec('SHARED.append(1)')
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "globals_write": (
        r"""
async def g(x):
    await asyncio.sleep(0)
    globals()['n'] = x
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "no_source": (
        r"""
exec(compile('async def g(x): SHARED.append(x)', '<nowhere>', 'exec'))
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "opaque_c": (
        r"""
import array
arr = array.array('i', [1])
async def g(x):
    await asyncio.sleep(0)
    arr.append(x)
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "metaclass_call": (
        r"""
class M(type):
    def __call__(cls):
        SHARED.append(1)
        return 1
class C(metaclass=M): pass
async def g():
    await asyncio.sleep(0)
    return C()
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "stored_coroutines": (
        "",
        r"""
l = []
c1 = put(l, 1)
c2 = put(l, 2)
a = await c1
b = await c2
""",
    ),
    "method_alias_in_list": (
        r"""
class C:
    def __init__(self): self.n = 0
    async def inc(self):
        v = self.n
        await asyncio.sleep(0)
        self.n = v + 1
c = C()
ops = [c.inc, c.inc]
""",
        r"""
a = await ops[0]()
b = await ops[1]()
""",
    ),
    "cached_property": (
        r"""
class C:
    @functools.cached_property
    def v(self):
        SHARED.append(1)
        return 1
c = C()
async def g():
    await asyncio.sleep(0)
    return c.v
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "itertools_count": (
        r"""
ids = itertools.count()
async def g():
    await asyncio.sleep(0)
    return next(ids)
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "itertools_count_cell": (
        "",
        r"""
ids = itertools.count()
async def g():
    await asyncio.sleep(0)
    return next(ids)
a = await g()
b = await g()
""",
    ),
    "user_await": (
        r"""
class A:
    def __await__(self):
        SHARED.append(1)
        yield
        return len(SHARED)
""",
        r"""
a = await A()
b = await A()
""",
    ),
    "heapq": (
        r"""
import heapq
h = []
async def g(x):
    await asyncio.sleep(0)
    heapq.heappush(h, x)
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "logging": (
        r"""
import logging
log = logging.getLogger('x')
async def g(x):
    await asyncio.sleep(0)
    log.warning('x %s', x)
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "stringio": (
        r"""
import io
buf = io.StringIO()
async def g(x):
    await asyncio.sleep(0)
    buf.write(x)
""",
        r"""
a = await g('1')
b = await g('2')
""",
    ),
    "print_to_buffer": (
        r"""
import io
buf = io.StringIO()
async def g(x):
    await asyncio.sleep(0)
    print(x, file=buf)
""",
        r"""
a = await g('1')
b = await g('2')
""",
    ),
    "sys_stdout": (
        r"""
import sys
async def g(x):
    await asyncio.sleep(0)
    sys.stdout.write(x)
""",
        r"""
a = await g('1')
b = await g('2')
""",
    ),
    "monkeypatch": (
        r"""
class C:
    async def get(self):
        await asyncio.sleep(0)
        return 1
c = C()
async def patch():
    await asyncio.sleep(0)
    C.get = None
""",
        r"""
a = await patch()
b = await c.get()
""",
    ),
    "module_attr": (
        r"""
import types
mod = types.ModuleType('mod')
mod.n = 0
async def g():
    v = mod.n
    await asyncio.sleep(0)
    mod.n = v + 1
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "helper_in_callee": (
        r"""
def log(x): SHARED.append(x)
async def g(x):
    log(x)
    await asyncio.sleep(0)
    return len(SHARED)
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "exception_handler_effect": (
        r"""
async def g(x):
    try:
        return await wait(x)
    except ValueError:
        SHARED.append(x)
    finally:
        SHARED.append(0)
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "genexp_shared_iter": (
        "",
        r"""
src = (x for x in [1, 2, 3])
async def g():
    await asyncio.sleep(0)
    return next(src)
a = await g()
b = await g()
""",
    ),
    "async_gen_shared": (
        "",
        r"""
async def gen():
    for i in range(5):
        await asyncio.sleep(0)
        yield i
src = gen()
a = await anext(src)
b = await anext(src)
""",
    ),
    "async_gen_asend": (
        "",
        r"""
async def gen():
    for i in range(5):
        await asyncio.sleep(0)
        yield i
src = gen()
a = await src.__anext__()
b = await src.asend(None)
""",
    ),
    "prev_row_in_loop_fn": (
        "",
        r"""
m = []
async def g(x):
    m.append([])
    m[-1].append(x)
    return len(m)
a = await g(1)
b = await g(2)
""",
    ),
    "rows_update_by_index": (
        r"""
rows = [{'n': i} for i in range(50)]
async def up(i):
    await asyncio.sleep(0)
    rows[i]['n'] += 1
async def total():
    await asyncio.sleep(0)
    return sum(r['n'] for r in rows)
""",
        r"""
a = await up(3)
b = await total()
""",
    ),
    "rows_alias_single": (
        r"""
rows = [{'n': i} for i in range(50)]
first = rows[7]
async def up():
    await asyncio.sleep(0)
    first['n'] += 1
async def total():
    await asyncio.sleep(0)
    return sum(r['n'] for r in rows)
""",
        r"""
a = await up()
b = await total()
""",
    ),
    "objects_in_list": (
        r"""
class P:
    def __init__(self): self.n = 0
ps = [P() for _ in range(40)]
p3 = ps[3]
async def up(i):
    await asyncio.sleep(0)
    ps[i].n += 1
async def see3():
    await asyncio.sleep(0)
    return p3.n
""",
        r"""
a = await up(3)
b = await see3()
""",
    ),
    "nested_group": (
        r"""
rows = [{'t': []} for i in range(50)]
t9 = rows[9]['t']
async def up(i):
    await asyncio.sleep(0)
    rows[i]['t'].append(1)
async def see9():
    await asyncio.sleep(0)
    return len(t9)
""",
        r"""
a = await up(9)
b = await see9()
""",
    ),
    "defaultdict_read": (
        r"""
d = collections.defaultdict(list)
async def g(k):
    await asyncio.sleep(0)
    return len(d[k]), len(d)
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "missing_hook": (
        r"""
class D(dict):
    def __missing__(self, k):
        self[k] = 1
        return 1
d = D()
async def g(k):
    await asyncio.sleep(0)
    return d[k]
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "setdefault": (
        r"""
d = {}
async def g(k):
    await asyncio.sleep(0)
    return d.setdefault(k, len(d))
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "dict_update_kw": (
        r"""
d = {}
async def g(**k):
    await asyncio.sleep(0)
    d.update(k)
""",
        r"""
a = await g(x=1)
b = await g(y=2)
""",
    ),
    "ior": (
        r"""
d = {}
async def g(k):
    global d
    await asyncio.sleep(0)
    d |= k
""",
        r"""
a = await g({1: 1})
b = await g({2: 2})
""",
    ),
    "slice_assign": (
        r"""
l = [1, 2]
async def g(k):
    await asyncio.sleep(0)
    l[:] = k
""",
        r"""
a = await g([1])
b = await g([2])
""",
    ),
    "swap_attr": (
        r"""
class A: pass
p, q = A(), A()
p.l, q.l = [], []
q.l = p.l
""",
        r"""
a = await put(p.l, 1)
b = await put(q.l, 2)
""",
    ),
    "conditional_alias": (
        r"""
l, m = [], []
flag = True
def pick(): return l if flag else m
""",
        r"""
a = await put(pick(), 1)
b = await see(l)
""",
    ),
    "method_via_getattr": (
        r"""
class A:
    def __init__(self): self.n = 0
    async def inc(self):
        v = self.n
        await asyncio.sleep(0)
        self.n = v + 1
o = A()
""",
        r"""
a = await getattr(o, 'inc')()
b = await getattr(o, 'inc')()
""",
    ),
    "dynamic_getattr": (
        r"""
class A:
    def __init__(self): self.n = 0
    async def inc(self):
        self.n += 1
o = A()
name = 'in' + 'c'
""",
        r"""
a = await getattr(o, name)()
b = await getattr(o, name)()
""",
    ),
    "property_setter": (
        r"""
class A:
    log = []
    @property
    def v(self): return 1
    @v.setter
    def v(self, x): A.log.append(x)
o = A()
async def g(x):
    await asyncio.sleep(0)
    o.v = x
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "property_setter_cell": (
        "",
        r"""
class A:
    def __init__(self): self.log = []
    @property
    def v(self): return 1
    @v.setter
    def v(self, x): self.log.append(x)
o = A()
async def g(x):
    await asyncio.sleep(0)
    o.v = x
a = await g(1)
b = await g(2)
""",
    ),
    "setattr_hook": (
        r"""
class A:
    def __setattr__(self, n, v): SHARED.append(v)
o = A()
async def g(x):
    await asyncio.sleep(0)
    o.v = x
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "contains_hook": (
        r"""
class A:
    def __contains__(self, n):
        SHARED.append(n)
        return True
o = A()
async def g(x):
    await asyncio.sleep(0)
    return x in o
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "hash_hook_dict": (
        r"""
class A:
    def __hash__(self):
        SHARED.append(1)
        return 1
o = A()
d = {}
async def g(x):
    await asyncio.sleep(0)
    return {o: x}
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "format_hook": (
        r"""
class A:
    def __format__(self, s):
        SHARED.append(1)
        return ''
o = A()
async def g(x):
    await asyncio.sleep(0)
    return '{}'.format(o)
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "percent_hook": (
        r"""
class A:
    def __str__(self):
        SHARED.append(1)
        return ''
o = A()
async def g(x):
    await asyncio.sleep(0)
    return '%s' % o
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "percent_tuple_hook": (
        r"""
class A:
    def __str__(self):
        SHARED.append(1)
        return ''
o = A()
async def g(x):
    await asyncio.sleep(0)
    return '%s %s' % (o, x)
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "json_default": (
        r"""
async def g(x):
    await asyncio.sleep(0)
    return json.dumps({'a': 1j}, default=lambda o: SHARED.append(o))
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "list_eq_hook": (
        r"""
class A:
    def __eq__(self, o):
        SHARED.append(1)
        return True
l, m = [A()], [A()]
async def g():
    await asyncio.sleep(0)
    return l == m
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "list_index_hook": (
        r"""
class A:
    def __eq__(self, o):
        SHARED.append(1)
        return True
l = [A()]
async def g():
    await asyncio.sleep(0)
    return l.index(3), l.count(2)
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "sort_lt_hook": (
        r"""
class A:
    def __lt__(self, o):
        SHARED.append(1)
        return True
l = [A(), A()]
async def g():
    await asyncio.sleep(0)
    return sorted(l)
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "sum_add_hook": (
        r"""
class A:
    def __radd__(self, o):
        SHARED.append(1)
        return 1
l = [A(), A()]
async def g():
    await asyncio.sleep(0)
    return sum(l)
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "repr_in_print_nested": (
        r"""
class A:
    def __repr__(self):
        SHARED.append(1)
        return ''
l = {'k': [A()]}
async def g():
    await asyncio.sleep(0)
    return str(l)
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "bool_hook_while": (
        r"""
class A:
    def __bool__(self):
        SHARED.append(1)
        return False
o = A()
async def g():
    while o: pass
    await asyncio.sleep(0)
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "exit_hook_async": (
        r"""
class A:
    async def __aenter__(self): return self
    async def __aexit__(self, *e): SHARED.append(1)
o = A()
async def g():
    async with o: await asyncio.sleep(0)
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "asynccontextmanager_effect": (
        r"""
import contextlib
@contextlib.asynccontextmanager
async def cm():
    SHARED.append(1)
    yield 1
    SHARED.append(2)
async def g():
    async with cm() as v: return len(SHARED)
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "contextmanager_cell": (
        "",
        r"""
import contextlib
log = []
@contextlib.contextmanager
def cm():
    log.append(1)
    yield 1
    log.append(2)
async def g():
    with cm() as v: return len(log)
a = await g()
b = await g()
""",
    ),
    "exception_init": (
        r"""
class E(Exception):
    def __init__(self, m):
        SHARED.append(m)
async def g():
    try: raise E('x')
    except E: return len(SHARED)
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "yield_from_shared": (
        r"""
def src():
    SHARED.append(1)
    yield 1
async def g():
    await asyncio.sleep(0)
    return list(src())
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "generator_expression_effect": (
        r"""
def f(x):
    SHARED.append(x)
    return x
async def g():
    await asyncio.sleep(0)
    return sum(f(v) for v in [1])
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "any_genexp": (
        r"""
def f(x):
    SHARED.append(x)
    return x
async def g():
    await asyncio.sleep(0)
    return any(f(v) for v in [1]), dict((f(v), 1) for v in [1])
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "filter_effect": (
        r"""
def f(x):
    SHARED.append(x)
    return x
async def g():
    await asyncio.sleep(0)
    for v in filter(f, [1]): pass
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "dataclass_mutable": (
        r"""
from dataclasses import dataclass, field
@dataclass
class P:
    xs: list = field(default_factory=list)
    async def add(self, v):
        await asyncio.sleep(0)
        self.xs.append(v)
p = P()
""",
        r"""
a = await p.add(1)
b = await p.add(2)
""",
    ),
    "dataclass_shared_arg": (
        r"""
from dataclasses import dataclass
@dataclass
class P:
    xs: list
    async def add(self, v):
        await asyncio.sleep(0)
        self.xs.append(v)
""",
        r"""
l = []
p, q = P(l), P(xs=l)
a = await p.add(1)
b = await q.add(2)
""",
    ),
    "dataclass_cell": (
        "",
        r"""
from dataclasses import dataclass
@dataclass
class P:
    xs: list
    async def add(self, v):
        await asyncio.sleep(0)
        self.xs.append(v)
l = []
p, q = P(l), P(xs=l)
a = await p.add(1)
b = await q.add(2)
""",
    ),
    "namedtuple_alias": (
        r"""
P = collections.namedtuple('P', 'l')
l = []
p = P(l)
""",
        r"""
a = await put(p.l, 1)
b = await put(l, 2)
""",
    ),
    "namedtuple_alias_cell": (
        r"""
P = collections.namedtuple('P', 'l')
""",
        r"""
l = []
p = P(l)
a = await put(p.l, 1)
b = await put(l, 2)
""",
    ),
    "typing_namedtuple": (
        r"""
import typing
class P(typing.NamedTuple):
    l: list
l = []
""",
        r"""
p = P(l)
a = await put(p.l, 1)
b = await put(l, 2)
""",
    ),
    "super_effect": (
        r"""
class A:
    async def go(self):
        await asyncio.sleep(0)
        SHARED.append(1)
class B(A):
    async def go(self): await super().go()
o = B()
""",
        r"""
a = await o.go()
b = await o.go()
""",
    ),
    "super_cell": (
        "",
        r"""
log = []
class A:
    async def go(self):
        await asyncio.sleep(0)
        log.append(1)
class B(A):
    async def go(self): await super().go()
o = B()
a = await o.go()
b = await o.go()
""",
    ),
    "mixin_mro": (
        r"""
class M:
    async def go(self):
        await asyncio.sleep(0)
        self.n += 1
class A(M):
    def __init__(self): self.n = 0
o = A()
""",
        r"""
a = await o.go()
b = await o.go()
""",
    ),
    "walrus_shared": (
        r"""
state = {}
async def g(k):
    if (v := state.get(k)) is None:
        state[k] = v = await wait(k)
    return v
""",
        r"""
a = await g(1)
b = await g(1)
""",
    ),
    "copy_shallow_alias": (
        r"""
import copy
d = {'l': []}
e = copy.copy(d)
""",
        r"""
f = copy.copy(d)
a = await put(f['l'], 1)
b = await put(d['l'], 2)
""",
    ),
    "list_copy_alias": (
        r"""
d = [[]]
""",
        r"""
e = list(d)
a = await put(e[0], 1)
b = await put(d[0], 2)
""",
    ),
    "dict_copy_alias": (
        r"""
d = {'a': []}
""",
        r"""
e = dict(d)
a = await put(e['a'], 1)
b = await put(d['a'], 2)
""",
    ),
    "slice_alias": (
        r"""
d = [[], []]
""",
        r"""
e = d[:1]
a = await put(e[0], 1)
b = await put(d[0], 2)
""",
    ),
    "zip_alias": (
        r"""
d = [[]]
""",
        r"""
for x, y in zip(d, [1]): pass
a = await put(x, 1)
b = await put(d[0], 2)
""",
    ),
    "items_alias": (
        r"""
d = {'a': []}
""",
        r"""
for k, v in d.items(): pass
a = await put(v, 1)
b = await put(d['a'], 2)
""",
    ),
    "max_alias": (
        r"""
d = [[1], [2]]
""",
        r"""
x = max(d)
a = await put(x, 1)
b = await put(d[1], 2)
""",
    ),
    "sorted_alias": (
        r"""
d = [[1], [2]]
""",
        r"""
x = sorted(d)[0]
a = await put(x, 1)
b = await put(d[0], 2)
""",
    ),
    "reversed_alias": (
        r"""
d = [[1], [2]]
""",
        r"""
x = list(reversed(d))
a = await put(x[0], 1)
b = await put(d[1], 2)
""",
    ),
    "pop_alias": (
        r"""
d = [[1], [2]]
k = d[1]
""",
        r"""
x = d.pop()
a = await put(x, 1)
b = await put(k, 2)
""",
    ),
    "chain_alias": (
        r"""
d = [[1]]
""",
        r"""
x = list(itertools.chain(d, d))
a = await put(x[0], 1)
b = await put(d[0], 2)
""",
    ),
    "next_alias": (
        r"""
d = [[1]]
""",
        r"""
x = next(iter(d))
a = await put(x, 1)
b = await put(d[0], 2)
""",
    ),
    "get_alias": (
        r"""
d = {'a': []}
""",
        r"""
x = d.get('a')
a = await put(x, 1)
b = await put(d['a'], 2)
""",
    ),
    "or_alias": (
        r"""
l = []
""",
        r"""
x = l or [1]
a = await put(x, 1)
b = await put(l, 2)
""",
    ),
    "ternary_alias": (
        r"""
l = []
""",
        r"""
x = l if time else [1]
a = await put(x, 1)
b = await put(l, 2)
""",
    ),
    "add_alias": (
        r"""
l = [[]]
""",
        r"""
x = l + [1]
a = await put(x[0], 1)
b = await put(l[0], 2)
""",
    ),
    "mul_alias": (
        "",
        r"""
x = [[]] * 3
a = await put(x[0], 1)
b = await put(x[1], 2)
""",
    ),
    "fromkeys_alias": (
        "",
        r"""
x = dict.fromkeys('ab', [])
a = await put(x['a'], 1)
b = await put(x['b'], 2)
""",
    ),
    "deque_alias": (
        r"""
l = []
d = collections.deque([l])
""",
        r"""
a = await put(d[0], 1)
b = await put(l, 2)
""",
    ),
    "gather_result_alias": (
        r"""
async def ident(x): return x
l = []
""",
        r"""
x, y = await asyncio.gather(ident(l), ident(l))
a = await put(x, 1)
b = await put(y, 2)
""",
    ),
    "lambda_default_alias": (
        r"""
l = []
f = lambda x, t=l: put(t, x)
""",
        r"""
a = await f(1)
b = await f(2)
""",
    ),
    "closure_of_cell": (
        "",
        r"""
def make():
    l = []
    async def add(x):
        await asyncio.sleep(0)
        l.append(x)
    return add
add = make()
other = add
a = await add(1)
b = await other(2)
""",
    ),
    "numpy_reshape_view": (
        r"""
import numpy as np
arr = np.arange(4)
""",
        r"""
v = arr.reshape(2, 2)
async def w(m):
    await asyncio.sleep(0)
    m[0] = 1
a = await w(v)
b = await w(arr)
""",
    ),
    "numpy_asarray_view": (
        r"""
import numpy as np
arr = np.arange(4)
""",
        r"""
v = np.asarray(arr)
async def w(m):
    await asyncio.sleep(0)
    m[0] = 1
a = await w(v)
b = await w(arr)
""",
    ),
    "numpy_T": (
        r"""
import numpy as np
arr = np.arange(4)
""",
        r"""
v = arr.T
async def w(m):
    await asyncio.sleep(0)
    m[0] = 1
a = await w(v)
b = await w(arr)
""",
    ),
    "pandas_values": (
        r"""
import pandas as pd
df = pd.DataFrame({'a': [1]})
""",
        r"""
v = df.values
async def w(m):
    await asyncio.sleep(0)
    m[0] = 1
async def r():
    await asyncio.sleep(0)
    return df['a'].sum()
a = await w(v)
b = await r()
""",
    ),
    "pandas_to_numpy": (
        r"""
import pandas as pd
df = pd.DataFrame({'a': [1]})
""",
        r"""
v = df.to_numpy()
async def w(m):
    await asyncio.sleep(0)
    m[0] = 1
async def r():
    await asyncio.sleep(0)
    return df['a'].sum()
a = await w(v)
b = await r()
""",
    ),
    "frame_attr_set": (
        r"""
import pandas as pd
df = pd.DataFrame({'a': [1]})
""",
        r"""
async def w(m):
    await asyncio.sleep(0)
    df.columns = [m]
a = await w('x')
b = await w('y')
""",
    ),
    "warnings_catch": (
        r"""
import warnings
async def g():
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        await asyncio.sleep(0)
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "locale": (
        r"""
import locale
async def g(x):
    locale.setlocale(locale.LC_ALL, x)
    await asyncio.sleep(0)
""",
        r"""
a = await g('C')
b = await g('C')
""",
    ),
    "threadlocal": (
        r"""
import threading
tl = threading.local()
async def g(x):
    tl.x = x
    await asyncio.sleep(0)
    return tl.x
""",
        r"""
a = await g(1)
b = await g(2)
""",
    ),
    "sys_path": (
        r"""
import sys
async def g(x):
    sys.path.append(x)
    await asyncio.sleep(0)
    return len(sys.path)
""",
        r"""
a = await g('1')
b = await g('2')
""",
    ),
    "import_in_callee_effect": (
        r"""
async def g(x):
    import unheard_of
    unheard_of.go()
    await asyncio.sleep(0)
""",
        r"""
a = await g('1')
b = await g('2')
""",
    ),
    "live_task": (
        "",
        r"""
t = SOME
a = await t
b = await t
""",
    ),
    "user_str_subclass": (
        r"""
class S(str):
    def upper(self):
        SHARED.append(1)
        return 'x'
s = S('a')
async def g():
    await asyncio.sleep(0)
    return s.upper()
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "int_subclass_add": (
        r"""
class I(int):
    def __add__(self, o):
        SHARED.append(1)
        return 1
i = I(3)
async def g():
    await asyncio.sleep(0)
    return i + 1
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "index_hook": (
        r"""
class I:
    def __index__(self):
        SHARED.append(1)
        return 0
i = I()
l = [1]
async def g():
    await asyncio.sleep(0)
    return l[i]
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "del_hook": (
        r"""
class I:
    def __del__(self): SHARED.append(1)
async def g():
    x = I()
    await asyncio.sleep(0)
    del x
    return len(SHARED)
""",
        r"""
a = await g()
b = await g()
""",
    ),
    "isinstance_hook": (
        r"""
class M(type):
    def __instancecheck__(cls, o):
        SHARED.append(1)
        return True
class C(metaclass=M): pass
async def g():
    await asyncio.sleep(0)
    return isinstance(1, C)
""",
        r"""
a = await g()
b = await g()
""",
    ),
}


@pytest.mark.parametrize(("setup", "cell"), CASES.values(), ids=CASES.keys())
def test_operations_that_depend_on_each_other_keep_their_order(setup: str, cell: str) -> None:
    assert order(cell, setup) != set()
