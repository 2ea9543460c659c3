"""What the generated programs call: one function or object for every class of effect.

The text is run anew for every run, as an earlier cell of the notebook would have been. It keeps to plain Python whose
source the analysis can read; ``CALLS`` says for each call what it gives and what kind of effect it stands for.
"""

from dataclasses import dataclass
from typing import Literal

PRELUDE = '''
import asyncio, collections, contextlib, contextvars, functools, itertools, os, random, threading, time
LOG = []
TOTAL = 0
STATE = {"n": 0}
MEMO = {}
ROWS = [5, 3, 8]
LOCK = asyncio.Lock()
LIMIT = asyncio.Semaphore(2)
GATE = asyncio.Event()
QUEUE = asyncio.Queue()
SOURCE = iter([7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47])
NUMBERS = itertools.count(100)
CURRENT = contextvars.ContextVar("CURRENT", default=0)
THREAD_LOCK = threading.Lock()

p, q, u = 1, 2, 3
xs, ys = [1, 2, 3], [4, 5]
table = {"k": 1, "j": 2}
pairs = [(1, 2), (3, 4)]
text = "ab"

class Odd(ValueError): pass

async def f(x=1, d=0.1): await asyncio.sleep(d); return x
async def g(x=2, d=0.1): await asyncio.sleep(d); return x * 10
async def h(*a): await asyncio.sleep(0.2); return sum(v for v in a if isinstance(v, int))
async def quick(x): return x + 1
async def pair(x): await asyncio.sleep(0.1); return x, x + 1
async def numbers(n): await asyncio.sleep(0.1); return list(range(n % 4 + 1))
async def word(x): await asyncio.sleep(0.1); return f"w{x}"
async def record(x): await asyncio.sleep(0.1); return {"k": x, "j": x + 1}
async def twice(x):
    first = await f(x)
    return await g(first)
async def slow(x, d=0.5):
    await asyncio.sleep(d / 2)
    await asyncio.sleep(d / 2)
    return x

async def fussy(x):
    await asyncio.sleep(0.1)
    if x % 4 == 3: raise Odd(f"fussy {x}")
    return x
async def hasty(x):
    if x % 3 == 2: raise KeyError(x)
    await asyncio.sleep(0.1)
    return x
async def inverse(x): await asyncio.sleep(0.1); return 12 // x
async def boom(message="boom", kind=ValueError): await asyncio.sleep(0.1); raise kind(message)

async def noisy(x): await asyncio.sleep(0.1); print("noisy", x); return x
async def loud(x): print("loud", x); await asyncio.sleep(0.1); return x
async def log(x): await asyncio.sleep(0.1); LOG.append(x); return x
async def log_first(x): LOG.append(("first", x)); await asyncio.sleep(0.1); return len(LOG)
async def logged(): await asyncio.sleep(0.1); return len(LOG)
async def bump(k=1):
    v = STATE["n"]
    await asyncio.sleep(0.1)
    STATE["n"] = v + k
    return STATE["n"]
async def peek(): await asyncio.sleep(0.1); return STATE["n"]
async def set_total(x):
    global TOTAL
    await asyncio.sleep(0.1)
    TOTAL = x
    return x
async def add_total(x):
    global TOTAL
    TOTAL += x
    await asyncio.sleep(0.1)
    return TOTAL
async def get_total(): await asyncio.sleep(0.1); return TOTAL
async def addto(values, x): await asyncio.sleep(0.1); values.append(x); return len(values)
async def size(values): await asyncio.sleep(0.1); return len(values)
async def store(table, key, x): await asyncio.sleep(0.1); table[key] = x; return x
async def same(value): await asyncio.sleep(0.1); return value
async def shared_rows(): await asyncio.sleep(0.1); return ROWS
async def count_rows(): await asyncio.sleep(0.1); return len(ROWS)
async def remember(x, seen=[]): await asyncio.sleep(0.1); seen.append(x); return len(seen)
async def recall(x, *, seen={}):
    if x not in seen:
        await asyncio.sleep(0.1)
        seen[x] = len(seen)
    return seen[x]
async def cached(x):
    if x not in MEMO: MEMO[x] = await f(x)
    return MEMO[x]
def make_counter():
    count = 0
    async def count_up():
        nonlocal count
        seen = count
        await asyncio.sleep(0.1)
        count = seen + 1
        return count
    async def count_now():
        await asyncio.sleep(0.1)
        return count
    return count_up, count_now
count_up, count_now = make_counter()
async def draw_lot(): await asyncio.sleep(0.1); return random.randint(0, 999)
async def lot_first():
    lot = random.randint(0, 999)
    await asyncio.sleep(0.1)
    return lot
async def set_variable(x): await asyncio.sleep(0.1); os.environ["PROPERTY_TEST"] = str(x); return x
async def get_variable(): await asyncio.sleep(0.1); return os.environ.get("PROPERTY_TEST")
async def set_current(x): await asyncio.sleep(0.1); CURRENT.set(x); return x
async def get_current(): await asyncio.sleep(0.1); return CURRENT.get()
async def locked(x):
    async with LOCK:
        await asyncio.sleep(0.1)
        return x
async def limited(x):
    async with LIMIT:
        await asyncio.sleep(0.1)
        return x
async def put(x): await asyncio.sleep(0.1); await QUEUE.put(x); return x
async def take():
    await asyncio.sleep(0.1)
    return QUEUE.get_nowait() if not QUEUE.empty() else -1
async def next_source(): await asyncio.sleep(0.1); return next(SOURCE, 0)
async def next_number(): number = next(NUMBERS); await asyncio.sleep(0.1); return number
async def careful(x):
    try:
        await asyncio.sleep(0.1)
    finally:
        LOG.append(("careful", x))
    return x
async def tidy(x):
    try:
        await asyncio.sleep(0.1)
        return x
    finally:
        await asyncio.sleep(0.01)
async def stubborn(x):
    try:
        await asyncio.sleep(0.1)
    except asyncio.CancelledError:
        STATE["n"] = -1
        raise
    return x
async def forgiving(x):
    try:
        return await fussy(x)
    except Odd:
        return -1
async def shielded(x): return await asyncio.shield(f(x))
async def timed(x): return await asyncio.wait_for(f(x), 3600)
async def both(x): return sum(await asyncio.gather(f(x), g(x)))
async def who(): await asyncio.sleep(0.1); return asyncio.current_task() is not None

def traced(function):
    @functools.wraps(function)
    async def inner(*a):
        LOG.append(("traced", a))
        return await function(*a)
    return inner
def plain(function):
    @functools.wraps(function)
    async def inner(*a):
        return await function(*a)
    return inner
@traced
async def traced_f(x): return await f(x)
@plain
async def plain_f(x): return await f(x)

class Account:
    made = 0
    def __init__(self, balance=10): self.balance = balance; Account.made += 1
    async def deposit(self, x):
        seen = self.balance
        await asyncio.sleep(0.1)
        self.balance = seen + x
        return self.balance
    async def look(self): await asyncio.sleep(0.1); return self.balance
    @classmethod
    async def open(cls, x): await asyncio.sleep(0.1); cls.made += 1; return cls(x)
    @staticmethod
    async def fee(x): await asyncio.sleep(0.1); return x // 2
    async def count(self): await asyncio.sleep(0.1); return type(self).made
account, savings = Account(), Account(50)

class Gauge:
    def __init__(self): self.reads = 0; self._level = 4
    @property
    def level(self): self.reads += 1; return self._level
    @property
    def calm(self): return self._level
    @level.setter
    def level(self, x): LOG.append(("level", x)); self._level = x
    async def measure(self): await asyncio.sleep(0.1); return self.level
    async def watch(self): await asyncio.sleep(0.1); return self.calm
gauge = Gauge()

class Vec:
    __slots__ = ("v",)
    def __init__(self, v): self.v = v
    def __add__(self, other): return Vec(self.v + other.v)
    def __mul__(self, k): LOG.append(("mul", k)); return Vec(self.v * k)
    def __getitem__(self, k): STATE["n"] += 1; return self.v + k
    def __len__(self): return abs(self.v)
    def __bool__(self): return self.v > 0
    def __iadd__(self, k): self.v += k; return self
    def __eq__(self, other): return isinstance(other, Vec) and other.v == self.v
    __hash__ = None
vec, wec = Vec(1), Vec(2)
async def norm(w): await asyncio.sleep(0.1); return w.v

class Later:
    def __init__(self, x): self.x = x
    def __await__(self): return f(self.x).__await__()
class Caller:
    def __init__(self): self.calls = 0
    async def __call__(self, x): self.calls += 1; await asyncio.sleep(0.1); return x
class Quiet:
    async def __call__(self, x): await asyncio.sleep(0.1); return x
caller, quiet = Caller(), Quiet()
third = functools.partial(f, 3)
ops = {"a": f, "b": g, "c": bump}
BOTH_ROWS = (ROWS, [1])
box = collections.namedtuple("Box", "rows size")(ROWS, 3)

class Conn:
    """One operation at a time."""
    def __init__(self): self.busy = False; self.rows = [1]
    async def _run(self, result):
        if self.busy: raise RuntimeError("another operation is in progress")
        self.busy = True
        try: await asyncio.sleep(0.1)
        finally: self.busy = False
        return result
    async def fetch(self, q): return await self._run(("row", q, len(self.rows)))
    async def execute(self, q): self.rows.append(q); return await self._run(None)
class Pool:
    """Any number of operations, some at a time."""
    def __init__(self, slots): self.rows = [1]; self.slots = asyncio.Semaphore(slots)
    async def fetch(self, q): await asyncio.sleep(0.1); return ("row", q, len(self.rows))
    async def execute(self, q): await asyncio.sleep(0.1); self.rows.append(q); return len(self.rows)
    async def ping(self, x): await asyncio.sleep(0.1); return x
    @contextlib.asynccontextmanager
    async def acquire(self):
        async with self.slots:
            yield Conn()
conn, pool, other_pool = Conn(), Pool(2), Pool(1)

class Session:
    def __init__(self, name): self.name = name
    async def __aenter__(self): await asyncio.sleep(0.1); return self
    async def __aexit__(self, *e): await asyncio.sleep(0.1)
    async def get(self, x): await asyncio.sleep(0.1); return x + len(self.name)
class LoggedSession(Session):
    async def __aenter__(self): LOG.append(("enter", self.name)); await asyncio.sleep(0.1); return self
    async def __aexit__(self, *e): await asyncio.sleep(0.1); LOG.append(("exit", self.name))
class Closing:
    def __init__(self): self.open = False
    async def __aenter__(self): self.open = True; return self
    async def __aexit__(self, *e): self.open = False
    async def get(self, x):
        await asyncio.sleep(0.1)
        if not self.open: raise RuntimeError("closed")
        return x
@contextlib.contextmanager
def section(name):
    LOG.append(("begin", name))
    try: yield name
    finally: LOG.append(("end", name))
@contextlib.contextmanager
def harmless(x): yield x
@contextlib.asynccontextmanager
async def opened(x):
    await asyncio.sleep(0.1)
    yield x
    await asyncio.sleep(0.1)

async def agen(n):
    for i in range(n): await asyncio.sleep(0.1); yield i
async def loud_agen(n):
    for i in range(n): LOG.append(("step", i)); yield i; await asyncio.sleep(0.1)
def gen(n):
    for i in range(n): yield i
def loud_gen(n):
    for i in range(n): LOG.append(("gen", i)); yield i
def inc(x): return x + 1
def tell(x): LOG.append(("tell", x)); return x
def refuse(x):
    if x % 5 == 4: raise Odd(f"refuse {x}")
    return x

def sync_io(x, d=0.1): time.sleep(d); return x
def sync_slow(x): time.sleep(0.2); time.sleep(0.1); return x * 2
def sync_pair(x): time.sleep(0.1); return x, x + 1
def sync_fussy(x):
    time.sleep(0.1)
    if x % 4 == 3: raise Odd(f"fussy {x}")
    return x
def sync_noisy(x): time.sleep(0.1); print("noisy", x); return x
def sync_log(x): time.sleep(0.1); LOG.append(x); return x
def sync_bump():
    v = STATE["n"]
    time.sleep(0.1)
    STATE["n"] = v + 1
    return v
def sync_peek(): time.sleep(0.1); return STATE["n"]
def sync_append(values, x): time.sleep(0.1); values.append(x); return len(values)
def sync_size(values): time.sleep(0.1); return len(values)
def sync_remember(x, seen=[]): time.sleep(0.1); seen.append(x); return len(seen)
def sync_locked(x):
    with THREAD_LOCK:
        time.sleep(0.1)
        return x
def sync_lot(): time.sleep(0.1); return random.randint(0, 999)
def sync_boom(message): time.sleep(0.1); raise ValueError(message)
def sync_next(): time.sleep(0.1); return next(SOURCE, 0)
def sync_current(): time.sleep(0.1); return CURRENT.get()
def sync_total(x):
    global TOTAL
    time.sleep(0.1)
    TOTAL = TOTAL * 2 + x
    return TOTAL
'''

Gives = Literal["int", "list", "pair", "str", "dict", "any"]


@dataclass(frozen=True)
class Call:
    """One call: ``{i}`` stands for an integer expression, ``{l}`` for a list, ``{d}`` for a dict, ``{s}`` for a session."""

    text: str
    gives: Gives = "int"
    waits: bool = True


FREE = tuple(
    Call(*each) for each in (
        ("f({i})",), ("g({i})",), ("h({i}, {i})",), ("f({i}, 0.3)",), ("g({i}, d=0.2)",), ("slow({i})",), ("twice({i})",),
        ("pair({i})", "pair"), ("numbers({i})", "list"), ("word({i})", "str"), ("record({i})", "dict"), ("plain_f({i})",),
        ("Later({i})",), ("quiet({i})",), ("third()",), ("third(0.2)",), ("forgiving({i})",), ("Account.fee({i})",),
        ("savings.look()",), ("gauge.watch()",), ("norm(vec)",), ("norm(vec + wec)",), ("pool.fetch('{q}')", "any"),
        ("pool.ping({i})",), ("size({l})",), ("ops['a']({i})",), ("(f if {i} > 2 else g)({i})",), ("h(*{l})",),
        ("f(x={i})",), ("(lambda v: f(v))({i})",), ("get_total()",), ("count_rows()",), ("peek()",), ("logged()",),
        ("account.count()",), ("tidy({i})",), ("quick({i})",),
    )
)  # fmt: skip
"""Awaited calls that only read."""

FAILING = tuple(
    Call(each) for each in ("fussy({i})", "hasty({i})", "inverse({i})", "boom('{q}')", "f(refuse({i}))")
)
"""Awaited calls that fail on some arguments."""

HOSTILE = tuple(
    Call(*each) for each in (
        ("noisy({i})",), ("loud({i})",), ("log({i})",), ("log_first({i})",), ("bump()",), ("bump({i})",), ("set_total({i})",),
        ("add_total({i})",), ("addto({l}, {i})",), ("addto(ROWS, {i})",), ("addto(BOTH_ROWS[0], {i})",), ("addto(box.rows, {i})",),
        ("store({d}, 'k', {i})",), ("same({l})", "list"), ("shared_rows()", "list"), ("remember({i})",), ("recall({i})",),
        ("cached({i})",), ("count_up()",), ("count_now()",), ("draw_lot()",), ("lot_first()",), ("set_variable({i})",),
        ("get_variable()", "any"), ("set_current({i})",), ("get_current()",), ("locked({i})",), ("limited({i})",), ("put({i})",),
        ("take()",), ("next_source()",), ("next_number()",), ("careful({i})",), ("stubborn({i})",), ("shielded({i})",),
        ("timed({i})",), ("both({i})",), ("who()", "any"), ("traced_f({i})",), ("account.deposit({i})",), ("account.look()",),
        ("Account.open({i})", "any"), ("gauge.measure()",), ("norm(vec * {i})",), ("f(vec[{i}])",), ("f(gauge.level)",),
        ("caller({i})",), ("conn.fetch('{q}')", "any"), ("conn.execute('{q}')", "any"), ("pool.execute('{q}')",),
        ("other_pool.execute('{q}')",), ("ops['c']()",), ("f(tell({i}))",), ("asyncio.sleep(0.1, {i})",), ("QUEUE.put({i})", "any"),
        ("size(ROWS)",), ("size(BOTH_ROWS[0])",), ("size(box.rows)",), ("h(*map(tell, {l}))",), ("f({l}.pop() if {l} else 0)",),
        ("asyncio.gather(f({i}), g({i}))", "list"), ("asyncio.wait_for(f({i}), 3600)",), ("f(n0 := {i})",),
        ("h(*(tell(v) for v in {l}))",), ("f(next(SOURCE, 1))",), ("f(random.randint(0, 99))",), ("f(len(LOG))",),
    )
)  # fmt: skip
"""Awaited calls whose order or place matters, mostly."""

SYNC_FREE = tuple(
    Call(*each, waits=False) for each in (
        ("sync_io({i})",), ("sync_io({i}, 0.3)",), ("sync_slow({i})",), ("sync_pair({i})", "pair"), ("sync_size({l})",),
        ("sync_io(x={i})",), ("sync_peek()",), ("sync_io(inc({i}))",),
    )
)  # fmt: skip
"""Calls that block and only read."""

SYNC_HOSTILE = tuple(
    Call(*each, waits=False) for each in (
        ("sync_fussy({i})",), ("sync_boom('{q}')",), ("sync_noisy({i})",), ("sync_log({i})",), ("sync_bump()",),
        ("sync_append({l}, {i})",), ("sync_append(ROWS, {i})",), ("sync_remember({i})",), ("sync_locked({i})",), ("sync_lot()",),
        ("sync_next()",), ("sync_current()",), ("sync_total({i})",), ("sync_io(tell({i}))",), ("sync_io(refuse({i}))",),
        ("sync_io(next(SOURCE, 0))",), ("sync_size(ROWS)",), ("sync_size(box.rows)",), ("sync_io(vec[{i}])",),
    )
)  # fmt: skip
"""Calls that block and whose order or place matters, mostly."""
