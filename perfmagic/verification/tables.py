"""Tables of any library: named columns of one dtype each, with or without labelled rows.

Another order of the columns, or of rows that carry labels, is *reordered*: the values are then compared label by label.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from perfmagic.model.verdict import Status
from perfmagic.verification.blocks import Block, same_dtype, unequal
from perfmagic.verification.picture import Picture, brief, digest, type_text
from perfmagic.verification.scalars import surely_equal
from perfmagic.verification.text import clip

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from perfmagic.verification.picture import Camera, Judge, Trail

_SHOWN = 4
_INDEX = "index"
_VALUE = "value"
_LABEL = "label"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The values of one column.

    Attributes
    ----------
    dtype
        The dtype as its library writes it.
    values
        The values, or codes that stand for them; where a value is missing, anything that is always the same.
    missing
        Which values are missing, ``None`` if the values themselves say so.
    categories
        What the codes stand for, ``None`` if they are the values.
    """

    dtype: str
    values: Block
    missing: Block | None = None
    categories: tuple[object, ...] | None = None

    def reordered(self, order: Sequence[int]) -> Column:
        """The column with its rows in another order."""
        missing = self.missing.reordered(order) if self.missing else None
        return replace(self, values=self.values.reordered(order), missing=missing)

    def elements(self) -> list[object]:
        """All values, as atoms or pictures; a missing one is ``None``."""
        values = self.values.elements()
        if self.categories is not None:
            values = [self.categories[code] if code >= 0 else None for code in cast("list[int]", values)]
        if self.missing is None:
            return values
        pairs = zip(values, self.missing.elements(), strict=True)
        return [None if missing else value for value, missing in pairs]

    def surely_equals(self, other: Column) -> bool:
        """Whether the two are equal beyond doubt; quick, and a no proves nothing."""
        if self.dtype != other.dtype or self.categories is not None or other.categories is not None:
            return False
        blocks = ((self.values, other.values), (self.missing, other.missing))
        return all(_surely_equal(left, right) for left, right in blocks)

    def text(self) -> str:
        """The first values."""
        first = self.reordered(range(min(_SHOWN, len(self.values.values)))).elements()
        more = ", ..." if len(self.values.values) > _SHOWN else ""
        return f"[{', '.join(brief(each, 1) for each in first)}{more}]"


class TablePicture(Picture):
    """A table; subclasses know how to read one from its library."""

    __slots__ = ("columns", "details", "labels", "names")
    stateful = False

    columns: tuple[Column, ...]
    names: tuple[object, ...]
    """Name of each column; a series has one column."""
    labels: tuple[Column, ...]
    """Labels of the rows, one column for each level; empty if rows have none."""
    details: dict[str, object]
    """Children that are compared one by one: attributes, names of the levels."""

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Details, rows, columns."""
        assert isinstance(actual, TablePicture)
        for name in self.details:
            judge.visit(self.details[name], actual.details.get(name), (trail, self, name))
        if self.height() != actual.height():
            judge.findings.found(Status.DIFFERENT, trail, self.sketch(1), actual.sketch(1))
            return
        rows = self._align_rows(actual, judge, trail)
        for position, other in self._align_columns(actual, judge, trail):
            place: Trail = (trail, self, (position,))
            theirs = actual.columns[other]
            compare_columns(
                self, self.columns[position], theirs.reordered(rows) if rows else theirs, judge, place
            )

    def key(self) -> Hashable:
        """Its size."""
        return (self.height(), len(self.columns))

    def step(self, key: object) -> str:
        """A column by its name, a value by its row."""
        if not isinstance(key, tuple):
            return super().step(key)
        parts = cast("tuple[object, ...]", key)
        if len(parts) == 1:
            return self.column_step(cast("int", parts[0]))
        return self.row_step(cast("int", parts[1])) if parts[0] == _VALUE else f"[{parts[1]}]"

    def column_step(self, position: int) -> str:
        """How a path goes on to a column."""
        return f"[{brief(self.names[position], 1)}]"

    def row_step(self, position: int) -> str:
        """How a path goes on from a column to a row."""
        return f"[{position}]"

    def sketch(self, depth: int) -> str:
        """The type and the size."""
        del depth
        names = ", ".join(brief(name, 1) for name in self.names[:_SHOWN])
        return f"{type_text(self.cls)}({self.height()} rows; {len(self.columns)} columns: {names})"

    def height(self) -> int:
        """The number of rows."""
        return (
            len(self.columns[0].values.values)
            if self.columns
            else len(self.labels and self.labels[0].values.values)
        )

    def _align_rows(self, actual: TablePicture, judge: Judge, trail: Trail) -> list[int] | None:
        """Where each of our rows is on the other side, ``None`` if they stand in the same order."""
        if len(self.labels) != len(actual.labels):
            return None
        levels = list(zip(self.labels, actual.labels, strict=True))
        if all(left.surely_equals(right) for left, right in levels):
            return None
        order = permutation(_keys(self.labels), _keys(actual.labels))
        if order is not None:
            judge.findings.found(Status.REORDERED, trail, self.row_order(), actual.row_order())
        for left, right in levels:
            theirs = right.reordered(order) if order else right
            compare_columns(self, left, theirs, judge, (trail, self, _INDEX))
        return order

    def row_order(self) -> str:
        """The first labels of the rows."""
        return f"rows {self.labels[0].text()}"

    def _align_columns(self, actual: TablePicture, judge: Judge, trail: Trail) -> list[tuple[int, int]]:
        """Positions of the columns that belong together."""
        ours, theirs = ([digest(name) for name in side.names] for side in (self, actual))
        if ours == theirs:
            return [(each, each) for each in range(len(ours))]
        order = permutation(ours, theirs)
        if order is None:
            texts = [f"columns {', '.join(brief(name, 1) for name in side.names)}" for side in (self, actual)]
            judge.findings.found(Status.DIFFERENT, trail, *texts)
            return []
        texts = [
            f"column order {', '.join(brief(name, 1) for name in side.names)}" for side in (self, actual)
        ]
        judge.findings.found(Status.REORDERED, trail, *texts)
        return list(enumerate(order))


def compare_columns(
    owner: TablePicture, expected: Column, actual: Column, judge: Judge, trail: Trail
) -> None:
    """Compare two columns and name the first row where they part."""
    if expected.dtype != actual.dtype:
        judge.findings.found(Status.DIFFERENT, (trail, owner, "dtype"), expected.dtype, actual.dtype)
        return
    if len(expected.values.values) != len(actual.values.values):
        judge.findings.found(Status.DIFFERENT, trail, expected.text(), actual.text())
        return
    if expected.surely_equals(actual):
        return
    if expected.categories is not None and actual.categories is not None:
        _compare_categories(owner, expected, actual, judge, trail)
    elif _missing_differs(expected, actual) or expected.values.children is not None:
        rows = row_keys(expected, trail)
        judge.visit_all(expected.elements(), actual.elements(), (trail, owner), rows)
    else:
        status, place = unequal(expected.values, actual.values, judge.rtol)
        if place is not None:
            texts = [brief(side.reordered([place[0]]).elements()[0]) for side in (expected, actual)]
            judge.findings.found(status, (trail, owner, row_keys(expected, trail)[place[0]]), *texts)


def row_keys(column: Column, trail: Trail) -> list[tuple[str, int]]:
    """For each row of a column its key in a path: the value of a row, or its label."""
    what = _LABEL if trail[2] == _INDEX else _VALUE
    return [(what, row) for row in range(len(column.values.values))]


def permutation(expected: Sequence[object], actual: Sequence[object]) -> list[int] | None:
    """Where each label is on the other side (equal labels in order), ``None`` if the labels are not the same."""
    if len(expected) != len(actual):
        return None
    where: dict[object, list[int]] = {}
    for position, label in enumerate(actual):
        where.setdefault(label, []).append(position)
    for positions in where.values():
        positions.reverse()
    order = [where[label].pop() if where.get(label) else -1 for label in expected]
    return None if -1 in order else order


def plain_column(dtype: str, values: object, camera: Camera, missing: object = None) -> Column:
    """A column whose values lie in a numpy array."""
    mask = None if missing is None else Block.of(np.asarray(missing), camera)
    return Column(dtype=dtype, values=Block.of(np.asarray(values), camera), missing=mask)


def listed_column(dtype: str, values: Sequence[object], camera: Camera) -> Column:
    """A column of Python objects."""
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    return Column(dtype=dtype, values=Block.of(array, camera))


def _surely_equal(left: Block | None, right: Block | None) -> bool:
    if left is None or right is None:
        return left is right
    if left.children is not None and right.children is not None:
        return surely_equal(left.elements(), right.elements())
    if not same_dtype(left.dtype, right.dtype) or left.shape != right.shape:
        return False
    return unequal(left, right, 0.0)[0] is Status.EQUAL


def _missing_differs(expected: Column, actual: Column) -> bool:
    return not _surely_equal(expected.missing, actual.missing)


def _compare_categories(
    owner: TablePicture, expected: Column, actual: Column, judge: Judge, trail: Trail
) -> None:
    ours, theirs = expected.categories or (), actual.categories or ()
    texts = [clip(f"categories {', '.join(brief(each, 1) for each in side)}") for side in (ours, theirs)]
    order = permutation([digest(each) for each in ours], [digest(each) for each in theirs])
    if order is None:
        judge.findings.found(Status.DIFFERENT, trail, *texts)
        return
    if order != list(range(len(order))):
        status = Status.DIFFERENT if "ordered" in expected.dtype else Status.REORDERED
        judge.findings.found(status, trail, *texts)
    rows = row_keys(expected, trail)
    judge.visit_all(expected.elements(), actual.elements(), (trail, owner), rows)


def _keys(labels: tuple[Column, ...]) -> list[object]:
    """One key for each row."""
    levels = [[digest(each) for each in column.elements()] for column in labels]
    return list(zip(*levels, strict=True))
