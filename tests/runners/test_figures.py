"""Figures that a rerun opens are closed; those open before are as they were."""

import subprocess
import sys

import matplotlib as mpl
import pytest

from perfmagic.runners.figures import saved_figures

mpl.use("agg")

from matplotlib import pyplot as plt  # noqa: E402


@pytest.fixture(autouse=True)
def _no_figures():
    plt.close("all")
    yield
    plt.close("all")


def test_a_rerun_draws_into_a_figure_of_its_own():
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    for _ in range(3):
        with saved_figures():
            plt.plot([1, 2])
            assert len(plt.gca().lines) == 1
    assert len(axes.lines) == 1
    assert plt.gcf() is figure


def test_numbers_order_and_the_active_figure_are_as_before():
    first, second = plt.figure(3), plt.figure(7)
    plt.figure(3)
    with saved_figures():
        assert plt.get_fignums() == []
        plt.figure(7)
        plt.close("all")
    assert plt.get_fignums() == [3, 7]
    assert plt.gcf() is first
    assert plt.figure(7) is second


def draw_and_fail():
    plt.figure()
    raise KeyError


def test_figures_are_as_before_when_the_run_raises():
    figure = plt.figure()
    with pytest.raises(KeyError), saved_figures():
        draw_and_fail()
    assert [plt.figure(n) for n in plt.get_fignums()] == [figure]


def test_matplotlib_is_not_imported():
    code = (
        "import sys\nfrom perfmagic.runners.figures import saved_figures\n"
        "with saved_figures(): pass\nassert 'matplotlib' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
