"""One front end of each kind for a whole module: starting a kernel takes a second."""

from collections.abc import Iterator

import pytest

from tests.front_ends.in_process import InProcess
from tests.front_ends.kernel import Kernel
from tests.front_ends.terminal import Terminal


@pytest.fixture(
    scope="module", params=[InProcess, Kernel, Terminal], ids=["run_cell", "ipykernel", "terminal"]
)
def front_end(request) -> Iterator[InProcess | Kernel | Terminal]:
    made = request.param()
    try:
        yield start(made)
    finally:
        made.close()


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    made = Kernel()
    try:
        yield start(made)
    finally:
        made.close()


@pytest.fixture(scope="module")
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    try:
        yield start(made)
    finally:
        made.close()


CELLS = [
    "%load_ext perfmagic",
    "%config Perfmagic.rounds = 3",
    "%config Perfmagic.quiet = True",
    "import asyncio, time, threading, perfmagic",
    "async def work(value, seconds=0.02):\n    await asyncio.sleep(seconds)\n    return value\n",
    """\
class Pool:
    def __init__(self, loop):
        self.loop = loop
    async def fetch(self, value):
        if asyncio.get_running_loop() is not self.loop:
            raise RuntimeError('attached to a different loop')
        await asyncio.sleep(0.02)
        return value
""",
    "async def make_pool():\n    return Pool(asyncio.get_running_loop())\n",
    "pool = await make_pool()",
]


def start(made):
    for cell in CELLS:
        reply = made.run(cell)
        assert not reply.error, reply.error
    return made
