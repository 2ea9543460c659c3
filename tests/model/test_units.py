import pytest

from perfmagic.model import units


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.912, "0.912 s"), (0.5, "0.500 s"), (0.316, "316 ms"), (0.0307, "30.7 ms"), (1.234, "1.23 s"), (12.34, "12.3 s"),
        (754.4, "754 s"), (12.3e-6, "12.3 us"), (0.4e-3, "400 us"), (250e-9, "250 ns"), (0.0, "0.00 ns"),
    ],
)  # fmt: skip
def test_seconds_have_three_digits_and_a_unit(value, text):
    assert units.seconds(value) == text


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((0.912, 0.908, 0.921), "0.912 s (0.908-0.921)"),
        ((0.308, 0.304, 0.316), "308 ms (304-316)"),
        ((0.9, 0.2, 1.5), "0.900 s (0.200-1.500)"),
        ((12.3e-6, 12.0e-6, 1e-3), "12.3 us (12.0-1000.0)"),
    ],
)
def test_extremes_are_told_in_the_unit_of_the_median(values, text):
    assert units.seconds_range(*values) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.96, "2.96x"), (20.06, "20.1x"), (123.4, "123x"), (0.97, "0.97x"), (0.012, "0.012x"), (1e-5, "1.0e-05x"), (0.0, "0.00x")],
)  # fmt: skip
def test_ratios(value, text):
    assert units.ratio(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(20.4, "20x"), (1.26, "1.3x"), (123.4, "120x"), (2, "2.0x"), (0.51, "0.51x"), (9.96, "10.0x")],
)
def test_estimates_without_an_interval_have_two_digits(value, text):
    assert units.about(value) == text


def test_intervals_are_low_to_high():
    assert units.interval(2.91, 3.0) == "2.91-3.00"
    assert units.interval(9.5, 12.34) == "9.50-12.3"


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (812, "812 B"), (1500, "1.5 kB"), (41_000_000, "41.0 MB"), (250_000_000, "250 MB"), (3 * 10**12, "3.0 TB")]
)  # fmt: skip
def test_sizes(count, text):
    assert units.size(count) == text


def test_percent():
    assert units.percent(0.987) == "99 %"
    assert units.percent(0.96875, decimals=1) == "96.9 %"


@pytest.mark.parametrize(("count", "text"), [(0, "0 rounds"), (1, "1 round"), (3, "3 rounds")])
def test_counts_agree_with_their_noun(count, text):
    assert units.times(count, "round") == text
