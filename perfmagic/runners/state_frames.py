"""Keepers of the insides of pandas and polars frames, used only where these are loaded already.

A pandas frame is an instance that holds a block manager, which holds blocks, which hold arrays. Each of them is put
back as the very object it was, and the arrays are kept like all arrays; so views of a frame stay views.
Polars changes the frame inside an object in place; a clone of it shares its memory until one of the two is changed.
"""

import sys
from collections.abc import Iterator
from typing import Any

from perfmagic.runners.state_fields import FieldKeeper, Fields
from perfmagic.runners.state_keeping import AnyKeeper, Leaf


class _BlocksKeeper(FieldKeeper):
    """Block managers of pandas frames; the tables that find a column's block are made again."""

    def __init__(self) -> None:
        super().__init__("blocks", "axes")

    def same(self, subject: Any, taken: Fields) -> bool:
        return subject.blocks is taken[0] and subject.axes is taken[1]

    def put(self, subject: Any, taken: Fields) -> None:
        super().put(subject, taken)
        # made again on first use, when the blocks have their places back; tested for each version of pandas
        subject._blknos = subject._blklocs = None  # noqa: SLF001
        subject._known_consolidated = False  # noqa: SLF001


class _BlockKeeper(FieldKeeper):
    """Blocks of pandas frames; what they remember of their values is forgotten when the values are put back."""

    def __init__(self) -> None:
        super().__init__("values", "mgr_locs", "refs")

    def same(self, subject: Any, taken: Fields) -> bool:
        values, places, references = self.take(subject)
        same_places = places is taken[1] or places.as_array.tolist() == taken[1].as_array.tolist()
        return values is taken[0] and references is taken[2] and same_places

    def put(self, subject: Any, taken: Fields) -> None:
        super().put(subject, taken)
        getattr(subject, "_cache", {}).clear()

    def parts(self, taken: Fields) -> Fields:
        return taken[:1]

    def named_parts(self, taken: Fields) -> Iterator[tuple[str, object]]:
        return iter([(".values", taken[0])])


class _PolarsKeeper(Leaf):
    """Frames and series of polars: a clone of what they hold.

    Parameters
    ----------
    kind
        The class whose methods are used, whatever a subclass overrides.
    field
        Name of the attribute that holds the frame or series proper.
    """

    def __init__(self, kind: Any, field: str) -> None:
        self._kind = kind
        self._field = field

    def weigh(self, subject: object) -> int:
        del subject
        return 1_000  # a clone shares the memory

    def take(self, subject: Any) -> Any:
        return self._kind.clone(subject)

    def same(self, subject: Any, taken: Any) -> bool:
        return _schema(subject) == _schema(taken) and bool(self._kind.equals(subject, taken, null_equal=True))

    def put(self, subject: Any, taken: Any) -> None:
        object.__setattr__(subject, self._field, getattr(self._kind.clone(taken), self._field))


def _schema(subject: Any) -> object:
    """Return names and types of the columns of a frame, or of a series."""
    return subject.schema if hasattr(subject, "schema") else (subject.name, subject.dtype)


def frame_keepers() -> tuple[tuple[type, AnyKeeper], ...]:
    """Return the types that these keepers serve; none where the libraries are not loaded."""
    return (*_pandas_keepers(), *_polars_keepers())


def _pandas_keepers() -> Iterator[tuple[type, AnyKeeper]]:
    internals = sys.modules.get("pandas._libs.internals")
    arrays = sys.modules.get("pandas._libs.arrays")
    if internals is None or arrays is None:
        return
    yield internals.BlockManager, _BlocksKeeper()
    yield internals.Block, _BlockKeeper()
    yield arrays.NDArrayBacked, FieldKeeper(read=("_ndarray", "_dtype"))


def _polars_keepers() -> Iterator[tuple[type, AnyKeeper]]:
    polars = sys.modules.get("polars")
    if polars is not None and hasattr(polars, "DataFrame"):
        yield polars.DataFrame, _PolarsKeeper(polars.DataFrame, "_df")
        yield polars.Series, _PolarsKeeper(polars.Series, "_s")
