"""`perfmagic.same`: whether two values are the same."""

from perfmagic.model.verdict import Verdict
from perfmagic.verification.equality import compare
from perfmagic.verification.snapshot import take


def same(expected: object, actual: object, rtol: float = 0.0) -> Verdict:
    """Whether two values are the same, by type, value and sharing; ``==`` is never trusted.

    Parameters
    ----------
    expected, actual
        Any two objects. Neither is changed, consumed or kept.
    rtol
        Floats within ``rtol * abs(expected)`` are *close*; integers get no tolerance.

    Returns
    -------
    Verdict
        The worst of all parts: equal < close < reordered < unknown < different, with the first three places where the
        two sides part.

    Examples
    --------
    >>> same({"a": 1}, {"a": 1.0}).status.value
    'different'
    """
    return compare(take({"value": expected}, copy=False), take({"value": actual}, copy=False), rtol=rtol)
