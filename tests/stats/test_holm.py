import pytest

from perfmagic.stats.holm import holm, rounds_needed


@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [
        pytest.param([], (), id="none"),
        pytest.param([0.04], (0.04,), id="one stays"),
        pytest.param([0.01, 0.04], (0.02, 0.04), id="the smallest counts twice"),
        pytest.param(
            [0.03, 0.01, 0.02], (0.04, 0.03, 0.04), id="never below a smaller one, in the order given"
        ),
        pytest.param([0.5, 0.6, 0.9], (1.0, 1.0, 1.0), id="never above one"),
        pytest.param([0.02, 0.02], (0.04, 0.04), id="ties are treated alike"),
    ],
)
def test_holm(p_values, adjusted):
    assert holm(p_values) == pytest.approx(adjusted)


@pytest.mark.parametrize(
    ("candidates", "rounds"), [(1, 6), (2, 7), (3, 7), (4, 8), (5, 8), (6, 8), (7, 9), (12, 9), (13, 10)]
)
def test_rounds_needed_grow_with_the_candidates(candidates, rounds):
    assert rounds_needed(candidates) == rounds
