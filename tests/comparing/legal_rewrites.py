"""Rewrites by hand that are right under every schedule, of the kinds that a perturbed run could take for wrong ones."""

_TWO = ("a = await {0}\nb = await {1}\n", "a, b = await asyncio.gather({0}, {1})\n")


def _pair(setup: str, first: str, second: str) -> tuple[str, str]:
    setup = "import asyncio\n" + setup.lstrip("\n")
    return setup + _TWO[0].format(first, second), setup + _TWO[1].format(first, second)


LEGAL = {
    "a pool of connections that keeps who uses which to itself": _pair(
        """
class Pool:
    def __init__(self, size):
        self.free = asyncio.Semaphore(size)
    async def fetch(self, query):
        async with self.free:
            await asyncio.sleep(0.02)
            return query.upper()
pool = Pool(1)
async def report(query):
    return await pool.fetch(query), await pool.fetch(query + "!")
""",
        "report('users')",
        "report('orders')",
    ),
    "a retry with growing pauses": _pair(
        """
async def flaky(name, failures):
    left = [failures]
    for pause in (0.01, 0.02, 0.04):
        try:
            await asyncio.sleep(0.01)
            if left[0]:
                left[0] -= 1
                raise ConnectionError(name)
            return name
        except ConnectionError:
            await asyncio.sleep(pause)
""",
        "flaky('a', 2)",
        "flaky('b', 1)",
    ),
    "a generous time limit of each operation": _pair(
        """
async def fetch(name):
    async with asyncio.timeout(5):
        await asyncio.sleep(0.02)
        return name
""",
        "fetch('a')",
        "asyncio.wait_for(fetch('b'), 5)",
    ),
    "a race inside one operation, decided by far": _pair(
        """
async def after(seconds, value):
    await asyncio.sleep(seconds)
    return value
async def fastest(*values):
    tasks = [asyncio.create_task(after(0.01 if i == 0 else 3, v)) for i, v in enumerate(values)]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    return [task.result() for task in done]
""",
        "fastest('x', 'y')",
        "fastest('v', 'w')",
    ),
    "a cache behind a lock, filled with what the key says": _pair(
        """
cache, locks = {}, {}
async def load(key):
    lock = locks.setdefault(key, asyncio.Lock())
    async with lock:
        if key not in cache:
            await asyncio.sleep(0.02)
            cache[key] = key * 2
        return cache[key]
async def both():
    return await load("k"), await load("k")
async def one():
    return await load("m")
locks = {"k": asyncio.Lock(), "m": asyncio.Lock()}
""",
        "both()",
        "one()",
    ),
    "producers and consumers inside one operation": _pair(
        """
async def pipeline(items):
    queue, results = asyncio.Queue(2), []
    async def produce():
        for item in items:
            await queue.put(item)
            await asyncio.sleep(0.005)
        await queue.put(None)
    async def consume():
        while (item := await queue.get()) is not None:
            results.append(item * 2)
    await asyncio.gather(produce(), consume())
    return results
""",
        "pipeline([1, 2, 3])",
        "pipeline([4, 5])",
    ),
    "an event that the first sets and the second waits for": _pair(
        """
ready = asyncio.Event()
async def prepare():
    await asyncio.sleep(0.02)
    ready.set()
    return "prepared"
async def use():
    await ready.wait()
    return "used"
""",
        "prepare()",
        "use()",
    ),
    "a shielded part that ends before the operation": _pair(
        """
async def part(x):
    await asyncio.sleep(0.01)
    return x
async def guarded(x):
    return await asyncio.shield(part(x))
""",
        "guarded(1)",
        "guarded(2)",
    ),
    "async generators and context managers": _pair(
        """
from contextlib import asynccontextmanager
@asynccontextmanager
async def session(name):
    await asyncio.sleep(0.005)
    yield [name]
    await asyncio.sleep(0.005)
async def pages(rows):
    for n in range(3):
        await asyncio.sleep(0.005)
        rows.append(n)
        yield n
async def crawl(name):
    async with session(name) as rows:
        return [n async for n in pages(rows)], rows
""",
        "crawl('a')",
        "crawl('b')",
    ),
    "caught errors of each operation": _pair(
        """
async def attempt(x):
    try:
        await asyncio.sleep(0.01)
        raise KeyError(x)
    except KeyError as error:
        await asyncio.sleep(0.01)
        return error.args, error.__context__
    finally:
        await asyncio.sleep(0.005)
""",
        "attempt(1)",
        "attempt(2)",
    ),
    "a sum that does not care for order": _pair(
        """
totals = {"a": 0, "b": 0}
async def count(key, numbers):
    for n in numbers:
        await asyncio.sleep(0.002)
        totals[key] += n
    return totals[key]
""",
        "count('a', range(5))",
        "count('b', range(7))",
    ),
    "operations of very different length": _pair(
        """
async def work(n):
    for _ in range(n):
        await asyncio.sleep(0.001)
    return n
""",
        "work(200)",
        "work(1)",
    ),
    "operations that never wait": _pair(
        """
async def now(x):
    return x
""",
        "now(1)",
        "now(2)",
    ),
    "a bounded fan-out over many": (
        (
            "import asyncio\nasync def f(x):\n    await asyncio.sleep(0.01)\n    return x * x\n"
            "squares = []\nfor x in range(60):\n    squares.append(await f(x))\n"
        ),
        (
            "import asyncio\nasync def f(x):\n    await asyncio.sleep(0.01)\n    return x * x\n"
            "gate = asyncio.Semaphore(8)\nasync def bounded(x):\n    async with gate:\n        return await f(x)\n"
            "squares = await asyncio.gather(*(bounded(x) for x in range(60)))\nx = 59\ndel gate, bounded\n"
        ),
    ),
    "levels that need each other": (
        (
            "import asyncio\nasync def f(*x):\n    await asyncio.sleep(0.01)\n    return x\n"
            "a = await f(1)\nb = await f(2)\nc = await f(a, b)\nd = await f(a)\ne = await f(c, d)\n"
        ),
        (
            "import asyncio\nasync def f(*x):\n    await asyncio.sleep(0.01)\n    return x\n"
            "a, b = await asyncio.gather(f(1), f(2))\nc, d = await asyncio.gather(f(a, b), f(a))\ne = await f(c, d)\n"
        ),
    ),
}
