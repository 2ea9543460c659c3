"""Conformance cases for rewriting cells for concurrency.

Run PRELUDE in a namespace, then a case's cell (top-level await allowed).
verdict  "rewrite": every independent await can overlap; results, final namespace and printed output equal.
         "partial": a strict subset can overlap; the rest stays sequential.
         "refuse":  nothing may overlap on its own account; the user sees the reason. A "hint" names the idea that could unlock it (some option names are not there yet).
ceiling  work / span of the legal schedule, every prelude coroutine costing D unless it says otherwise; None: not applicable.
check    names that must be equal after the sequential and the rewritten run. raises: the exception type both must raise.
Refusing a "rewrite" case is safe but a miss; overlapping a "refuse" case is a defect, also when the result happens to be equal."""

PRELUDE = r'''
import asyncio, time, contextvars
D = 0.03
LOG = []
STATE = {"n": 0}
async def f(x=1, d=None): await asyncio.sleep(D if d is None else d); return x
async def g(x=2, d=None): await asyncio.sleep(D if d is None else d); return x * 10
async def h(*a): await asyncio.sleep(D); return sum(v for v in a if isinstance(v, int))
async def pair(x): await asyncio.sleep(D); return x, x + 1
async def boom(msg="boom", d=None, exc=ValueError): await asyncio.sleep(D if d is None else d); raise exc(msg)
async def noisy(x): await asyncio.sleep(D); print("noisy", x); return x
async def bump(k=1): v = STATE["n"]; await asyncio.sleep(D); STATE["n"] = v + k; return STATE["n"]
async def peek(): await asyncio.sleep(D); return STATE["n"]
async def addto(lst, x): await asyncio.sleep(D); lst.append(x); return len(lst)
class InterfaceError(Exception): pass
class Conn:
    """Like asyncpg.Connection: one operation at a time."""
    def __init__(self): self.busy = False; self.rows = []
    async def _op(self, r):
        if self.busy: raise InterfaceError("cannot perform operation: another operation is in progress")
        self.busy = True
        try: await asyncio.sleep(D)
        finally: self.busy = False
        return r() if callable(r) else r
    async def fetch(self, q, *a): return await self._op(lambda: ("row", q, len(self.rows)))
    async def execute(self, q, *a): return await self._op(lambda: self.rows.append(q))
class Pool:
    """like asyncpg.Pool: any number of operations"""
    def __init__(self): self.rows = []
    async def fetch(self, q, *a): await asyncio.sleep(D); return ("row", q, len(self.rows))
    async def execute(self, q, *a): await asyncio.sleep(D); self.rows.append(q)
    def acquire(self):
        class CM:
            async def __aenter__(s): await asyncio.sleep(0); return Conn()
            async def __aexit__(s, *e): await asyncio.sleep(0)
        return CM()
class Resp:
    def __init__(s, u): s.u = u
    async def json(s): await asyncio.sleep(D); return {"u": s.u}
class Client:
    """like httpx.AsyncClient / aiohttp.ClientSession"""
    async def __aenter__(s): return s
    async def __aexit__(s, *e): pass
    async def get(s, u): await asyncio.sleep(D); return Resp(u)
    async def post(s, u, json=None): await asyncio.sleep(D); LOG.append(("POST", u)); return Resp(u)
pool, conn, client = Pool(), Conn(), Client()
async def agen(n):
    for i in range(n): await asyncio.sleep(D / 10); yield i
def sync_io(x): time.sleep(D); return x
def sync_append(l, x): time.sleep(D); l.append(x); return x
'''
CASES = [
    {
        "name": "line3",
        "verdict": "rewrite",
        "ceiling": 3,
        "why": "no name or resource shared",
        "check": ("a", "b", "c"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
a = await f(1)
b = await g(2)
c = await f(3)
""",
    },
    {
        "name": "diamond",
        "verdict": "rewrite",
        "ceiling": 1.5,
        "why": "c reads a,b: two levels",
        "check": ("a", "b", "c"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
a = await f(1)
b = await g(2)
c = await h(a, b)
""",
    },
    {
        "name": "chain",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "fully dependent chain: T1 == Tinf",
        "check": ("a", "b", "c"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
a = await f(1)
b = await f(a)
c = await f(b)
""",
    },
    {
        "name": "dead_dep_comment",
        "verdict": "rewrite",
        "ceiling": 2,
        "why": "comments must survive",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
a = await f(1)  # needs b? no
# keep this comment
b = await g(2)
""",
    },
    {
        "name": "arg_uses_sub_expr",
        "verdict": "rewrite",
        "ceiling": 2,
        "why": "reads of a plain dict by builtins do not mutate",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
d = {'k': 3}
a = await f(d['k'])
b = await g(len(d))
""",
    },
    {
        "name": "tuple_unpack",
        "verdict": "rewrite",
        "ceiling": 2,
        "why": "unpacking targets are ordinary defs",
        "check": ("a", "b", "c", "d"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
a, b = await pair(1)
c, d = await pair(3)
""",
    },
    {
        "name": "ann_assign",
        "verdict": "rewrite",
        "ceiling": 2,
        "why": "AnnAssign = Assign (+ __annotations__)",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
a: int = await f(1)
b: int = await g(2)
""",
    },
    {
        "name": "bare_expr_awaits",
        "verdict": "rewrite",
        "ceiling": 2,
        "why": "results dropped; callee bodies are visible and effect-free",
        "check": ("r",),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
await f(1)
await g(2)
r = 7
""",
    },
    {
        "name": "await_in_args",
        "verdict": "rewrite",
        "ceiling": 1.5,
        "why": "argument awaits are siblings, outer depends on both",
        "check": ("r",),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
r = await h(await f(1), await g(2))
""",
    },
    {
        "name": "fstring",
        "verdict": "rewrite",
        "ceiling": 2,
        "why": "sibling awaits in an f-string",
        "check": ("s",),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
s = f"{await f(1)}-{await g(2)}"
""",
    },
    {
        "name": "last_expr",
        "verdict": "rewrite",
        "ceiling": 2,
        "why": "last expression must stay the displayed value (Out[n], _)",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
a = await f(1)
b = await g(2)
(a, b)
""",
    },
    {
        "name": "same_name_rebound",
        "verdict": "rewrite",
        "ceiling": 2,
        "why": "output/anti dependence on a: needs SSA renaming or ordered binding; chains are independent",
        "check": ("a", "b", "c"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
a = await f(1)
b = await g(a)
a = await f(5)
c = await g(a)
""",
    },
    {
        "name": "aug_on_attr",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "target is shared mutable state that another coroutine may touch between load and store",
        "check": (),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
STATE['n'] += await f(1)
STATE['n'] += await f(2)
""",
    },
    {
        "name": "print_between",
        "verdict": "rewrite",
        "ceiling": 2,
        "why": "prints are ordered after the awaits they read; print order kept, only timing changes",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
a = await f(1)
print('got', a)
b = await g(2)
print('got', b)
""",
    },
    {
        "name": "callee_mutates_global",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "read-modify-write of global STATE across an await: lost update (sequential n=2, concurrent n=1)",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
a = await bump()
b = await bump()
""",
    },
    {
        "name": "callee_writes_other_reads",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "write then read of STATE through callees (inter-procedural)",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
a = await bump()
b = await peek()
""",
    },
    {
        "name": "alias_arg",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "m aliases l: name-only analysis is wrong here",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
l = []
m = l
a = await addto(l, 1)
b = await addto(m, 2)
""",
    },
    {
        "name": "distinct_args_mutated",
        "verdict": "rewrite",
        "ceiling": 2,
        "why": "fresh, unescaped, distinct objects",
        "check": ("a", "b", "l", "m"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
l = []; m = []
a = await addto(l, 1)
b = await addto(m, 2)
""",
    },
    {
        "name": "global_rebound_in_fn",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "global rebinding across an await",
        "check": ("n",),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
n = 0
async def inc():
    global n
    v = n; await f(); n = v + 1
await inc()
await inc()
""",
    },
    {
        "name": "unknown_callee",
        "verdict": "rewrite",
        "ceiling": 2,
        "why": "callee resolved from the LIVE object or by abstract value; if the object cannot be resolved -> refuse",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
import random as _r
ops = {'a': f, 'b': g}
a = await ops['a'](1)
b = await ops['b'](2)
""",
    },
    {
        "name": "sleep_as_rate_limit",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "a literal sleep between calls is deliberate pacing",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": "--ignore-sleeps",
        "cell": """\
a = await f(1)
await asyncio.sleep(.05)
b = await f(2)
""",
    },
    {
        "name": "time_measure",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "clock reads order the awaits; moving them changes what is measured",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
t0 = time.perf_counter()
a = await f(1)
t1 = time.perf_counter()
b = await g(2)
t2 = time.perf_counter()
""",
    },
    {
        "name": "conn_reads",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "one connection = one operation (asyncpg InterfaceError)",
        "check": ("u", "o"),
        "raises": None,
        "order": "strict",
        "hint": "use the pool",
        "cell": """\
u = await conn.fetch('select 1')
o = await conn.fetch('select 2')
""",
    },
    {
        "name": "conn_in_with",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "same acquired connection (and maybe a transaction)",
        "check": ("u", "o"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
async with pool.acquire() as c:
    u = await c.fetch('select 1')
    o = await c.fetch('select 2')
""",
    },
    {
        "name": "write_then_read",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "hidden dependence through the database",
        "check": ("r",),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
await pool.execute('insert into t values (1)')
r = await pool.fetch('select * from t')
""",
    },
    {
        "name": "read_then_write",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "anti-dependence through the database",
        "check": ("r",),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
r = await pool.fetch('select * from t')
await pool.execute('insert into t values (1)')
""",
    },
    {
        "name": "http_get_json",
        "verdict": "rewrite",
        "ceiling": 2,
        "why": "two chains get->json",
        "check": ("j1", "j2"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
r1 = await client.get('/1')
j1 = await r1.json()
r2 = await client.get('/2')
j2 = await r2.json()
""",
    },
    {
        "name": "session_with",
        "verdict": "rewrite",
        "ceiling": 2,
        "why": "rewrite INSIDE the with body; tasks must end before __aexit__",
        "check": ("u",),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
async with Client() as s:
    r1 = await s.get('/1')
    r2 = await s.get('/2')
    u = (r1.u, r2.u)
""",
    },
    {
        "name": "for_append_expr",
        "verdict": "rewrite",
        "ceiling": 5,
        "why": "private temporaries per iteration; y, z keep last value afterwards",
        "check": ("out", "x", "y", "z"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
out = []
for x in range(5):
    y = await f(x)
    z = await g(y)
    out.append((x, z))
""",
    },
    {
        "name": "for_dict",
        "verdict": "rewrite",
        "ceiling": 3,
        "why": "keys assigned in order after the gather; duplicate keys: last wins, as before",
        "check": ("d", "k"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
d = {}
for k in ['a', 'b', 'c']:
    d[k] = await f(k)
""",
    },
    {
        "name": "for_carried",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "loop-carried dependence",
        "check": ("t", "x"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
t = 1
for x in range(4):
    t = await f(t + x)
""",
    },
    {
        "name": "for_break",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "early exit: later calls must not happen",
        "check": ("r",),
        "raises": None,
        "order": "strict",
        "hint": "--speculate (read-only callees)",
        "cell": """\
r = None
for x in range(5):
    v = await f(x)
    if v == 2:
        r = v
        break
""",
    },
    {
        "name": "for_try",
        "verdict": "rewrite",
        "ceiling": 4,
        "why": "exception handled per iteration: becomes part of the task body",
        "check": ("o", "u", "t"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
out = []
for x in range(4):
    try:
        out.append(await (boom() if x == 2 else f(x)))
    except ValueError:
        out.append(None)
""",
    },
    {
        "name": "while_paging",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "pagination cursor: loop-carried",
        "check": ("p", "a", "g", "e", "s"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
cur = 0; pages = []
while cur is not None:
    p = await f(cur)
    pages.append(p)
    cur = p + 1 if p < 3 else None
""",
    },
    {
        "name": "nested_for",
        "verdict": "rewrite",
        "ceiling": 6,
        "why": "flatten both levels or nest tasks",
        "check": ("m",),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
m = []
for i in range(2):
    row = []
    for j in range(3):
        row.append(await f(i * 3 + j))
    m.append(row)
""",
    },
    {
        "name": "listcomp",
        "verdict": "rewrite",
        "ceiling": 5,
        "why": "-> gather(*[f(x) for x in ...])",
        "check": ("r",),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
r = [await f(x) for x in range(5)]
""",
    },
    {
        "name": "dictcomp",
        "verdict": "rewrite",
        "ceiling": 4,
        "why": "keys then values; duplicates last-wins",
        "check": ("r",),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
r = {x: await f(x) for x in range(4)}
""",
    },
    {
        "name": "setcomp_nested",
        "verdict": "rewrite",
        "ceiling": 4,
        "why": "two generators",
        "check": ("r",),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
r = {await f(x + y) for x in range(2) for y in range(2)}
""",
    },
    {
        "name": "async_for",
        "verdict": "partial",
        "ceiling": None,
        "why": "iterator is sequential, bodies may overlap as tasks started while iterating (pipeline); needs bound on in-flight tasks",
        "check": ("o", "u", "t"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
out = []
async for i in agen(4):
    out.append(await f(i))
""",
    },
    {
        "name": "for_conn",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "exclusive connection",
        "check": ("o", "u", "t"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
out = []
for x in range(3):
    out.append(await conn.fetch(f'select {x}'))
""",
    },
    {
        "name": "for_iter_mutated",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "iterable mutated in the body",
        "check": ("o", "u", "t"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
xs = [1, 2]
out = []
for x in xs:
    v = await f(x)
    if v < 3: xs.append(v + 1)
    out.append(v)
""",
    },
    {
        "name": "for_closure",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "closure captures the loop cell: all lambdas see the LAST v; per-task scope would change it",
        "check": ("r",),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
fs = []
for x in range(3):
    v = await f(x)
    fs.append(lambda: v)
r = [k() for k in fs]
""",
    },
    {
        "name": "cond_indep",
        "verdict": "rewrite",
        "ceiling": 2,
        "why": "condition is known before the await",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
flag = True
b = 0
a = await f(1)
if flag:
    b = await g(2)
""",
    },
    {
        "name": "short_circuit",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "second call happens only if first is falsy",
        "check": ("r",),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
r = (await f(0)) or (await g(2))
""",
    },
    {
        "name": "ternary",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "control-dependent",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
a = await f(1)
b = (await g(2)) if a else None
""",
    },
    {
        "name": "walrus",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "b depends on a",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
if (a := await f(1)) > 0:
    b = await g(a)
""",
    },
    {
        "name": "assert_guard",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "assert is a guard",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": "--speculate",
        "cell": """\
a = await f(1)
assert a == 1
b = await g(2)
""",
    },
    {
        "name": "try_both",
        "verdict": "rewrite",
        "ceiling": 2,
        "why": "inside one try body: same handler for both; rewrite in the body",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
try:
    a = await f(1)
    b = await g(2)
except ValueError:
    a = b = None
""",
    },
    {
        "name": "first_error_wins",
        "verdict": "rewrite",
        "ceiling": 1.25,
        "why": "sequential raises KeyError(first); plain gather raises ValueError(second); TaskGroup raises ExceptionGroup: must re-raise the program-order-first error",
        "check": (),
        "raises": "KeyError",
        "order": "strict",
        "hint": None,
        "cell": """\
a = await boom('first', .04, KeyError)
b = await boom('second', .01, ValueError)
""",
    },
    {
        "name": "finally_order",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "finally runs between the awaits and writes LOG; legal only if g is proven not to see LOG (then rewrite is acceptable)",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": "effect-proof",
        "cell": """\
try:
    a = await f(1)
finally:
    LOG.append('cleanup')
b = await g(2)
""",
    },
    {
        "name": "lock_scope",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "mutual exclusion is the programmer's explicit order",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
lk = asyncio.Lock()
async with lk:
    a = await f(1)
async with lk:
    b = await g(2)
""",
    },
    {
        "name": "contextvar",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "tasks get a COPY of the context: set() inside is lost",
        "check": ("r",),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
cv = contextvars.ContextVar('cv', default=0)
async def setcv(v):
    await f(); cv.set(v)
await setcv(1)
await setcv(2)
r = cv.get()
""",
    },
    {
        "name": "already_gather",
        "verdict": "rewrite",
        "ceiling": 2,
        "why": "existing gather is one node; c joins",
        "check": ("a", "b", "c"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
a, b = await asyncio.gather(f(1), g(2))
c = await f(3)
""",
    },
    {
        "name": "taskgroup_exists",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "already concurrent: report T1/Tinf, change nothing",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
async with asyncio.TaskGroup() as tg:
    t1 = tg.create_task(f(1)); t2 = tg.create_task(g(2))
a, b = t1.result(), t2.result()
""",
    },
    {
        "name": "created_task",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "already overlapped",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
t = asyncio.create_task(f(1))
b = await g(2)
a = await t
""",
    },
    {
        "name": "handler",
        "verdict": "rewrite",
        "ceiling": 3,
        "why": "an API handler: rewrite inside the def",
        "check": ("r",),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
async def handler(uid):
    u = await pool.fetch('u', uid)
    o = await pool.fetch('o', uid)
    p = await pool.fetch('p', uid)
    return {'u': u, 'o': o, 'p': p}
r = await handler(1)
""",
    },
    {
        "name": "handler_param_conn",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "parameter type unknown statically; live call shows Conn",
        "check": ("r",),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
async def handler(c):
    a = await c.fetch('1')
    b = await c.fetch('2')
    return a, b
r = await handler(conn)
""",
    },
    {
        "name": "method_self",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "both mutate self across an await",
        "check": ("r",),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
class S:
    def __init__(self): self.n = 0
    async def inc(self):
        v = self.n; await f(); self.n = v + 1
    async def run(self):
        await self.inc()
        await self.inc()
        return self.n
r = await S().run()
""",
    },
    {
        "name": "decorated",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "decorator hides an ordered side effect (LOG)",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
import functools
def deco(fn):
    @functools.wraps(fn)
    async def w(*a): LOG.append(a); return await fn(*a)
    return w
@deco
async def k(x): return await f(x)
a = await k(1)
b = await k(2)
""",
    },
    {
        "name": "async_lru",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "check-then-act over an await: concurrent run does the work twice (stampede)",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
cache = {}
async def cached(x):
    if x not in cache: cache[x] = await f(x)
    return cache[x]
a = await cached(1)
b = await cached(1)
""",
    },
    {
        "name": "del_name",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "chain through x; del is a write",
        "check": ("x", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
a = await f(1)
x = a
del a
b = await g(x)
""",
    },
    {
        "name": "sync_calls",
        "verdict": "rewrite",
        "ceiling": 2,
        "why": "ThreadPoolExecutor strategy: callee body visible, blocking, effect-free",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
a = sync_io(1)
b = sync_io(2)
""",
    },
    {
        "name": "sync_mutating",
        "verdict": "refuse",
        "ceiling": 1,
        "why": "shared argument mutated",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
l = []
a = sync_append(l, 1)
b = sync_append(l, 2)
""",
    },
    {
        "name": "sync_in_async",
        "verdict": "partial",
        "ceiling": 2,
        "why": "blocking call can go to asyncio.to_thread and overlap with a",
        "check": ("a", "b"),
        "raises": None,
        "order": "strict",
        "hint": None,
        "cell": """\
a = await f(1)
b = sync_io(2)
""",
    },
]
