"""Rewrites that give the right result as long as nothing is late: the plain run finds nothing wrong with them.

Each is a cell, what a hasty rewrite makes of its last lines, and the lines that conflict.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wrong:
    name: str
    setup: str
    before: str
    after: str
    lines: tuple[int, int] | None = None

    @property
    def cell(self) -> str:
        return self.setup + self.before

    @property
    def changed(self) -> str:
        return self.setup + self.after


def _pair(name: str, setup: str, first: str, second: str, *, imports: str = "import asyncio\n") -> Wrong:
    """Two awaits that a rewrite gathers."""
    setup = imports + setup.lstrip("\n")
    count = setup.count("\n")
    return Wrong(
        name,
        setup,
        f"a = await {first}\nb = await {second}\n",
        f"a, b = await asyncio.gather({first}, {second})\n",
        (count + 1, count + 2),
    )


WRONG = (
    _pair(
        "a mutable default argument",
        """
async def seen(x, log=[]):
    await asyncio.sleep(0.02)
    log.append(x)
    return list(log)
""",
        "seen(1)",
        "seen(2)",
    ),
    _pair(
        "a property getter with an effect",
        """
class Meter:
    reads = 0
    @property
    def value(self):
        self.reads += 1
        return self.reads
meter = Meter()
async def sample():
    await asyncio.sleep(0.02)
    return meter.value
""",
        "sample()",
        "sample()",
    ),
    _pair(
        "an operator with an effect",
        """
class Money:
    made = []
    def __init__(self, amount):
        self.amount = amount
    def __add__(self, other):
        self.made.append(self.amount)
        return Money(self.amount + other.amount)
async def total(x, y):
    await asyncio.sleep(0.02)
    return (Money(x) + Money(y)).amount, list(Money.made)
""",
        "total(1, 2)",
        "total(3, 4)",
    ),
    _pair(
        "an alias through a tuple",
        """
shared = ([], "label")
mine, _ = shared
async def add(where, x):
    await asyncio.sleep(0.02)
    where.append(x)
""",
        "add(mine, 1)",
        "add(shared[0], 2)",
    ),
    _pair(
        "a lost update",
        """
account = {"balance": 100}
async def deposit(amount, connect):
    await asyncio.sleep(connect)
    balance = account["balance"]
    await asyncio.sleep(0.01)
    account["balance"] = balance + amount
""",
        "deposit(10, 0.0)",
        "deposit(20, 0.03)",
    ),
    _pair(
        "a cache that is filled by whoever finds it empty",
        """
cache, calls = {}, []
async def load(key, who, wait):
    await asyncio.sleep(wait)
    if key not in cache:
        await asyncio.sleep(0.01)
        calls.append(who)
        cache[key] = who
    return cache[key]
""",
        "load('k', 'first', 0.0)",
        "load('k', 'second', 0.03)",
    ),
    _pair(
        "the order of appends",
        """
log = []
async def fetch(name):
    await asyncio.sleep(0.02)
    log.append(name)
    return name
""",
        "fetch('users')",
        "fetch('orders')",
    ),
    _pair(
        "a shared iterator",
        """
numbers = iter(range(10))
async def take():
    await asyncio.sleep(0.02)
    return next(numbers)
""",
        "take()",
        "take()",
    ),
    _pair(
        "a connection for one operation at a time",
        """
class InterfaceError(Exception):
    pass
class Connection:
    busy = False
    async def fetch(self, query, wait):
        await asyncio.sleep(wait)
        if self.busy:
            raise InterfaceError("another operation is in progress")
        self.busy = True
        await asyncio.sleep(0.01)
        self.busy = False
        return query
connection = Connection()
""",
        "connection.fetch('a', 0.0)",
        "connection.fetch('b', 0.03)",
    ),
    _pair(
        "a shared buffer",
        """
buffer = bytearray(4)
async def receive(data, wait):
    await asyncio.sleep(wait)
    buffer[:] = data
    await asyncio.sleep(0.01)
    return bytes(buffer)
""",
        "receive(b'aaaa', 0.0)",
        "receive(b'bbbb', 0.03)",
    ),
    _pair(
        "a context that is set for one operation",
        """
current = {"user": None}
async def as_user(name, wait):
    await asyncio.sleep(wait)
    current["user"] = name
    await asyncio.sleep(0.01)
    return current["user"]
""",
        "as_user('ann', 0.0)",
        "as_user('bob', 0.03)",
    ),
    _pair(
        "the order of printed lines",
        """
async def step(name):
    await asyncio.sleep(0.02)
    print(name)
""",
        "step('one')",
        "step('two')",
    ),
    _pair(
        "a counter of a class",
        """
class Ticket:
    last = 0
    def __init__(self):
        Ticket.last += 1
        self.number = Ticket.last
async def book():
    await asyncio.sleep(0.02)
    return Ticket().number
""",
        "book()",
        "book()",
    ),
    _pair(
        "a resource that the second one closes",
        """
class Session:
    open = True
session = Session()
async def read():
    await asyncio.sleep(0.01)
    if not session.open:
        raise RuntimeError("the session is closed")
    return 1
async def close():
    await asyncio.sleep(0.03)
    session.open = False
""",
        "read()",
        "close()",
    ),
    _pair(
        "the random stream",
        """
random.seed(3)
async def draw():
    await asyncio.sleep(0.02)
    return random.random()
""",
        "draw()",
        "draw()",
        imports="import asyncio\nimport random\n",
    ),
    _pair(
        "a queue that two read",
        """
queue = asyncio.Queue()
for item in "xyz":
    queue.put_nowait(item)
async def get():
    await asyncio.sleep(0.01)
    return await queue.get()
""",
        "get()",
        "get()",
    ),
    _pair(
        "the first to come sets the default",
        """
settings = {}
async def configure(name):
    await asyncio.sleep(0.02)
    return settings.setdefault("owner", name)
""",
        "configure('a')",
        "configure('b')",
    ),
    _pair(
        "a lock keeps them apart but in no order",
        """
lock, log = asyncio.Lock(), []
async def write(name):
    async with lock:
        await asyncio.sleep(0.01)
        log.append(name)
""",
        "write('a')",
        "write('b')",
    ),
    Wrong(
        "a task reads what the cell's own code writes after its first wait",
        """import asyncio
rates = {"usd": 1}
async def convert():
    await asyncio.sleep(0.03)
    return rates["usd"] * 10
async def refresh():
    await asyncio.sleep(0.01)
    rates["usd"] = 2
""",
        "await refresh()\nprice = await convert()\n",
        "price_task = asyncio.create_task(convert())\nawait refresh()\nprice = await price_task\n",
        (9, 10),
    ),
    Wrong(
        "a task group over a loop that numbers what it finds",
        """import asyncio
found = []
async def visit(page):
    await asyncio.sleep(0.01)
    found.append(page)
    return len(found)
pages = ["a", "b", "c", "d"]
""",
        "numbers = []\nfor page in pages:\n    numbers.append(await visit(page))\n",
        "async with asyncio.TaskGroup() as group:\n    visits = [group.create_task(visit(page)) for page in pages]\n"
        "numbers = [each.result() for each in visits]\npage = 'd'\n",
        (10, 10),
    ),
)

_POOL = "import time\nfrom concurrent.futures import ThreadPoolExecutor\n"


def _threads(name: str, setup: str, first: str, second: str) -> Wrong:
    """Two calls that a rewrite gives to a pool."""
    setup = _POOL + setup.lstrip("\n")
    count = setup.count("\n")
    call = {each: each.replace("(", ", ", 1).replace(", )", ")") for each in (first, second)}
    return Wrong(
        name,
        setup,
        f"a = {first}\nb = {second}\n",
        "with ThreadPoolExecutor(max_workers=2) as executor:\n"
        f"    a_future = executor.submit({call[first]}\n    b_future = executor.submit({call[second]}\n"
        "    a = a_future.result()\n    b = b_future.result()\n",
        (count + 1, count + 2),
    )


WRONG_THREADS = (
    _threads(
        "threads that append",
        """
log = []
def fetch(name, seconds):
    time.sleep(seconds)
    log.append(name)
    return len(log)
""",
        "fetch('users', 0.005)",
        "fetch('orders', 0.025)",
    ),
    _threads(
        "threads that update what they read before",
        """
account = {"balance": 100}
def deposit(amount, connect):
    time.sleep(connect)
    balance = account["balance"]
    time.sleep(0.01)
    account["balance"] = balance + amount
""",
        "deposit(10, 0.0)",
        "deposit(20, 0.04)",
    ),
    _threads(
        "threads that print",
        """
def step(name, seconds):
    time.sleep(seconds)
    print(name)
""",
        "step('one', 0.005)",
        "step('two', 0.025)",
    ),
    _threads(
        "threads that share an iterator",
        """
numbers = iter(range(10))
def take(seconds):
    time.sleep(seconds)
    return next(numbers)
""",
        "take(0.005)",
        "take(0.025)",
    ),
)
