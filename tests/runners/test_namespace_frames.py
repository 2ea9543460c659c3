"""Frames and series that a cell changes in place are put back, one test an operation: their insides are private."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest

from perfmagic.runners.namespace import save


def frame():
    return pd.DataFrame(
        {
            "a": [3, 1, 2],
            "b": ["x", "y", None],
            "c": pd.Categorical(["u", "v", "u"]),
            "d": pd.to_datetime(["2020-01-03", "2020-01-01", None]),
            "e": [1.5, np.nan, -0.0],
            "f": pd.array([1, None, 3], dtype="Int64"),
            "g": [[1], {"k": [2]}, None],
        },
        index=["p", "q", "r"],
    )


def insert(df):
    df.insert(1, "new", range(len(df)))


def add_row(df):
    df.loc["new"] = df.iloc[0]


def change_columns(df):
    df.columns = [f"{name}_" for name in df.columns]


def change_index(df):
    df.index = [str(each) + "!" for each in df.index]


def set_attributes(df):
    df.attrs["note"] = [len(df)]
    df.index.name = "key"


IN_PLACE = {
    "set a new column": lambda df: df.__setitem__("h", 1),
    "replace a column": lambda df: df.__setitem__("a", df["a"] * 2.5),
    "add to a column": lambda df: df.__setitem__("a", df["a"] + 1),
    "delete a column": lambda df: df.__delitem__("c"),
    "loc of one cell": lambda df: df.loc.__setitem__(("p", "a"), 100),
    "loc with another type": lambda df: df.loc.__setitem__(("p", "b"), "zz"),
    "loc of a condition": lambda df: df.loc.__setitem__((df["a"] > 1, "e"), 0),
    "iloc": lambda df: df.iloc.__setitem__((0, 0), -1),
    "at": lambda df: df.at.__setitem__(("q", "f"), 9),
    "categories": lambda df: df.loc.__setitem__(("p", "c"), "v"),
    "dates": lambda df: df.loc.__setitem__(("p", "d"), pd.Timestamp("2021-01-01")),
    "append by loc": add_row,
    "insert": insert,
    "pop": lambda df: df.pop("b"),
    "sort_values": lambda df: df.sort_values("a", inplace=True),
    "sort_index": lambda df: df.sort_index(ascending=False, inplace=True),
    "drop a column": lambda df: df.drop(columns="b", inplace=True),
    "drop rows": lambda df: df.drop(index="p", inplace=True),
    "dropna": lambda df: df.dropna(inplace=True),
    "fillna": lambda df: df.fillna({"e": 0}, inplace=True),
    "rename": lambda df: df.rename(columns={"a": "z"}, inplace=True),
    "set_index": lambda df: df.set_index("a", inplace=True),
    "reset_index": lambda df: df.reset_index(inplace=True),
    "index assignment": change_index,
    "columns assignment": change_columns,
    "attributes": set_attributes,
    "update": lambda df: df.update(pd.DataFrame({"a": [9.0]}, index=["p"])),
    "objects inside": lambda df: df["g"].iloc[0].append(len(df["g"].iloc[0])),
    "clip": lambda df: df["e"].clip(lower=1, inplace=True),
}


def described(df):
    """Show everything of a frame that one can see, and the types of its cells."""
    return (
        df.to_csv(),
        df.dtypes.to_string(),
        repr(df.columns),
        repr(df.index),
        repr(df.attrs),
        [[repr(value) for value in df.iloc[:, n].tolist()] for n in range(df.shape[1])],
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("operation", IN_PLACE.values(), ids=IN_PLACE)
def test_a_frame_that_changed_in_place_is_put_back(operation):
    df = frame()
    column, before = df["a"], described(df)
    namespace = {"df": df}
    start = save(namespace, names=["df"], roots=[("df", df)])
    operation(df)
    once = described(df)
    committed = start.again()
    assert once == before or start.changed()
    start.restore()
    assert described(df) == before
    assert column.tolist() == [3, 1, 2]
    operation(df)
    assert described(df) == once
    operation_again(operation, df)
    committed.restore()
    assert described(df) == once
    assert namespace["df"] is df
    df["fresh"] = 1  # it still works as a frame
    assert df.copy().equals(df)
    assert start.unrestorable == ()


def operation_again(operation, df):
    try:
        operation(df)
    except (KeyError, ValueError, IndexError):
        pass


SERIES = {
    "set": lambda s: s.__setitem__("p", 9),
    "append": lambda s: s.__setitem__("new", 9),
    "name": lambda s: setattr(s, "name", f"{s.name}!"),
    "sort": lambda s: s.sort_values(inplace=True),
    "drop": lambda s: s.drop("p", inplace=True),
    "add in place": lambda s: s.__iadd__(1),
    "index": lambda s: setattr(s, "index", list("xyz")),
    "mask": lambda s: s.mask(s > 1, 0, inplace=True),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("operation", SERIES.values(), ids=SERIES)
def test_a_series_that_changed_in_place_is_put_back(operation):
    series = pd.Series([3, 1, 2], index=["p", "q", "r"], name="s")
    before = series.to_string(), series.name
    start = save({}, names=[], roots=[("series", series)])
    operation(series)
    once = series.to_string(), series.name
    committed = start.again()
    start.restore()
    assert (series.to_string(), series.name) == before
    operation(series)
    assert (series.to_string(), series.name) == once
    start.restore()
    committed.restore()
    assert (series.to_string(), series.name) == once


def test_looking_at_a_frame_is_no_change():
    df = frame()
    start = save({}, names=[], roots=[("df", df)])
    with warnings.catch_warnings(action="ignore"):
        df["a"].sum(), df.loc["p"], df.groupby("c", observed=True)["a"].sum(), df.index.get_loc("q"), repr(df)
        df.index.is_unique, df.dtypes, df.describe(), df.sort_values("a"), df.T, df.to_numpy()
    assert [change.label for change in start.changed()] == []


def test_an_array_behind_a_frame_is_put_back_with_the_frame():
    data = np.arange(6.0).reshape(3, 2)
    df = pd.DataFrame(data, columns=["a", "b"], copy=False)
    start = save({}, names=[], roots=[("df", df)])
    data += 1
    start.restore()
    assert data.tolist() == df.to_numpy().tolist() == [[0, 1], [2, 3], [4, 5]]


POLARS = {
    "set a cell": lambda df: df.__setitem__((0, "a"), 9),
    "insert a column": lambda df: df.insert_column(0, pl.Series("z", [1, 2])),
    "drop a column": lambda df: df.drop_in_place("b"),
    "extend": lambda df: df.extend(pl.DataFrame({"a": [5], "b": ["w"]})),
    "rename": lambda df: setattr(df, "columns", ["p", "q"]),
}


@pytest.mark.parametrize("operation", POLARS.values(), ids=POLARS)
def test_a_polars_frame_that_changed_in_place_is_put_back(operation):
    df = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
    before = df.clone()
    start = save({}, names=[], roots=[("df", df)])
    assert start.changed() == ()
    operation(df)
    once = df.clone()
    committed = start.again()
    start.restore()
    assert df.equals(before)
    assert df.schema == before.schema
    assert start.changed() == ()
    operation(df)
    assert df.equals(once)
    start.restore()
    committed.restore()
    assert df.equals(once)
    assert df.schema == once.schema


def test_a_polars_series_that_changed_in_place_is_put_back():
    series = pl.Series("a", [1, 2])
    start = save({}, names=[], roots=[("series", series)])
    series[0] = 9
    series.append(pl.Series("a", [3]))
    start.restore()
    assert series.to_list() == [1, 2]
