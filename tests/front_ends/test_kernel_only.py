"""What only a kernel has: subshells, and figures drawn inline."""

import importlib.metadata

import pytest

pytestmark = [pytest.mark.kernel]

HAS_SUBSHELLS = int(importlib.metadata.version("ipykernel").split(".")[0]) >= 7


def test_cell_in_a_subshell_is_compared_on_its_own_loop(kernel):
    """Kernels before ipykernel 7 have no subshells: there the cell runs in the main shell."""
    subshell = kernel.create_subshell() if HAS_SUBSHELLS else None
    message = kernel.send("%%concurrent\ns = await work(1)\nt = await work(2)\n(s, t)\n", subshell)
    reply = kernel.collect([message])[0]
    assert not reply.error
    assert reply.out == "(1, 2)"


def test_figure_is_shown_once_and_no_figure_stays_open(kernel):
    kernel.run("%matplotlib inline\nimport matplotlib.pyplot as plt")
    reply = kernel.run(
        "%%concurrent --rerun\na = await work(1)\nb = await work(2)\nplt.plot([a, b])\nplt.title('once');\n",
        90,
    )
    assert not reply.error
    assert reply.text.count("Figure size") == 1
    assert kernel.run("len(plt.get_fignums())").out == "0"


def test_background_task_of_an_earlier_cell_keeps_printing_and_counting(kernel):
    kernel.run(
        "ticks = []\nasync def tick():\n    while True:\n        ticks.append(1)\n        await asyncio.sleep(0.005)\n"
    )
    kernel.run("ticker = asyncio.create_task(tick())")
    assert not kernel.run("%%concurrent\na = await work(1)\nb = await work(2)\n").error
    alive = kernel.run("(ticker.done(), len(ticks) > 10)").out
    kernel.run("ticker.cancel()")
    assert alive == "(False, True)"


def test_a_second_comparison_at_the_same_time_is_refused(kernel):
    """Two comparisons would restore one namespace under each other."""
    if not HAS_SUBSHELLS:
        return
    subshell = kernel.create_subshell()
    first = kernel.send("%%concurrent\nm = await work(1, 0.3)\nn = await work(2, 0.3)\n(m, n)\n")
    kernel.run_started(first)
    second = kernel.send("%%concurrent\no = await work(1)\n", subshell)
    replies = kernel.collect([first, second])
    assert "another comparison runs" in replies[1].shown
    assert replies[0].out == "(1, 2)"
