"""The processes strategy in real kernels: what the notebook defines goes along, whatever its way to start processes is."""

import pytest

from tests.front_ends.kernel import Kernel

pytestmark = pytest.mark.kernel

NOTEBOOK = """
import math
import multiprocessing
import numpy as np

{start}
SCALE = 3

class Grid:
    def __init__(self, size):
        self.size = size
    def total(self, n):
        return sum(math.sqrt(each) * self.size for each in range(n))

def even(n):
    return True if n == 0 else odd(n - 1)

def odd(n):
    return False if n == 0 else even(n - 1)

def parity(n):
    return [even(each % 90) for each in range(n)]

def shifted(by):
    def run(n):
        total = 0
        for each in range(n):
            total += each * SCALE + by
        return total
    return run

def norm(rows):
    return float(np.linalg.norm(rows @ rows.T)), rows * 2

grid, run, rows = Grid(2), shifted(5), np.arange(20_000.0).reshape(200, 100)
%load_ext perfmagic
"""

CELL = """%%concurrent --strategies processes --workers 2 --rounds 1 --no-profile -o found
a = grid.total(20_000)
b = parity(3_000)
c = run(20_000)
d, e = norm(rows)
f = [run(n) for n in range(6)]
"""

LEFT = """
import os
from pathlib import Path
def left():
    pids = [pid for each in Path('/proc/self/task').glob('*/children') for pid in each.read_text().split()]
    return [each for each in pids if 'loky.backend.popen' in Path('/proc', each, 'cmdline').read_text()]
"""


@pytest.fixture(scope="module", params=["fork", "spawn", "forkserver"])
def kernel(request):
    kernel = Kernel()
    kernel.run(NOTEBOOK.format(start=f"multiprocessing.set_start_method({request.param!r})") + LEFT)
    yield kernel
    kernel.manager.shutdown_kernel(now=True)
    kernel.client.stop_channels()


def test_functions_classes_and_closures_of_the_notebook_go_along(kernel):
    reply = kernel.run(CELL, 120)
    assert not reply.error
    found = kernel.run(
        "p = found.candidate('processes'); (str(p.status), p.verdict and p.verdict.status.value, p.error)"
    ).out
    assert found == "('ran', 'equal', None)", f"{found}\n{reply.text}"
    assert kernel.run("p.transfer.sent_bytes > rows.nbytes").out == "True", (
        kernel.run("p").out + kernel.run("p.source").out
    )
    assert kernel.run("p.transfer.received_bytes > rows.nbytes and p.transfer.seconds > 0").out == "True"


def test_no_process_is_left_and_the_users_own_pool_stays(kernel):
    kernel.run(
        "from loky import get_reusable_executor\nmine = get_reusable_executor(max_workers=1, timeout=300)\npid = mine.submit(os.getpid).result()"
    )
    assert not kernel.run(CELL, 120).error
    assert kernel.run("left() == [str(pid)]").out == "True"
    assert kernel.run("mine.submit(os.getpid).result() == pid").out == "True"
    kernel.run("mine.shutdown(kill_workers=True)")


def test_a_stop_ends_the_workers_at_once(kernel):
    kernel.run(
        "def spin(n):\n    total = 0\n    for each in range(n):\n        total += each\n    return total"
    )
    cell = "%%concurrent --strategies processes --workers 2 --rerun --budget 100\na = spin(30_000_000)\nb = spin(30_000_000)"
    reply, seconds = kernel.interrupt_after(cell, 7)
    assert "KeyboardInterrupt" in reply.error
    assert seconds < 1.5
    assert kernel.run("left()").out == "[]"
