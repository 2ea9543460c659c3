"""Ctrl-C: it ends what runs, wakes what waits, and never falls where state is put back."""

import asyncio
import signal
import threading

import pytest

from perfmagic.runners.interrupt import Interrupt, interruptible
from perfmagic.runners.worker_threads import workers_alive


def made(task=None):
    return Interrupt(task=task, threads_before=workers_alive())


def press_ctrl_c():
    signal.raise_signal(signal.SIGINT)


def test_in_a_cell_without_a_loop_it_is_raised_at_once():
    with interruptible(None) as interrupt, pytest.raises(KeyboardInterrupt):
        press_ctrl_c()
    assert interrupt.hit


async def test_in_the_cells_own_task_it_is_raised_at_once():
    with interruptible(asyncio.current_task()) as interrupt, pytest.raises(KeyboardInterrupt):
        press_ctrl_c()
    assert interrupt.hit
    assert asyncio.current_task().cancelling() == 0


async def test_a_task_that_awaits_is_woken_by_a_cancellation_that_becomes_the_interrupt():
    task = asyncio.current_task()
    with interruptible(task) as interrupt:
        asyncio.get_running_loop().call_soon(interrupt.on_signal, signal.SIGINT, None)
        with pytest.raises(asyncio.CancelledError):
            await asyncio.Event().wait()
        assert task.cancelling() == 1
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()
    assert task.cancelling() == 0


async def test_a_child_task_is_cancelled_and_never_sees_a_keyboard_interrupt():
    seen = []

    async def child(interrupt):
        try:
            interrupt.on_signal(signal.SIGINT, None)
        except BaseException as error:
            seen.append(type(error))
            raise

    with interruptible(asyncio.current_task()) as interrupt:
        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(child(interrupt))
        assert seen == [asyncio.CancelledError]
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()
    assert asyncio.current_task().cancelling() == 0


async def test_a_task_of_an_earlier_cell_that_happens_to_run_is_left_alone():
    seen = []

    async def stranger(ready):
        interrupt = await ready
        try:
            interrupt.on_signal(signal.SIGINT, None)
        except BaseException as error:
            seen.append(type(error))
        seen.append("goes on")

    ready = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(stranger(ready))
    with interruptible(asyncio.current_task()) as interrupt:
        ready.set_result(interrupt)
        with pytest.raises(asyncio.CancelledError):
            await asyncio.sleep(5)
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()
    await task
    assert seen == ["goes on"]


def test_under_a_shield_it_is_only_noted():
    interrupt = made()
    with interrupt.shielded():
        interrupt.on_signal(signal.SIGINT, None)
        assert interrupt.hit
    with pytest.raises(KeyboardInterrupt):
        interrupt.check()


def test_shields_nest():
    interrupt, done = made(), []
    with interrupt.shielded():
        with interrupt.shielded():
            interrupt.on_signal(signal.SIGINT, None)
        interrupt.on_signal(signal.SIGINT, None)
        done.append("all of it")
    assert done == ["all of it"]
    with pytest.raises(KeyboardInterrupt):
        interrupt.on_signal(signal.SIGINT, None)


def test_a_shield_ends_with_an_error_under_it():
    interrupt = made()
    with pytest.raises(KeyError), interrupt.shielded():
        {}["missing"]
    with pytest.raises(KeyboardInterrupt):
        interrupt.on_signal(signal.SIGINT, None)


def test_a_shield_leaves_worker_threads_at_work():
    interrupt, go = made(), threading.Event()
    worker = threading.Thread(target=go.wait)
    worker.start()
    with interrupt.shielded():
        interrupt.on_signal(signal.SIGINT, None)
    assert worker.is_alive()
    go.set()
    worker.join()


def test_without_an_interrupt_the_check_does_nothing():
    interrupt = made()
    interrupt.check()
    assert not interrupt.hit


async def test_the_check_takes_back_every_cancellation_of_the_task():
    interrupt = made(asyncio.current_task())
    interrupt.hit = True
    for _ in range(2):
        asyncio.current_task().cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.sleep(0)
    with pytest.raises(KeyboardInterrupt):
        interrupt.check()
    assert asyncio.current_task().cancelling() == 0
    await asyncio.sleep(0)


@pytest.mark.parametrize("fails", [False, True], ids=["a cell that ends", "a cell that raises"])
def test_the_handler_from_before_is_put_back(fails):
    before = signal.getsignal(signal.SIGINT)
    try:
        with interruptible(None) as interrupt:
            assert signal.getsignal(signal.SIGINT) == interrupt.on_signal
            if fails:
                raise KeyError
    except KeyError:
        assert fails
    assert signal.getsignal(signal.SIGINT) is before


def test_a_handler_of_the_user_is_put_back():
    seen = []
    before = signal.signal(signal.SIGINT, lambda *_: seen.append("user"))
    try:
        with interruptible(None):
            pass
        press_ctrl_c()
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen == ["user"]


def test_outside_the_main_thread_signals_stay_with_the_main_thread():
    before, seen = signal.getsignal(signal.SIGINT), []

    def elsewhere():
        with interruptible(None) as interrupt:
            seen.append((signal.getsignal(signal.SIGINT) is before, interrupt.hit))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [(True, False)]


def test_an_ignored_signal_stays_ignored_afterwards():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible(None) as interrupt, pytest.raises(KeyboardInterrupt):
            press_ctrl_c()
        assert interrupt.hit
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
