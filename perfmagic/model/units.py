"""One formatter for every number that people read; three significant digits, the unit always shown.

Text, HTML, Markdown and the sentences of a recommendation all say the same number the same way because they
all come here.
"""

_SECOND_UNITS = ((0.5, 1.0, "s"), (0.5e-3, 1e3, "ms"), (0.5e-6, 1e6, "us"), (0.0, 1e9, "ns"))
_BYTE_UNITS = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
_TEN, _HUNDRED, _TENTH = 10.0, 100.0, 0.1


def _decimals(value: float) -> int:
    """Return how many decimals show three significant digits, at least two below ten."""
    if value >= _HUNDRED:
        return 0
    return 1 if value >= _TEN else 2


def _plain(value: float) -> str:
    """Return a number of at most three significant digits; small ones keep two of them."""
    if 0 < value < _TENTH:
        return f"{value:.2g}" if value >= 1e-4 else f"{value:.1e}"  # noqa: PLR2004 - below it, zeros hide the number
    return f"{value:.{_decimals(value)}f}"


def _second_unit(seconds: float) -> tuple[float, str, int]:
    """Return factor, name and decimals of the unit in which these seconds read best."""
    factor, unit = next((factor, unit) for least, factor, unit in _SECOND_UNITS if seconds >= least)
    scaled = seconds * factor
    decimals = 3 if unit == "s" and scaled < 1 else _decimals(scaled)
    return factor, unit, decimals


def seconds(value: float) -> str:
    """Return a time: ``0.912 s``, ``316 ms``, ``12.3 us``."""
    factor, unit, decimals = _second_unit(value)
    return f"{value * factor:.{decimals}f} {unit}"


def seconds_range(median: float, low: float, high: float) -> str:
    """Return a time with its extremes in the unit of the median: ``0.912 s (0.908-0.921)``."""
    factor, _, decimals = _second_unit(median)
    return f"{seconds(median)} ({low * factor:.{decimals}f}-{high * factor:.{decimals}f})"


def ratio(value: float) -> str:
    """Return a ratio: ``2.96x``, ``20.1x``, ``0.97x``."""
    return f"{_plain(value)}x"


def about(value: float) -> str:
    """Return a ratio of two significant digits, for estimates without an interval: ``20x``, ``1.3x``."""
    if value >= _TEN:
        digits = len(str(int(value))) - 2
        return f"{round(value, -digits):.0f}x"
    return f"{value:.1f}x" if value >= 1 else f"{value:.2g}x"


def interval(low: float, high: float) -> str:
    """Return both ends of an interval of ratios: ``2.91-3.00``."""
    return f"{_plain(low)}-{_plain(high)}"


def size(count: int) -> str:
    """Return a number of bytes: ``41.0 MB``, ``812 B``."""
    for least, unit in _BYTE_UNITS:
        if count >= least:
            scaled = count / least
            return f"{scaled:.{min(_decimals(scaled), 1)}f} {unit}"
    return f"{count} B"


def percent(fraction: float, *, decimals: int = 0) -> str:
    """Return a fraction in percent: ``99 %``; a level of confidence needs one decimal: ``96.9 %``."""
    return f"{fraction * 100:.{decimals}f} %"


def times(count: int, noun: str) -> str:
    """Return a count with its noun: ``1 round``, ``3 rounds``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
