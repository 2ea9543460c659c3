"""When two scalars are the same: types strict, integers exact, floats exact unless a tolerance is given."""

import math
from array import array
from collections.abc import Sequence
from typing import cast

from perfmagic.model.verdict import Status
from perfmagic.verification.picture import ATOMS


def relation(expected: object, actual: object, rtol: float) -> Status:
    """How two atoms relate: equal, close or different; the tolerance is relative to the expected side."""
    if isinstance(expected, float) and isinstance(actual, float):
        return float_relation(expected, actual, rtol)
    if type(expected) is not type(actual):
        return Status.DIFFERENT
    if isinstance(expected, complex) and isinstance(actual, complex):
        return complex_relation(expected, actual, rtol)
    return Status.EQUAL if expected == actual else Status.DIFFERENT


def float_relation(expected: float, actual: float, rtol: float) -> Status:
    """How two floats relate; NaN equals NaN, and the two zeros are close."""
    if expected == actual:
        same_sign = expected or math.copysign(1.0, expected) == math.copysign(1.0, actual)
        return Status.EQUAL if same_sign else Status.CLOSE
    if math.isnan(expected) and math.isnan(actual):
        return Status.EQUAL
    near = math.isfinite(expected) and math.isfinite(actual) and _near(expected, actual, rtol)
    return Status.CLOSE if near else Status.DIFFERENT


def complex_relation(expected: complex, actual: complex, rtol: float) -> Status:
    """How two complex numbers relate: exactly by parts, within the tolerance by distance."""
    parts = {
        float_relation(expected.real, actual.real, 0.0),
        float_relation(expected.imag, actual.imag, 0.0),
    }
    if Status.DIFFERENT not in parts:
        return Status.CLOSE if Status.CLOSE in parts else Status.EQUAL
    finite = all(map(math.isfinite, (expected.real, expected.imag, actual.real, actual.imag)))
    return Status.CLOSE if finite and _near(expected, actual, rtol) else Status.DIFFERENT


def surely_equal(expected: Sequence[object], actual: Sequence[object]) -> bool:
    """Whether two equally long runs of children are atoms, all the same; a quick yes, while a no proves nothing."""
    types = tuple(map(type, expected))
    if types != tuple(map(type, actual)) or not ATOMS.issuperset(types):
        return False
    if complex in types:
        return False
    if float not in types:
        return tuple(expected) == tuple(actual)
    if set(types) == {float}:
        # The bits decide: they tell the two zeros apart and a NaN from no other.
        left, right = cast("Sequence[float]", expected), cast("Sequence[float]", actual)
        return array("d", left).tobytes() == array("d", right).tobytes()
    return tuple(expected) == tuple(actual) and 0 not in expected


def _near(expected: complex, actual: complex, rtol: float) -> bool:
    return rtol > 0 and abs(expected - actual) <= rtol * abs(expected)
