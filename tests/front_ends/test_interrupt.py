"""The stop button and Ctrl-C: the cell ends at once, what was measured is shown, nothing is left behind."""

import pytest

pytestmark = [pytest.mark.kernel]

SOON_S = 0.5
DEFINE = """\
import concurrent.futures
async def slow(value, seconds=8):
    await asyncio.sleep(seconds)
    return value
def spin(seconds=8):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return seconds
async def spin_in_task():
    task = asyncio.create_task(spinning())
    return await task
async def spinning():
    return spin()
def block(seconds=3):
    time.sleep(seconds)
    return seconds
"""
CELLS = {
    "while_it_awaits": "a = await slow(1)\nb = await slow(2)\n",
    "while_it_computes": "a = await work(1)\nb = spin()\n",
    "while_it_computes_without_await": "b = spin()\n",
    "inside_a_child_task": "a = await work(1)\nb = await spin_in_task()\n",
    "inside_a_task_group": "async with asyncio.TaskGroup() as group:\n    group.create_task(slow(1))\n    group.create_task(spinning())\n",
    "in_to_thread": "a = await asyncio.to_thread(block)\n",
    "in_an_executor": "with concurrent.futures.ThreadPoolExecutor() as pool_of_threads:\n    r = list(pool_of_threads.map(block, [3, 3]))\n",
    "in_an_executor_that_computes": "with concurrent.futures.ThreadPoolExecutor() as pool_of_threads:\n    r = list(pool_of_threads.map(spin, [8, 8]))\n",
    "while_it_sleeps": "b = block()\n",
}  # fmt: skip
BUSY = "[t.name for t in threading.enumerate() if t.name.startswith(('ThreadPoolExecutor', 'asyncio_'))]"
"""Workers inside a blocking call when the cell was stopped cannot be ended; they end with the call."""

SETTLE = f"""\
for _ in range(100):
    if not [n for n in {BUSY} if n.startswith('Thread')]: break
    await asyncio.sleep(0.1)
"""

LEFT = (
    "(len([t for t in asyncio.all_tasks() if 'slow' in repr(t) or 'spin' in repr(t) or 'perfmagic' in t.get_name()]),"
    " len([t for t in threading.enumerate() if t.is_alive() and ('pool' in t.name.lower() and 'asyncio' not in t.name)]))"
)


@pytest.fixture(scope="module")
def stopped(kernel):
    assert not kernel.run(DEFINE).error
    return kernel


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS.keys())
def test_cell_ends_soon_with_keyboard_interrupt(stopped, cell):
    reply, seconds = stopped.interrupt_after("%%concurrent\n" + cell, 1.0)
    assert "KeyboardInterrupt" in reply.error
    assert seconds < SOON_S
    assert stopped.run("1 + 1").out == "2"


def test_interrupt_during_reruns_keeps_the_committed_state_and_shows_a_partial_report(stopped):
    stopped.run("%config Perfmagic.quiet = False")
    stopped.run("%config Perfmagic.rounds = 20")
    settle(stopped)
    stopped.run("log = []")
    cell = "log.append('ran')\na = await slow(1, 0.3)\nb = await slow(2, 0.3)\n"
    reply, seconds = stopped.interrupt_after("%%concurrent --budget 60\n" + cell, 3.0)
    stopped.run("%config Perfmagic.quiet = True")
    stopped.run("%config Perfmagic.rounds = 3")
    assert "KeyboardInterrupt" in reply.error
    assert seconds < SOON_S
    assert "sequential" in reply.text
    assert stopped.run("(a, b, log)").out == "(1, 2, ['ran'])"
    assert stopped.run("perfmagic.last().interrupted").out == "True"
    assert stopped.run("perfmagic.last().executions > 1").out == "True"


def settle(kernel):
    """Wait until the blocking calls of earlier tests returned."""
    kernel.run(SETTLE)


def test_nothing_is_left_after_an_interrupt(stopped):
    settle(stopped)
    stopped.interrupt_after("%%concurrent\na = await slow(1)\nb = await slow(2)\n", 1.0)
    assert stopped.run(LEFT).out == "(0, 0)"


def test_cancelled_error_of_the_user_stays_one(stopped):
    reply = stopped.run(
        "%%concurrent\na = await work(1)\nb = await work(2)\nraise asyncio.CancelledError('mine')\n"
    )
    assert "CancelledError" in reply.error
    assert "KeyboardInterrupt" not in reply.error


@pytest.mark.terminal
def test_control_c_in_a_terminal(terminal):
    terminal.run("async def slow(value, seconds=8):\n    await asyncio.sleep(seconds)\n    return value\n")
    reply, seconds = terminal.interrupt_after("%%concurrent\na = await slow(1)\nb = await slow(2)\n", 1.0)
    assert "KeyboardInterrupt" in reply.text
    assert seconds < SOON_S
    assert terminal.run("1 + 1").out == "2"


def test_stop_while_a_rerun_computes_gives_the_partial_report_too(stopped):
    settle(stopped)
    stopped.run(
        "async def crunch(value):\n    await asyncio.sleep(0.01)\n    for _ in range(20_000_000): pass\n    return value\n"
    )
    stopped.run("%config Perfmagic.quiet = False")
    reply, seconds = stopped.interrupt_after(
        "%%concurrent --budget 60\na = await crunch(1)\nb = await crunch(2)\n", 2.5
    )
    stopped.run("%config Perfmagic.quiet = True")
    assert "KeyboardInterrupt" in reply.error
    assert "perfmagic" not in reply.error
    assert seconds < SOON_S
    assert "stopped" in reply.text
    assert stopped.run("(a, b, perfmagic.last().interrupted)").out == "(1, 2, True)"


def test_stop_leaves_a_busy_task_of_an_earlier_cell_alone(stopped):
    stopped.run("polls = []")
    stopped.run(
        "async def poll():\n    while True:\n        spin(0.01)\n        polls.append(1)\n        await asyncio.sleep(0)\n"
    )
    stopped.run("poller = asyncio.create_task(poll())")
    reply, _ = stopped.interrupt_after("%%concurrent\na = await slow(1)\nb = await slow(2)\n", 1.0)
    alive = stopped.run("await asyncio.sleep(0.1)\n(poller.done(), len(polls) > 10)").out
    stopped.run("poller.cancel()")
    assert "KeyboardInterrupt" in reply.error
    assert alive == "(False, True)"
