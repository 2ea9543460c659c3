"""polars: frames and series. Rows have no labels, so their order counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from perfmagic.verification.opaque import OpaquePicture
from perfmagic.verification.tables import Column, TablePicture, listed_column, plain_column

if TYPE_CHECKING:
    from perfmagic.verification.picture import Camera, Picture


class PolarsFramePicture(TablePicture):
    """A data frame: columns by name."""

    __slots__ = ()

    def fill(self, value: object, camera: Camera) -> None:
        """Read the columns."""
        assert isinstance(value, pl.DataFrame)
        self.columns = tuple(_column(series, camera) for series in value.get_columns())
        self.names = tuple(value.columns)
        self.labels = ()
        self.details = {}


class PolarsSeriesPicture(TablePicture):
    """A series: values and a name."""

    __slots__ = ()

    def fill(self, value: object, camera: Camera) -> None:
        """Read the values."""
        assert isinstance(value, pl.Series)
        self.columns = (_column(value, camera),)
        self.names = (value.name,)
        self.labels = ()
        self.details = {}

    def column_step(self, position: int) -> str:
        """A series is its only column."""
        del position
        return ""


def polars_kind(cls: type) -> type[Picture] | None:
    """Pictures of polars' tables; queries and expressions are not looked into."""
    if issubclass(cls, pl.DataFrame):
        return PolarsFramePicture
    if issubclass(cls, pl.Series):
        return PolarsSeriesPicture
    return None if issubclass(cls, BaseException | type) else OpaquePicture


def _column(series: pl.Series, camera: Camera) -> Column:
    dtype = series.dtype
    if not dtype.is_integer() and not dtype.is_float() and not dtype.is_temporal() and dtype != pl.Boolean:
        return listed_column(str(dtype), series.to_list(), camera)
    physical = series.to_physical()
    filled = physical.fill_null(value=False if dtype == pl.Boolean else 0)
    return plain_column(str(dtype), filled.to_numpy(), camera, series.is_null().to_numpy())
