"""Cells that must be refused, with the kind of the reason, the lines it names, and a word of the hint.

Each runs over the prelude of the shared cases. ``kind`` is what is true of the cell, not what is easiest to find.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refused:
    kind: str
    lines: tuple[int, int] | None
    hint: str
    cell: str
    strategies: tuple[str, ...] = ("gather", "tasks")


CELLS = {
    # one value made from another
    "a chain of three": Refused(
        "flow", (1, 2), "only faster", "a = await f(1)\nb = await g(a)\nc = await h(b)\n"
    ),
    "nested operations": Refused("flow", (1, 1), "only faster", "r = await f(await g(1))\n"),
    "a chain through a plain statement": Refused(
        "flow", (2, 3), "only faster", "a = await f(1)\nb = a + 1\nc = await f(b)\n"
    ),
    "a chain through unpacking": Refused(
        "flow", (1, 2), "only faster", "a, b = await pair(1)\nc = await f(b)\n"
    ),
    # objects that both touch
    "one list passed twice": Refused(
        "output", (2, 3), "object of its own", "l = []\na = await addto(l, 1)\nb = await addto(l, 2)\n"
    ),
    "an alias through a tuple": Refused(
        "output",
        (3, 4),
        "object of its own",
        "l = []\np = (l, 0)\na = await addto(l, 1)\nb = await addto(p[0], 2)\n",
    ),
    "an alias through a dict": Refused(
        "output",
        (3, 4),
        "object of its own",
        "l = []\nd = {'k': l}\na = await addto(l, 1)\nb = await addto(d['k'], 2)\n",
    ),
    "a mutable default": Refused(
        "output",
        (4, 5),
        "object of its own",
        "async def keep(x, seen=[]):\n    await f(x)\n    seen.append(x); return len(seen)\na = await keep(1)\nb = await keep(2)\n",
    ),
    "a closure cell": Refused(
        "output",
        (8, 9),
        "",
        "def counter():\n    n = 0\n    async def up():\n        nonlocal n\n        v = n; await f(1); n = v + 1; return n\n    return up\nup = counter()\na = await up()\nb = await up()\n"
        "",
    ),
    "a class attribute": Refused(
        "output",
        (7, 8),
        "object of its own",
        "class S:\n    seen = []\n    async def run(self, x):\n        await f(x)\n        S.seen.append(x); return len(S.seen)\ns, t = S(), S()\na = await s.run(1)\nb = await t.run(2)\n",
    ),
    "the receiver of both methods": Refused(
        "output",
        (7, 8),
        "object of its own",
        "class S:\n    def __init__(self): self.n = 0\n    async def run(self):\n        v = self.n; await f(1)\n        self.n = v + 1; return v\ns = S()\na = await s.run()\nb = await s.run()\n",
    ),
    "a property with an effect": Refused(
        "output",
        (6, 7),
        "object of its own",
        "class S:\n    @property\n    def next(self):\n        STATE['n'] += 1; return STATE['n']\ns = S()\na = await f(s.next)\nb = await f(s.next)\n",
    ),
    "an operator with an effect": Refused(
        "output",
        (6, 7),
        "object of its own",
        "class S:\n    def __add__(self, x):\n        LOG.append(x)\n        return x\ns = S()\na = await f(s + 1)\nb = await f(s + 2)\n",
    ),
    "a global rebound by the callee": Refused(
        "output",
        (5, 6),
        "return it",
        "total = 0\nasync def add(x):\n    global total\n    v = total; await f(x); total = v + x\nawait add(1)\nawait add(2)\n",
    ),
    "state written and then read": Refused(
        "flow", (1, 2), "argument", "a = await bump()\nb = await peek()\n"
    ),
    "state read and then written": Refused(
        "anti", (1, 2), "argument", "a = await peek()\nb = await bump()\n"
    ),
    "an attribute added to while waiting": Refused(
        "output", (1, 2), "add them up", "STATE['n'] += await f(1)\nSTATE['n'] += await g(2)\n"
    ),
    # printed lines and other effects
    "callees that print": Refused(
        "effect", (1, 2), "print it afterwards", "a = await noisy(1)\nb = await noisy(2)\n"
    ),
    "a print and a callee that prints": Refused(
        "effect", (2, 3), "print it afterwards", "a = await f(1)\nprint('now')\nb = await noisy(2)\n"
    ),
    "a random stream": Refused(
        "effect",
        (3, 4),
        "generator of its own",
        "import random\nasync def roll(): await f(1); return random.random()\na = await roll()\nb = await roll()\n",
    ),
    "the environment": Refused(
        "effect",
        (4, 5),
        "argument",
        "import os\nasync def put(v): await f(1); os.environ['PM_X'] = v\nasync def got(): await f(1); return os.environ.get('PM_X')\nawait put('1')\nb = await got()\n",
    ),
    "one file": Refused(
        "effect",
        (5, 6),
        "file of its own",
        "async def note(x):\n    await f(x)\n    with open('/tmp/pm_never_written', 'a') as out:\n        out.write(str(x))\nawait note(1)\nawait note(2)\n",
    ),
    "readings of the clock": Refused(
        "effect",
        (3, 4),
        "measure the whole cell",
        "t = time.time()\na = await f(1)\nt1 = time.time()\nb = await f(2)\nt2 = time.time()\n",
    ),
    "a pause between calls": Refused(
        "effect", (1, 2), "pause", "a = await f(1)\nawait asyncio.sleep(0.01)\nb = await f(2)\n"
    ),
    "one lock for both": Refused(
        "effect",
        None,
        "take turns",
        "lock = asyncio.Lock()\nasync def turn(x):\n    async with lock: return await f(x)\na = await turn(1)\nb = await turn(2)\n",
    ),
    "an event that is set and awaited": Refused(
        "effect",
        None,
        "take turns",
        "e = asyncio.Event()\nasync def go(): e.set(); return await f(1)\na = await go()\nb = await e.wait()\n",
    ),
    "a context variable": Refused(
        "effect",
        (3, 4),
        "argument",
        "cv = contextvars.ContextVar('cv', default=0)\nasync def put(v): await f(1); cv.set(v)\nawait put(1)\nawait put(2)\n",
    ),
    "the running task": Refused(
        "effect",
        None,
        "",
        "async def name(): await f(1); asyncio.current_task().set_name('x')\nawait name()\nawait name()\n",
    ),
    # one operation at a time
    "one connection": Refused(
        "exclusive", (1, 2), "from a pool", "a = await conn.fetch('select 1')\nb = await conn.execute('x')\n"
    ),
    "one connection in a loop": Refused(
        "exclusive",
        (3, 3),
        "from a pool",
        "out = []\nfor x in range(3):\n    out.append(await conn.fetch(str(x)))\n",
    ),
    "one connection in a comprehension": Refused(
        "exclusive", (1, 1), "from a pool", "r = [await conn.fetch(str(x)) for x in range(3)]\n"
    ),
    # control
    "a guard that raises": Refused(
        "control", (2, 4), "check", "a = await f(1)\nif a > 1:\n    raise ValueError(a)\nb = await g(2)\n"
    ),
    "an early return": Refused(
        "control",
        (3, 5),
        "check",
        "async def run():\n    a = await f(1)\n    if a > 1:\n        return a\n    return await g(2)\nr = await run()\n",
    ),
    "and": Refused("control", (1, 1), "any case", "r = (await f(1)) and (await g(2))\n"),
    "a conditional expression": Refused(
        "control", (1, 1), "any case", "r = (await f(1)) if LOG else (await g(2))\n"
    ),
    "a chained comparison": Refused("control", (1, 1), "any case", "r = (await f(1)) < 0 < (await f(2))\n"),
    "a condition that waits": Refused("control", (1, 2), "", "if await f(1):\n    b = await g(2)\n"),
    "a walrus that gives a name": Refused(
        "flow", (1, 2), "only faster", "if a := await f(1):\n    b = await g(a)\n"
    ),
    "a break": Refused(
        "control",
        (4, 4),
        "",
        "for x in range(3):\n    v = await f(x)\n    if v: LOG.append(v)\n    if v == 1: break\n",
    ),
    "retry": Refused(
        "control",
        None,
        "",
        "for attempt in range(3):\n    try:\n        r = await f(attempt)\n        break\n    except ValueError:\n        pass\n",
    ),
    # loops
    "a running sum in the argument": Refused(
        "loop", (3, 3), "", "t = 0\nfor x in range(3):\n    t = await f(t)\n"
    ),
    "paging": Refused(
        "loop", (3, 4), "for loop", "page = 0\nwhile page < 3:\n    r = await f(page)\n    page = r + 1\n"
    ),
    "a while loop that asks until it is done": Refused(
        "loop", (2, 3), "for loop", "done = False\nwhile not done:\n    done = await f(1) == 1\n"
    ),
    "an iterable changed in the body": Refused(
        "loop", None, "", "xs = [1, 2]\nfor x in xs:\n    v = await f(x)\n    if v < 2: xs.append(v + 2)\n"
    ),
    "a lambda that keeps the name": Refused(
        "loop", (4, 4), "", "fs = []\nfor x in range(2):\n    v = await f(x)\n    fs.append(lambda: v)\n"
    ),
    "a list that each iteration reads": Refused(
        "loop", None, "", "seen = []\nfor x in range(3):\n    seen.append(await h(*seen))\n"
    ),
    # what cannot be seen
    "eval beside": Refused("unknown", None, "", "a = await f(1)\neval('1')\nb = await f(2)\n"),
    "exec beside": Refused("unknown", None, "", "a = await f(1)\nexec('a = 2')\nb = await f(2)\n"),
    "a callee of unknown source": Refused(
        "unknown",
        None,
        "",
        "made = {}\nexec('async def u(x): return x', made)\na = await made['u'](1)\nb = await made['u'](2)\n",
    ),
    "a generator shared by both": Refused(
        "output",
        (4, 5),
        "",
        "it = (x for x in range(9))\nasync def take():\n    v = next(it); await f(v); return v\na = await take()\nb = await take()\n",
    ),
    "a decorated function": Refused(
        "output",
        (8, 9),
        "",
        "import functools\ndef deco(fn):\n    @functools.wraps(fn)\n    async def w(*a):\n        LOG.append(a); return await fn(*a)\n    return w\nk = deco(f)\na = await k(1)\nb = await k(2)\n",
    ),
    "a handler that is only decorated": Refused(
        "unknown",
        (3, 3),
        "decorator",
        "@print\nasync def handler():\n    a = await f(1)\n    b = await g(2)\n",
    ),
    # nothing there
    "one operation": Refused("nothing", (1, 1), "single", "a = await f(1)\n"),
    "an uncalled function": Refused(
        "nothing", (2, 2), "call it", "async def later():\n    a = await f(1)\n    b = await f(2)\n"
    ),
    "no operation at all": Refused("nothing", None, "", "a = 1\nb = 2\n", ("gather", "tasks", "threads")),
    "operations of two branches": Refused(
        "nothing", (2, 2), "one block", "if LOG:\n    a = await f(1)\nelse:\n    a = await g(2)\n"
    ),
    # already there
    "a task made by hand": Refused(
        "already", (1, 1), "plain order", "t = asyncio.create_task(f(1))\nb = await g(2)\nawait t\n"
    ),
    "an executor used by hand": Refused(
        "already",
        (2, 2),
        "plain order",
        "loop = asyncio.get_running_loop()\na = await loop.run_in_executor(None, sync_io, 1)\nb = await f(2)\n",
    ),
    # threads
    "blocking calls that share a list": Refused(
        "output",
        (2, 3),
        "object of its own",
        "l = []\na = sync_append(l, 1)\nb = sync_append(l, 2)\n",
        ("threads",),
    ),
    "blocking calls in a chain": Refused(
        "flow", (1, 2), "only faster", "a = sync_io(1)\nb = sync_io(a)\n", ("threads",)
    ),
    "one blocking call": Refused("nothing", (1, 1), "single", "a = sync_io(1)\n", ("threads",)),
    "a pause between blocking calls": Refused(
        "effect", (1, 2), "pause", "a = sync_io(1)\ntime.sleep(0.01)\nb = sync_io(2)\n", ("threads",)
    ),
    "blocking calls after a guard": Refused(
        "control", (2, 3), "check", "a = sync_io(1)\nassert a\nb = sync_io(2)\n", ("threads",)
    ),
}
