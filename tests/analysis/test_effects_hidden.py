"""Operations that depend on each other behind containers, wrappers, hooks and libraries: each must be seen."""

import pytest

from tests.analysis.inference import order

CASES = {
    "event_hook_of_a_client": (
        r"""
import httpx
SEEN = []
async def note(response): SEEN.append(response)
client = httpx.AsyncClient(event_hooks={'response': [note]})
""",
        r"""
a = await client.get('/1')
b = await client.get('/2')
""",
    ),
    "event_hook_of_a_client_of_the_cell": (
        r"""
import httpx
SEEN = []
async def note(response): SEEN.append(response)
""",
        r"""
client = httpx.AsyncClient(event_hooks={'response': [note]})
a = await client.get('/1')
b = await client.get('/2')
""",
    ),
    "route_in_the_cell": (
        r"""
from fastapi import FastAPI
app = FastAPI()
SEEN = []
""",
        r"""
@app.get('/x')
async def h(i: int):
    await asyncio.sleep(0)
    SEEN.append(i)
a = await h(1)
b = await h(2)
""",
    ),
    "partialmethod": (
        r"""
class C:
    def __init__(self): self.n=0
    async def _add(self, k):
        v=self.n
        await asyncio.sleep(0)
        self.n=v+k
    inc=functools.partialmethod(_add, 1)
c=C()
""",
        r"""
a=await c.inc()
b=await c.inc()
""",
    ),
    "singledispatch": (
        r"""
LOG=[]
@functools.singledispatch
def show(x): pass
@show.register
def _(x: int): LOG.append(x)
async def go(x):
    await asyncio.sleep(0)
    show(x)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "singledispatchmethod": (
        r"""
class C:
    def __init__(self): self.l=[]
    @functools.singledispatchmethod
    def add(self,x): self.l.append(x)
c=C()
async def go(x):
    await asyncio.sleep(0)
    c.add(x)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "asynccm": (
        r"""
import contextlib
N=[0]
@contextlib.asynccontextmanager
async def scope():
    N[0]+=1
    yield
    N[0]-=1
async def go(x):
    async with scope():
        await asyncio.sleep(0)
    return N[0]
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "deco_class": (
        r"""
class counted:
    def __init__(self, fn): self.fn=fn; self.calls=0
    async def __call__(self,*a):
        self.calls+=1
        await asyncio.sleep(0)
        return self.calls
@counted
async def k(x): return x
""",
        r"""
a=await k(1)
b=await k(2)
""",
    ),
    "deco_param": (
        r"""
LOG=[]
def logged(to):
    def wrap(fn):
        @functools.wraps(fn)
        async def inner(*a, **k):
            r=await fn(*a,**k)
            to.append(r)
            return r
        return inner
    return wrap
@logged(LOG)
async def k(x):
    await asyncio.sleep(0)
    return x
""",
        r"""
a=await k(1)
b=await k(2)
""",
    ),
    "kwargs_alias": (
        r"""
async def go(**kw):
    await asyncio.sleep(0)
    kw['target'].append(1)
""",
        r"""
l=[]
a=await go(target=l)
b=await go(target=l)
""",
    ),
    "args_alias": (
        r"""
async def go(*a):
    await asyncio.sleep(0)
    a[0].append(1)
""",
        r"""
l=[]
a=await go(l)
b=await go(l)
""",
    ),
    "star_call": (
        r"""

""",
        r"""
l=[]
args=(l,1)
a=await put(*args)
b=await put(*args)
""",
    ),
    "dstar_call": (
        r"""

""",
        r"""
l=[]
kw={'target':l,'x':1}
a=await put(**kw)
b=await put(**kw)
""",
    ),
    "lambda_in_dict": (
        r"""
S=[]
ops={'a': lambda: put(S,1), 'b': lambda: put(S,2)}
""",
        r"""
a=await ops['a']()
b=await ops['b']()
""",
    ),
    "namedtuple_alias": (
        r"""
P=collections.namedtuple('P','items n')
""",
        r"""
l=[]
p=P(l,1)
a=await put(l,1)
b=await put(p.items,2)
""",
    ),
    "dataclass_alias": (
        r"""
from dataclasses import dataclass, field
@dataclass
class D:
    items: list
""",
        r"""
l=[]
d=D(l)
a=await put(l,1)
b=await put(d.items,2)
""",
    ),
    "dataclass_factory_shared": (
        r"""
from dataclasses import dataclass, field
S=[]
@dataclass
class D:
    items: list = field(default_factory=lambda: S)
""",
        r"""
d=D()
e=D()
a=await put(d.items,1)
b=await put(e.items,2)
""",
    ),
    "closure_counter": (
        r"""
def make():
    n=0
    async def inc():
        nonlocal n
        v=n
        await asyncio.sleep(0)
        n=v+1
        return n
    return inc
inc=make()
""",
        r"""
a=await inc()
b=await inc()
""",
    ),
    "class_attr": (
        r"""
class C:
    total=0
    async def add(self):
        v=C.total
        await asyncio.sleep(0)
        C.total=v+1
""",
        r"""
a=await C().add()
b=await C().add()
""",
    ),
    "type_self_attr": (
        r"""
class C:
    total=0
    async def add(self):
        v=self.total
        await asyncio.sleep(0)
        type(self).total=v+1
""",
        r"""
a=await C().add()
b=await C().add()
""",
    ),
    "mixin_super": (
        r"""
class Log:
    seen=[]
    async def get(self,x):
        await asyncio.sleep(0)
        self.seen.append(x)
        return x
class A(Log):
    async def get(self,x): return await super().get(x)
""",
        r"""
a=await A().get(1)
b=await A().get(2)
""",
    ),
    "descriptor": (
        r"""
class Desc:
    def __init__(self): self.n=0
    def __get__(self,o,t=None):
        self.n+=1
        return self.n
class C:
    x=Desc()
c=C()
async def go():
    await asyncio.sleep(0)
    return c.x
""",
        r"""
a=await go()
b=await go()
""",
    ),
    "setter": (
        r"""
class C:
    def __init__(self): self._v=0
    @property
    def v(self): return self._v
    @v.setter
    def v(self,x): self._v=x
c=C()
async def go(x):
    await asyncio.sleep(0)
    c.v=x
async def rd():
    await asyncio.sleep(0)
    return c.v
""",
        r"""
await go(1)
b=await rd()
""",
    ),
    "getattr_hook": (
        r"""
class C:
    def __init__(self): self.__dict__['log']=[]
    def __getattr__(self,n):
        self.log.append(n)
        return 1
c=C()
async def go():
    await asyncio.sleep(0)
    return c.foo
""",
        r"""
a=await go()
b=await go()
""",
    ),
    "eq_hook": (
        r"""
class K:
    n=0
    def __eq__(self,o):
        K.n+=1
        return True
    def __hash__(self): return 1
k=K()
async def go():
    await asyncio.sleep(0)
    return k in [K()]
""",
        r"""
a=await go()
b=await go()
""",
    ),
    "hash_hook": (
        r"""
class K:
    n=0
    def __hash__(self):
        K.n+=1
        return 1
k=K()
async def go():
    await asyncio.sleep(0)
    return {k:1}
""",
        r"""
a=await go()
b=await go()
""",
    ),
    "format_hook": (
        r"""
class K:
    n=0
    def __format__(self,s):
        K.n+=1
        return str(K.n)
k=K()
async def go():
    await asyncio.sleep(0)
    return f'{k}'
""",
        r"""
a=await go()
b=await go()
""",
    ),
    "contains_hook": (
        r"""
class K:
    def __init__(self): self.seen=[]
    def __contains__(self,x):
        self.seen.append(x)
        return False
k=K()
async def go(x):
    await asyncio.sleep(0)
    return x in k
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "iter_gen_shared": (
        r"""
def gen():
    i=0
    while True:
        yield i
        i+=1
g=gen()
async def go():
    await asyncio.sleep(0)
    return next(g)
""",
        r"""
a=await go()
b=await go()
""",
    ),
    "agen_shared": (
        r"""
async def gen():
    i=0
    while True:
        await asyncio.sleep(0)
        yield i
        i+=1
g=gen()
async def go():
    return await anext(g)
""",
        r"""
a=await go()
b=await go()
""",
    ),
    "module_attr": (
        r"""
import types
conf=types.ModuleType('conf'); conf.n=0
async def inc():
    v=conf.n
    await asyncio.sleep(0)
    conf.n=v+1
""",
        r"""
a=await inc()
b=await inc()
""",
    ),
    "func_attr": (
        r"""
async def inc():
    inc.n=getattr(inc,'n',0)+1
    await asyncio.sleep(0)
    return inc.n
""",
        r"""
a=await inc()
b=await inc()
""",
    ),
    "environ": (
        r"""
async def setit(v):
    await asyncio.sleep(0)
    os.environ['X_']=v
async def readit():
    await asyncio.sleep(0)
    return os.getenv('X_')
""",
        r"""
await setit('1')
b=await readit()
""",
    ),
    "cwd": (
        r"""
async def cd(p):
    await asyncio.sleep(0)
    os.chdir(p)
async def where():
    await asyncio.sleep(0)
    return os.getcwd()
""",
        r"""
await cd('/')
b=await where()
""",
    ),
    "cwd_relative_file": (
        r"""
async def cd(p):
    await asyncio.sleep(0)
    os.chdir(p)
async def load():
    await asyncio.sleep(0)
    return open('x.txt').read()
""",
        r"""
await cd('/')
b=await load()
""",
    ),
    "random_stream": (
        r"""
async def draw():
    await asyncio.sleep(0)
    return random.random()
""",
        r"""
a=await draw()
b=await draw()
""",
    ),
    "seed_then_draw": (
        r"""
async def seed():
    await asyncio.sleep(0)
    random.seed(1)
async def draw():
    await asyncio.sleep(0)
    return random.random()
""",
        r"""
await seed()
b=await draw()
""",
    ),
    "print_order": (
        r"""
async def go(x):
    await asyncio.sleep(0)
    print(x)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "stdout_write": (
        r"""
import sys
async def go(x):
    await asyncio.sleep(0)
    sys.stdout.write(str(x))
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "logging": (
        r"""
import logging
log=logging.getLogger('x')
async def go(x):
    await asyncio.sleep(0)
    log.warning('x')
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "time_around": (
        r"""
async def timed(x):
    t=time.perf_counter()
    await asyncio.sleep(0)
    return time.perf_counter()-t
""",
        r"""
a=await timed(1)
b=await timed(2)
""",
    ),
    "lru": (
        r"""
@functools.lru_cache
def sq(x): return x*x
async def go(x):
    await asyncio.sleep(0)
    return sq(x)
""",
        r"""
a=await go(1)
sq.cache_clear()
b=await go(2)
""",
    ),
    "setdefault": (
        r"""
D={}
async def go(k):
    D.setdefault(k,[]).append(1)
    await asyncio.sleep(0)
""",
        r"""
a=await go('x')
b=await go('x')
""",
    ),
    "dict_value_alias": (
        r"""

""",
        r"""
l=[]
d={}
d['a']=l
a=await put(d['a'],1)
b=await see(l)
""",
    ),
    "list_in_list_alias": (
        r"""

""",
        r"""
l=[]
m=[l,l]
a=await put(m[0],1)
b=await put(m[1],2)
""",
    ),
    "list_mult_alias": (
        r"""

""",
        r"""
m=[[]]*3
a=await put(m[0],1)
b=await put(m[1],2)
""",
    ),
    "zip_alias": (
        r"""

""",
        r"""
l=[]
pairs=list(zip([l],[1]))
a=await put(pairs[0][0],1)
b=await put(l,2)
""",
    ),
    "dict_copy_alias": (
        r"""

""",
        r"""
l=[]
d={'k':l}
e=dict(d)
a=await put(d['k'],1)
b=await put(e['k'],2)
""",
    ),
    "copy_copy_alias": (
        r"""
import copy
""",
        r"""
l=[]
d={'k':l}
e=copy.copy(d)
a=await put(d['k'],1)
b=await put(e['k'],2)
""",
    ),
    "slice_alias": (
        r"""

""",
        r"""
l=[[]]
m=l[:]
a=await put(l[0],1)
b=await put(m[0],2)
""",
    ),
    "unpack_alias": (
        r"""

""",
        r"""
l=[]
x,*y=l,l
a=await put(x,1)
b=await put(y[0],2)
""",
    ),
    "return_alias": (
        r"""
def same(x): return x
""",
        r"""
l=[]
a=await put(same(l),1)
b=await put(l,2)
""",
    ),
    "cond_alias": (
        r"""

""",
        r"""
l=[]
m=[]
x=l if len(l) else m
a=await put(x,1)
b=await put(m,2)
""",
    ),
    "or_alias": (
        r"""

""",
        r"""
l=[]
m=[1]
x=l or m
a=await put(x,1)
b=await put(m,2)
""",
    ),
    "walrus_alias": (
        r"""

""",
        r"""
if (x:=[]) is not None: pass
a=await put(x,1)
b=await put(x,2)
""",
    ),
    "match_alias": (
        r"""

""",
        r"""
l=[]
match {'k':l}:
    case {'k':x}: pass
a=await put(l,1)
b=await put(x,2)
""",
    ),
    "weakref": (
        r"""
import weakref
class C:
    def __init__(self): self.l=[]
c=C()
w=weakref.ref(c)
""",
        r"""
a=await put(c.l,1)
b=await put(w().l,2)
""",
    ),
    "globals_write": (
        r"""
async def go(v):
    await asyncio.sleep(0)
    globals()['G']=v
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "iadd_alias": (
        r"""
async def ext(t):
    await asyncio.sleep(0)
    t+=[1]
""",
        r"""
l=[]
a=await ext(l)
b=await see(l)
""",
    ),
    "del_item": (
        r"""
async def rm(d):
    await asyncio.sleep(0)
    del d['x']
""",
        r"""
d={'x':1,'y':2}
a=await rm(d)
b=await see(d)
""",
    ),
    "slots_obj": (
        r"""
class C:
    __slots__=('n',)
    def __init__(self): self.n=0
c=C()
async def inc():
    v=c.n
    await asyncio.sleep(0)
    c.n=v+1
""",
        r"""
a=await inc()
b=await inc()
""",
    ),
    "enum_state": (
        r"""
import enum
class E(enum.Enum):
    A=1
E.A.log=[]
""",
        r"""
a=await put(E.A.log,1)
b=await put(E.A.log,2)
""",
    ),
    "callable_default": (
        r"""
L=[]
async def go(x, then=L.append):
    await asyncio.sleep(0)
    then(x)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "bound_in_list": (
        r"""
L=[]
hooks=[L.append]
async def go(x):
    await asyncio.sleep(0)
    for h in hooks: h(x)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "sorted_key_effect": (
        r"""
L=[]
def key(x): L.append(x); return x
async def go(x):
    await asyncio.sleep(0)
    return sorted(x,key=key)
""",
        r"""
a=await go([1])
b=await go([2])
""",
    ),
    "map_effect": (
        r"""
L=[]
async def go(x):
    await asyncio.sleep(0)
    return list(map(L.append,x))
""",
        r"""
a=await go([1])
b=await go([2])
""",
    ),
    "defaultdict_read": (
        r"""
D=collections.defaultdict(list)
async def go(k):
    await asyncio.sleep(0)
    return D[k]
async def size():
    await asyncio.sleep(0)
    return len(D)
""",
        r"""
a=await go(1)
b=await size()
""",
    ),
    "defaultdict_factory_effect": (
        r"""
L=[]
def f():
    L.append(1)
    return 0
D=collections.defaultdict(f)
async def go(k):
    await asyncio.sleep(0)
    return D[k]
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "inherit_init_state": (
        r"""
class B:
    made=[]
    def __init__(self): B.made.append(self)
class C(B): pass
async def go():
    await asyncio.sleep(0)
    return C()
""",
        r"""
a=await go()
b=await go()
""",
    ),
    "new_singleton": (
        r"""
class C:
    one=None
    def __new__(cls):
        if cls.one is None: cls.one=object.__new__(cls)
        return cls.one
async def go():
    c=C()
    c.n=getattr(c,'n',0)
    v=c.n
    await asyncio.sleep(0)
    c.n=v+1
""",
        r"""
a=await go()
b=await go()
""",
    ),
    "suppress_then": (
        r"""
import contextlib
L=[]
async def go(x):
    with contextlib.suppress(ValueError):
        await asyncio.sleep(0)
        L.append(x)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "exitstack": (
        r"""
import contextlib
L=[]
async def go(x):
    with contextlib.ExitStack() as s:
        s.callback(L.append,x)
        await asyncio.sleep(0)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "threading_local": (
        r"""
import threading
T=threading.local()
T.n=0
async def inc():
    v=T.n
    await asyncio.sleep(0)
    T.n=v+1
""",
        r"""
a=await inc()
b=await inc()
""",
    ),
    "chainmap": (
        r"""
D={}
M=collections.ChainMap(D)
async def go(k):
    await asyncio.sleep(0)
    M[k]=1
""",
        r"""
a=await go(1)
b=await see(D)
""",
    ),
    "userdict": (
        r"""
M=collections.UserDict()
async def go(k):
    await asyncio.sleep(0)
    M[k]=1
async def rd():
    await asyncio.sleep(0)
    return len(M)
""",
        r"""
a=await go(1)
b=await rd()
""",
    ),
    "array": (
        r"""
import array
A=array.array('i',[0])
async def go():
    v=A[0]
    await asyncio.sleep(0)
    A[0]=v+1
""",
        r"""
a=await go()
b=await go()
""",
    ),
    "simplens": (
        r"""
import types
N=types.SimpleNamespace(n=0)
async def go():
    v=N.n
    await asyncio.sleep(0)
    N.n=v+1
""",
        r"""
a=await go()
b=await go()
""",
    ),
    "warnings": (
        r"""
import warnings
async def go():
    await asyncio.sleep(0)
    warnings.warn('x')
""",
        r"""
a=await go()
b=await go()
""",
    ),
    "sys_path": (
        r"""
import sys
async def go():
    await asyncio.sleep(0)
    sys.path.append('x')
""",
        r"""
a=await go()
b=await go()
""",
    ),
    "itercount": (
        r"""
C=itertools.count()
async def go():
    await asyncio.sleep(0)
    return next(C)
""",
        r"""
a=await go()
b=await go()
""",
    ),
    "heap": (
        r"""
import heapq
H=[]
async def go(x):
    await asyncio.sleep(0)
    heapq.heappush(H,x)
""",
        r"""
a=await go(1)
b=await go(2)
""",
    ),
    "decimal_ctx": (
        r"""
import decimal
async def prec(n):
    await asyncio.sleep(0)
    decimal.getcontext().prec=n
async def div():
    await asyncio.sleep(0)
    return decimal.Decimal(1)/3
""",
        r"""
await prec(3)
b=await div()
""",
    ),
    "locale": (
        r"""
import locale
async def go():
    await asyncio.sleep(0)
    locale.setlocale(locale.LC_ALL,'C')
""",
        r"""
await go()
b=await go()
""",
    ),
    "encoder_class": (
        r"""
import json
LOG = []
class Encoder(json.JSONEncoder):
    def default(self, o):
        LOG.append(o)
        return 1
""",
        r"""
async def go(x):
    await asyncio.sleep(0)
    return json.dumps(x, cls=Encoder)
a = await go({1})
b = await go({2})
""",
    ),
    "object_hook": (
        r"""
import json
LOG = []
class Encoder(json.JSONEncoder):
    def default(self, o):
        LOG.append(o)
        return 1
""",
        r"""
async def go(x):
    await asyncio.sleep(0)
    return json.loads(x, object_hook=LOG.append)
a = await go('{}')
b = await go('{}')
""",
    ),
    "substitution": (
        r"""
import json
LOG = []
class Encoder(json.JSONEncoder):
    def default(self, o):
        LOG.append(o)
        return 1
""",
        r"""
async def go(x):
    await asyncio.sleep(0)
    return re.sub('a', lambda m: LOG.append(1) or '', x)
a = await go('a')
b = await go('b')
""",
    ),
    "parser_method": (
        r"""
import html.parser
LOG = []
class P(html.parser.HTMLParser):
    def handle_data(self, d): LOG.append(d)
""",
        r"""
async def go(x):
    p = P()
    await asyncio.sleep(0)
    p.feed(x)
a = await go('a')
b = await go('b')
""",
    ),
    "parser_method_in_cell": (
        r"""
import html.parser
LOG = []
""",
        r"""
class Q(html.parser.HTMLParser):
    def handle_data(self, d): LOG.append(d)
async def go(x):
    p = Q()
    await asyncio.sleep(0)
    p.feed(x)
a = await go('a')
b = await go('b')
""",
    ),
    "missing_key": (
        r"""
import json
LOG = []
class Encoder(json.JSONEncoder):
    def default(self, o):
        LOG.append(o)
        return 1
""",
        r"""
class D(dict):
    def __missing__(self, k):
        LOG.append(k)
        return 0
d = D()
async def go(x):
    await asyncio.sleep(0)
    return d[x]
a = await go('1')
b = await go('2')
""",
    ),
    "missing_key_in_text": (
        r"""
import json
LOG = []
class Encoder(json.JSONEncoder):
    def default(self, o):
        LOG.append(o)
        return 1
""",
        r"""
class D(dict):
    def __missing__(self, k):
        LOG.append(k)
        return 0
d = D()
async def go(x):
    await asyncio.sleep(0)
    return '%(x)s' % d
a = await go('1')
b = await go('2')
""",
    ),
    "validator_in_cell": (
        r"""
from pydantic import BaseModel, field_validator
""",
        r"""
LOG = []
class U(BaseModel):
    id: int
    @field_validator('id')
    def check(cls, v):
        LOG.append(v)
        return v
async def go(i):
    await asyncio.sleep(0)
    return U(id=i)
a = await go(1)
b = await go(2)
""",
    ),
    "task_group_from_outside": (
        r"""
import contextlib
@contextlib.asynccontextmanager
async def scope():
    async with asyncio.TaskGroup() as tg:
        yield tg
L = []
async def go(tg, x):
    tg.create_task(put(L, x))
""",
        r"""
async with scope() as tg:
    a = await go(tg, 1)
    b = await go(tg, 2)
""",
    ),
    "inherited_field": (
        r"""
from dataclasses import dataclass
""",
        r"""
@dataclass
class A:
    items: list
@dataclass
class B(A):
    n: list
l = []
b = B(l, [])
a = await put(b.items, 1)
c = await put(l, 2)
""",
    ),
    "field_behind_a_plain_base": (
        r"""
from dataclasses import dataclass
""",
        r"""
class A:
    n: int
@dataclass
class B(A):
    items: list
l = []
b = B(l)
a = await put(b.items, 1)
c = await put(l, 2)
""",
    ),
    "keyword_only_field": (
        r"""
from dataclasses import dataclass, field
""",
        r"""
@dataclass
class A:
    n: list = field(init=False, default_factory=list)
    items: list = None
l = []
b = A(l)
a = await put(b.items, 1)
c = await put(l, 2)
""",
    ),
    "handler_of_log": (
        r"""
import logging
L = []
class H(logging.Handler):
    def emit(self, r): L.append(r)
log = logging.getLogger('perfmagic.test.hidden')
log.addHandler(H())
log.propagate = False
""",
        r"""
async def go(x):
    await asyncio.sleep(0)
    log.warning('x')
async def size():
    await asyncio.sleep(0)
    return len(L)
a = await go(1)
b = await size()
""",
    ),
}


@pytest.mark.parametrize(("setup", "cell"), CASES.values(), ids=CASES.keys())
def test_hidden_dependence_is_seen(setup: str, cell: str) -> None:
    assert order(cell, setup)
