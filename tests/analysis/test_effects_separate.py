"""Operations that are independent although wrappers, libraries and containers stand between: none may be held back."""

import pytest

from tests.analysis.inference import order

CASES = {
    "route_in_the_cell": (
        r"""
from fastapi import FastAPI
app = FastAPI()
""",
        r"""
@app.get('/x')
async def h(i):
    return await wait(i)
a = await h(1)
b = await h(2)
""",
    ),
    "route_of_a_router": (
        r"""
from fastapi import APIRouter, Depends
router = APIRouter()
async def one(): return 1
@router.get('/x', response_model=None)
async def h(i: int, d: int = Depends(one)):
    return await wait(i)
""",
        r"""
a = await h(1)
b = await h(2)
""",
    ),
    "partialmethod": (
        r"""
class C:
    async def _get(self,k,x):
        await asyncio.sleep(0)
        return k+x
    one=functools.partialmethod(_get,1)
c=C()
""",
        r"""
a=await c.one(1)
b=await c.one(2)
""",
    ),
    "singledispatch": (
        r"""
@functools.singledispatch
def show(x): return str(x)
@show.register
def _(x: int): return x+1
async def go(x):
    await asyncio.sleep(0)
    return show(x)
""",
        r"""
a=await go(1)
b=await go('2')
""",
    ),
    "asynccm": (
        r"""
import contextlib
@contextlib.asynccontextmanager
async def scope():
    l=[]
    yield l
    l.clear()
async def go(x):
    async with scope() as s:
        s.append(x)
        await asyncio.sleep(0)
        return len(s)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "cm": (
        r"""
import contextlib
@contextlib.contextmanager
def scope(x):
    try:
        yield x
    finally:
        pass
async def go(x):
    with scope(x) as s:
        await asyncio.sleep(0)
        return s
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "deco_pure": (
        r"""
def twice(fn):
    @functools.wraps(fn)
    async def inner(*a,**k):
        return (await fn(*a,**k))*2
    return inner
@twice
async def k(x):
    await asyncio.sleep(0)
    return x
""",
        r"""
a=await k(1)
b=await k(2)
""",
    ),
    "deco_param": (
        r"""
def times(n):
    def wrap(fn):
        async def inner(*a): return (await fn(*a))*n
        return inner
    return wrap
@times(3)
async def k(x):
    await asyncio.sleep(0)
    return x
""",
        r"""
a=await k(1)
b=await k(2)
""",
    ),
    "deco_in_cell": (
        r"""

""",
        r"""
def times(n):
    def wrap(fn):
        async def inner(*a): return (await fn(*a))*n
        return inner
    return wrap
@times(3)
async def k(x):
    await asyncio.sleep(0)
    return x
a=await k(1)
b=await k(2)
""",
    ),
    "deco_stack": (
        r"""
def a1(fn):
    @functools.wraps(fn)
    async def inner(*a): return await fn(*a)
    return inner
def b1(fn):
    @functools.wraps(fn)
    async def inner(*a): return [await fn(*a)]
    return inner
@a1
@b1
async def k(x):
    await asyncio.sleep(0)
    return x
""",
        r"""
a=await k(1)
b=await k(2)
""",
    ),
    "deco_class": (
        r"""
class retry:
    def __init__(self,n): self.n=n
    def __call__(self,fn):
        async def inner(*a):
            for i in range(self.n):
                try: return await fn(*a)
                except ValueError: pass
        return inner
@retry(3)
async def k(x):
    await asyncio.sleep(0)
    return x
""",
        r"""
a=await k(1)
b=await k(2)
""",
    ),
    "registering_deco": (
        r"""
ROUTES={}
def route(p):
    def wrap(fn):
        ROUTES[p]=fn
        return fn
    return wrap
@route('/a')
async def h(x):
    await asyncio.sleep(0)
    return x
""",
        r"""
a=await h(1)
b=await h(2)
""",
    ),
    "suppress": (
        r"""
import contextlib
async def go(x):
    with contextlib.suppress(ValueError):
        await asyncio.sleep(0)
        return x
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "nullcontext": (
        r"""
import contextlib
async def go(x):
    with contextlib.nullcontext(x) as y:
        await asyncio.sleep(0)
        return y
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "timeout": (
        r"""
async def go(x):
    async with asyncio.timeout(3):
        await asyncio.sleep(0)
        return x
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "kwargs": (
        r"""
async def go(**kw):
    await asyncio.sleep(0)
    kw['x']=2
    return kw
""",
        r"""
a=await go(x=1)
b=await go(x=1)
""",
    ),
    "two_lists": (
        r"""

""",
        r"""
l=[]
m=[]
a=await put(l,1)
b=await put(m,2)
""",
    ),
    "two_in_dict": (
        r"""
D={'a':[],'b':[]}
""",
        r"""
a=await put(D['a'],1)
b=await put(D['b'],2)
""",
    ),
    "dataclass_factory": (
        r"""
from dataclasses import dataclass, field
@dataclass
class D:
    items: list = field(default_factory=list)
""",
        r"""
d=D()
e=D()
a=await put(d.items,1)
b=await put(e.items,2)
""",
    ),
    "dataclass_frozen": (
        r"""
from dataclasses import dataclass, replace
@dataclass(frozen=True,slots=True)
class P:
    x:int
    y:int=0
async def go(x):
    await asyncio.sleep(0)
    return replace(P(x),y=2)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "enum": (
        r"""
import enum
class E(enum.Enum):
    A=1
    B=2
async def go(e):
    await asyncio.sleep(0)
    return e.value, e.name, e is E.A
""",
        r"""
a=await go(E.A)
b=await go(E.B)
""",
    ),
    "typeddict": (
        r"""
from typing import TypedDict
class T(TypedDict):
    x:int
async def go(x):
    await asyncio.sleep(0)
    return T(x=x)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "abc": (
        r"""
import abc
class B(abc.ABC):
    @abc.abstractmethod
    async def get(self,x): ...
class C(B):
    async def get(self,x):
        await asyncio.sleep(0)
        return x
c=C()
""",
        r"""
a=await c.get(1)
b=await c.get(2)
""",
    ),
    "protocol": (
        r"""
from typing import Protocol
class B(Protocol):
    async def get(self,x): ...
class C(B):
    async def get(self,x):
        await asyncio.sleep(0)
        return x
c=C()
""",
        r"""
a=await c.get(1)
b=await c.get(2)
""",
    ),
    "generic": (
        r"""
from typing import Generic, TypeVar
T=TypeVar('T')
class C(Generic[T]):
    async def get(self,x):
        await asyncio.sleep(0)
        return x
c=C[int]()
async def mk(x):
    return await C[int]().get(x)
""",
        r"""
a=await c.get(1)
b=await mk(2)
""",
    ),
    "property": (
        r"""
class C:
    def __init__(self): self._u='x'
    @property
    def url(self): return self._u
    async def get(self,x):
        await asyncio.sleep(0)
        return self.url+str(x)
c=C()
""",
        r"""
a=await c.get(1)
b=await c.get(2)
""",
    ),
    "mixin_super": (
        r"""
class B:
    async def get(self,x):
        await asyncio.sleep(0)
        return x
class L(B):
    async def get(self,x): return await super().get(x)
class C(L): pass
c=C()
""",
        r"""
a=await c.get(1)
b=await c.get(2)
""",
    ),
    "callable_obj": (
        r"""
class F:
    def __init__(self,b): self.b=b
    async def __call__(self,x):
        await asyncio.sleep(0)
        return self.b+x
f=F(1)
""",
        r"""
a=await f(1)
b=await f(2)
""",
    ),
    "lambda_dict": (
        r"""
ops={'a':lambda x: wait(x),'b':lambda x: wait(x+1)}
""",
        r"""
a=await ops['a'](1)
b=await ops['b'](2)
""",
    ),
    "method_in_dict": (
        r"""
class C:
    async def get(self,x):
        await asyncio.sleep(0)
        return x
c=C()
ops={'a':c.get}
""",
        r"""
a=await ops['a'](1)
b=await ops['a'](2)
""",
    ),
    "try_retry": (
        r"""
async def go(x):
    for i in range(3):
        try:
            return await wait(x)
        except (ValueError,TimeoutError) as e:
            if i==2: raise RuntimeError('no') from e
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "agen": (
        r"""
async def gen(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i
async def go(n):
    return [i async for i in gen(n)]
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "gen": (
        r"""
def gen(n):
    for i in range(n): yield i*2
async def go(n):
    await asyncio.sleep(0)
    return sum(gen(n))
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "yieldfrom": (
        r"""
def gen(n):
    yield from range(n)
    return 1
async def go(n):
    await asyncio.sleep(0)
    return list(gen(n))
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "counter": (
        r"""
async def go(x):
    await asyncio.sleep(0)
    c=collections.Counter(x)
    c.update('a')
    return c.most_common(1)
""",
        r"""
a=await go('ab')
b=await go('cd')
""",
    ),
    "defaultdict": (
        r"""
async def go(x):
    d=collections.defaultdict(list)
    for i in x: d[i].append(1)
    await asyncio.sleep(0)
    return dict(d)
""",
        r"""
a=await go('ab')
b=await go('cd')
""",
    ),
    "ordered": (
        r"""
async def go(x):
    d=collections.OrderedDict()
    d['a']=x
    d.move_to_end('a')
    await asyncio.sleep(0)
    return d
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "heap_local": (
        r"""
import heapq
async def go(x):
    h=[]
    for i in x: heapq.heappush(h,i)
    await asyncio.sleep(0)
    return heapq.heappop(h)
""",
        r"""
a=await go([1])
b=await go([2])
""",
    ),
    "datetime": (
        r"""
async def go(x):
    await asyncio.sleep(0)
    return (datetime.datetime(2020,1,x)+datetime.timedelta(days=1)).isoformat()
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "decimal": (
        r"""
import decimal
async def go(x):
    await asyncio.sleep(0)
    return decimal.Decimal(x)*2+1
""",
        r"""
a=await go('1')
b=await go('2')
""",
    ),
    "pathlib": (
        r"""
import pathlib
async def go(x):
    await asyncio.sleep(0)
    return str(pathlib.Path('/a')/x), pathlib.Path(x).suffix
""",
        r"""
a=await go('1')
b=await go('2')
""",
    ),
    "read_files": (
        r"""
import pathlib
async def go(x):
    return await asyncio.to_thread(pathlib.Path(x).read_text)
""",
        r"""
a=await go('/a')
b=await go('/b')
""",
    ),
    "open_read": (
        r"""
def load(x):
    with open(x) as f: return f.read()
async def go(x): return await asyncio.to_thread(load,x)
""",
        r"""
a=await go('/a')
b=await go('/b')
""",
    ),
    "json_load": (
        r"""
def load(x):
    with open(x) as f: return json.load(f)
async def go(x): return await asyncio.to_thread(load,x)
""",
        r"""
a=await go('/a')
b=await go('/b')
""",
    ),
    "csv": (
        r"""
import csv, io
async def go(x):
    await asyncio.sleep(0)
    return list(csv.DictReader(io.StringIO(x)))
""",
        r"""
a=await go('a,b')
b=await go('c')
""",
    ),
    "uuid": (
        r"""
import uuid
async def go(x):
    await asyncio.sleep(0)
    return str(uuid.uuid5(uuid.NAMESPACE_DNS,x))
""",
        r"""
a=await go('a')
b=await go('c')
""",
    ),
    "hashlib": (
        r"""
import hashlib
async def go(x):
    await asyncio.sleep(0)
    h=hashlib.sha256()
    h.update(x)
    return h.hexdigest()
""",
        r"""
a=await go(b'a')
b=await go(b'c')
""",
    ),
    "operator": (
        r"""
import operator
async def go(x):
    await asyncio.sleep(0)
    return sorted(x,key=operator.itemgetter('k'))
""",
        r"""
a=await go([{'k':1}])
b=await go([{'k':2}])
""",
    ),
    "match": (
        r"""
async def go(x):
    await asyncio.sleep(0)
    match x:
        case {'k':v}: return v
        case [p,*q]: return p
        case int(): return x
        case _: return None
""",
        r"""
a=await go({'k':1})
b=await go([1])
""",
    ),
    "walrus": (
        r"""
async def go(x):
    if (n:=len(x))>1: return n
    await asyncio.sleep(0)
""",
        r"""
a=await go([1])
b=await go([1,2])
""",
    ),
    "nested_fn": (
        r"""
async def go(x):
    total=0
    def add(y):
        nonlocal total
        total+=y
    for i in range(x): add(i)
    await asyncio.sleep(0)
    return total
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "local_class": (
        r"""
async def go(x):
    class P:
        def __init__(self,v): self.v=v
    await asyncio.sleep(0)
    return P(x).v
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "const_global": (
        r"""
BASE={'u':'x'}
async def go(x):
    await asyncio.sleep(0)
    return {**BASE,'x':x}
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "regex": (
        r"""
RX=re.compile('a')
async def go(x):
    await asyncio.sleep(0)
    return [m.group(0) for m in RX.finditer(x)]
""",
        r"""
a=await go('a')
b=await go('b')
""",
    ),
    "taskgroup": (
        r"""
async def go(n):
    async with asyncio.TaskGroup() as tg:
        ts=[tg.create_task(wait(i)) for i in range(n)]
    return [t.result() for t in ts]
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "gather_local": (
        r"""
async def go(n): return await asyncio.gather(*[wait(i) for i in range(n)],return_exceptions=True)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "sem_local": (
        r"""
async def go(n):
    s=asyncio.Semaphore(2)
    async def one(i):
        async with s: return await wait(i)
    return await asyncio.gather(*(one(i) for i in range(n)))
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "queue_local": (
        r"""
async def go(n):
    q=asyncio.Queue()
    await q.put(n)
    return await q.get()
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "bytesio": (
        r"""
import io
async def go(x):
    b=io.BytesIO()
    b.write(x)
    await asyncio.sleep(0)
    return b.getvalue()
""",
        r"""
a=await go(b'1')
b=await go(b'2')
""",
    ),
    "zip_local": (
        r"""
async def go(x):
    await asyncio.sleep(0)
    return {k:v for k,v in zip(x,range(3))}, list(enumerate(x)), [*reversed(x)]
""",
        r"""
a=await go([1])
b=await go([2])
""",
    ),
    "simplens_local": (
        r"""
import types
async def go(x):
    n=types.SimpleNamespace(v=x)
    n.v+=1
    await asyncio.sleep(0)
    return n
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "textwrap": (
        r"""
import textwrap
async def go(x):
    await asyncio.sleep(0)
    return textwrap.dedent(x), x.encode().hex(), x.split()
""",
        r"""
a=await go('1')
b=await go('2')
""",
    ),
    "slots": (
        r"""
class C:
    __slots__=('n',)
    def __init__(self,n): self.n=n
    def __add__(self,o): return C(self.n+o.n)
async def go(x):
    await asyncio.sleep(0)
    return (C(x)+C(1)).n
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "total_ordering": (
        r"""
@functools.total_ordering
class V:
    def __init__(self,n): self.n=n
    def __eq__(self,o): return self.n==o.n
    def __lt__(self,o): return self.n<o.n
async def go(x):
    await asyncio.sleep(0)
    return max(V(x),V(2)).n, V(1)>=V(2)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "cached_prop_own": (
        r"""
class C:
    def __init__(self,n): self.n=n
    @functools.cached_property
    def sq(self): return self.n**2
async def go(x):
    await asyncio.sleep(0)
    return C(x).sq
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "iter_class": (
        r"""
class R:
    def __init__(self,n): self.n=n
    def __iter__(self):
        for i in range(self.n): yield i
    def __len__(self): return self.n
async def go(x):
    await asyncio.sleep(0)
    return [*R(x)], len(R(x))
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "aiter_class": (
        r"""
class R:
    def __init__(self,n): self.n=n
    def __aiter__(self): return self
    async def __anext__(self):
        if self.n<=0: raise StopAsyncIteration
        self.n-=1
        await asyncio.sleep(0)
        return self.n
async def go(x): return [i async for i in R(x)]
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "ctx_class": (
        r"""
class S:
    async def __aenter__(self): return self
    async def __aexit__(self,*e): return None
    async def get(self,x):
        await asyncio.sleep(0)
        return x
async def go(x):
    async with S() as s: return await s.get(x)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "await_class": (
        r"""
class A:
    def __init__(self,x): self.x=x
    def __await__(self):
        yield from asyncio.sleep(0).__await__()
        return self.x
async def go(x): return await A(x)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "init_subclass": (
        r"""
class B:
    kinds={}
    def __init_subclass__(cls): B.kinds[cls.__name__]=cls
class C(B):
    async def get(self,x):
        await asyncio.sleep(0)
        return x
c=C()
""",
        r"""
a=await c.get(1)
b=await c.get(2)
""",
    ),
    "metaclass": (
        r"""
class M(type): pass
class C(metaclass=M):
    async def get(self,x):
        await asyncio.sleep(0)
        return x
c=C()
""",
        r"""
a=await c.get(1)
b=await c.get(2)
""",
    ),
    "itertools": (
        r"""
async def go(x):
    await asyncio.sleep(0)
    return list(itertools.chain(x,[1])), dict(itertools.groupby(x))
""",
        r"""
a=await go([1])
b=await go([2])
""",
    ),
    "reduce": (
        r"""
async def go(x):
    await asyncio.sleep(0)
    return functools.reduce(lambda p,q:p+q,x,0)
""",
        r"""
a=await go([1])
b=await go([2])
""",
    ),
    "getattr_const": (
        r"""
class C:
    x=1
c=C()
async def go(n):
    await asyncio.sleep(0)
    return getattr(c,'x',None), hasattr(c,'y')
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "isinstance": (
        r"""
async def go(x):
    await asyncio.sleep(0)
    return isinstance(x,(int,str)), type(x).__name__, callable(x)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "str_format": (
        r"""
async def go(x):
    await asyncio.sleep(0)
    return '{:>5} {x}'.format(x,x=1)+'%s'%x+f'{x!r:>{5}}'
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "environ_read": (
        r"""
async def go(x):
    await asyncio.sleep(0)
    return os.environ.get('HOME'), os.getenv('X')
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "urllib_parse": (
        r"""
from urllib.parse import urlencode, urljoin
async def go(x):
    await asyncio.sleep(0)
    return urljoin('http://x/',x)+urlencode({'a':x})
""",
        r"""
a=await go('1')
b=await go('2')
""",
    ),
    "set_ops": (
        r"""
async def go(x):
    await asyncio.sleep(0)
    return set(x)|{1}, frozenset(x)&{2}, x<={3}
""",
        r"""
a=await go({1})
b=await go({2})
""",
    ),
    "numpy": (
        r"""
import numpy as np
async def go(x):
    await asyncio.sleep(0)
    a=np.arange(x)
    a[0]=1
    return a.sum(), np.mean(a*2)
""",
        r"""
a=await go(3)
b=await go(4)
""",
    ),
    "weakref": (
        r"""
import weakref
class C: pass
c=C()
w=weakref.ref(c)
async def go():
    await asyncio.sleep(0)
    return w() is None
""",
        r"""
a=await go()
b=await go()
""",
    ),
    "statistics": (
        r"""
import statistics
async def go(x):
    await asyncio.sleep(0)
    return statistics.mean(x)
""",
        r"""
a=await go([1])
b=await go([2])
""",
    ),
    "copy": (
        r"""
import copy
async def go(x):
    await asyncio.sleep(0)
    y=copy.deepcopy(x)
    y.append(1)
    return y
""",
        r"""
l=[]
a=await go(l)
b=await go(l)
""",
    ),
    "dict_sub": (
        r"""
class M(dict):
    def plus(self): return len(self)+1
async def go(x):
    m=M(a=x)
    m['b']=1
    await asyncio.sleep(0)
    return m.plus()
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "exc_class": (
        r"""
class E(Exception):
    def __init__(self,c): super().__init__(c); self.c=c
async def go(x):
    await asyncio.sleep(0)
    try:
        raise E(x)
    except E as e: return e.c
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "inspect_sig": (
        r"""
import inspect
async def go(x):
    await asyncio.sleep(0)
    return inspect.iscoroutinefunction(go)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "string_tmpl": (
        r"""
import string
async def go(x):
    await asyncio.sleep(0)
    return string.Template('$a').substitute(a=x)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "base64": (
        r"""
import base64,zlib,struct
async def go(x):
    await asyncio.sleep(0)
    return base64.b64encode(zlib.compress(x)), struct.pack('<i',1)
""",
        r"""
a=await go(b'1')
b=await go(b'2')
""",
    ),
}


@pytest.mark.parametrize(("setup", "cell"), CASES.values(), ids=CASES.keys())
def test_nothing_keeps_independent_operations_in_order(setup: str, cell: str) -> None:
    assert order(cell, setup) == set()
