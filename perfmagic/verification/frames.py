"""pandas: frames, series, indexes, arrays, and the scalars that they hold."""

# The library's own stubs are partly unknown to pyright.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from perfmagic.model.verdict import Status
from perfmagic.verification.naming import class_name, nearest
from perfmagic.verification.opaque import OpaquePicture
from perfmagic.verification.tables import Column, TablePicture, listed_column, plain_column
from perfmagic.verification.values import ValuePicture

if TYPE_CHECKING:
    from pandas.api.extensions import ExtensionArray

    from perfmagic.verification.picture import Camera, Judge, Picture, Trail


class FramePicture(TablePicture):
    """A data frame: columns by name, rows by the labels of the index."""

    __slots__ = ()

    def fill(self, value: object, camera: Camera) -> None:
        """Read columns, index and attributes."""
        assert isinstance(value, pd.DataFrame)
        columns = [value.iloc[:, position].array for position in range(value.shape[1])]
        self.columns = tuple(_column(each, camera) for each in columns)
        self.names = tuple(camera.see_all(list(value.columns)))
        self.labels = _levels(value.index, camera)
        self.details = _details(value, camera)
        self.details["columns.names"] = camera.see(tuple(value.columns.names))
        self.details["columns.dtype"] = str(value.columns.dtype)

    def row_step(self, position: int) -> str:
        """A row by its position."""
        return f".iloc[{position}]"


class SeriesPicture(TablePicture):
    """A series: values, labels and a name."""

    __slots__ = ()

    def fill(self, value: object, camera: Camera) -> None:
        """Read values, index, name and attributes."""
        assert isinstance(value, pd.Series)
        series = cast("pd.Series[Any]", value)  # type: ignore[redundant-cast]
        self.columns = (_column(series.array, camera),)
        self.names = (camera.see(series.name),)
        self.labels = _levels(series.index, camera)
        self.details = _details(series, camera)

    def column_step(self, position: int) -> str:
        """A series is its only column."""
        del position
        return ""

    def row_step(self, position: int) -> str:
        """A value by its position."""
        return f".iloc[{position}]"


class IndexPicture(TablePicture):
    """An index: its labels in order. A range and the same integers are two spellings of one index."""

    __slots__ = ("spelling",)
    mutable = False

    def fill(self, value: object, camera: Camera) -> None:
        """Read the labels level by level."""
        assert isinstance(value, pd.Index)
        index = cast("pd.Index[Any]", value)  # type: ignore[redundant-cast]
        self.spelling = class_name(self.cls)[1]
        if self.cls is pd.RangeIndex:
            self.cls = pd.Index
        self.columns = _levels(index, camera)
        self.names = tuple(camera.see_all(list(index.names)))
        self.labels = ()
        self.details = {"freq": str(getattr(index, "freqstr", None))}

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Labels and names, then the spelling."""
        assert isinstance(actual, IndexPicture)
        super().against(actual, judge, trail)
        if self.spelling != actual.spelling:
            judge.findings.found(Status.CLOSE, trail, self.spelling, actual.spelling)

    def column_step(self, position: int) -> str:
        """A level of labels."""
        return f".get_level_values({position})" if len(self.columns) > 1 else ""


class ExtensionArrayPicture(TablePicture):
    """An array of pandas' own."""

    __slots__ = ()

    def fill(self, value: object, camera: Camera) -> None:
        """Read the values."""
        self.columns = (_column(cast("ExtensionArray", value), camera),)
        self.names = (None,)
        self.labels = ()
        self.details = {}

    def column_step(self, position: int) -> str:
        """An array is its only column."""
        del position
        return ""


class PandasScalarPicture(ValuePicture):
    """A timestamp, a timedelta, a period, an interval, or what stands for a missing value."""

    __slots__ = ()
    stateful = False

    def fill(self, value: object, camera: Camera) -> None:
        """Read the fields that make the value."""
        names = nearest(self.cls, _SCALARS) or ()
        self.meaning = None
        self.fields = camera.see_all([getattr(value, name) for name in names])


_SCALARS: dict[type, tuple[str, ...]] = {
    type(pd.NaT): (),
    type(pd.NA): (),
    pd.Timestamp: ("year", "month", "day", "value", "unit", "tz", "fold"),
    pd.Timedelta: ("value", "unit"),
    pd.Period: ("ordinal", "freqstr"),
    pd.Interval: ("left", "right", "closed"),
}


def pandas_kind(cls: type) -> type[Picture] | None:
    """Pictures of what pandas makes; groups, windows and the like are not looked into."""
    kinds: dict[type, type[Picture]] = {
        pd.DataFrame: FramePicture,
        pd.Series: SeriesPicture,
        pd.Index: IndexPicture,
        pd.api.extensions.ExtensionArray: ExtensionArrayPicture,
        **dict.fromkeys(_SCALARS, PandasScalarPicture),
    }
    found = nearest(cls, kinds)
    if found is not None or issubclass(cls, BaseException | type):
        return found
    return None if issubclass(cls, pd.api.extensions.ExtensionDtype) else OpaquePicture


def _column(array: ExtensionArray, camera: Camera) -> Column:
    """The values of a pandas array by the kind of its dtype."""
    dtype = array.dtype
    if isinstance(array, pd.arrays.NumpyExtensionArray):
        values = array.to_numpy()
        return plain_column(str(values.dtype), values, camera)
    if isinstance(array, pd.Categorical):
        codes = plain_column(f"category{', ordered' if array.ordered else ''}", array.codes, camera)
        categories = tuple(camera.see_all(list(array.categories)))
        return Column(dtype=codes.dtype, values=codes.values, categories=categories)
    if hasattr(array, "asi8"):
        return plain_column(str(dtype), getattr(array, "asi8"), camera)  # noqa: B009
    numpy_dtype = getattr(dtype, "numpy_dtype", None)
    if isinstance(numpy_dtype, np.dtype) and numpy_dtype.kind in "biuf" and hasattr(array, "_mask"):
        missing = np.asarray(array.isna())
        values = array.to_numpy(dtype=numpy_dtype, na_value=numpy_dtype.type(0))
        return plain_column(str(dtype), values, camera, missing)
    return listed_column(repr(dtype), list(array.astype(object)), camera)


def _levels(index: pd.Index[Any], camera: Camera) -> tuple[Column, ...]:
    if isinstance(index, pd.MultiIndex):
        levels = [index.get_level_values(level) for level in range(index.nlevels)]
        return tuple(_column(level.array, camera) for level in levels)
    return (_column(index.array, camera),)


def _details(table: pd.DataFrame | pd.Series[Any], camera: Camera) -> dict[str, object]:
    return {
        "attrs": camera.see(table.attrs),
        "index.names": camera.see(tuple(table.index.names)),
        "flags": bool(getattr(table.flags, "allows_duplicate_labels", True)),
    }
