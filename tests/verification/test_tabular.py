"""Arrays and frames, and how they relate; every pair is compared both ways."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from perfmagic.model.verdict import Status
from perfmagic.verification.same import same

from .pairs import Pair, cases, pair


def both(status: str, expected: str, actual: str, rtol: float = 0.0) -> Pair:
    """Two expressions of one library each."""
    names = {"np": np, "pd": pd, "pl": pl}
    return pair(status, lambda: eval(expected, names), lambda: eval(actual, names), rtol)


def twin(expression: str) -> Pair:
    return both("equal", expression, expression)


RECORDS = "np.array([(1, 2.0)], dtype=[('a', int), ('b', float)])"
FRAME = "pd.DataFrame({'x': [1.0, 2.0, 3.0], 's': ['a', None, 'c']}, index=['p', 'q', 'r'])"
POLARS = "pl.DataFrame({'x': [1, None, 3], 's': ['a', 'b', None]})"

ARRAYS = {
    "an array": twin("np.arange(10)"),
    "an empty array": twin("np.zeros((0, 3))"),
    "a value": both("different", "np.arange(3)", "np.array([0, 1, 5])"),
    "the dtype": both("different", "np.zeros(2, 'f4')", "np.zeros(2, 'f8')"),
    "the byte order": both("different", "np.zeros(2, '<i8')", "np.zeros(2, '>i8')"),
    "the shape": both("different", "np.zeros(4)", "np.zeros((2, 2))"),
    "the number of dimensions": both("different", "np.zeros(1)", "np.zeros(())"),
    "the order in memory does not count": both(
        "equal", "np.arange(6).reshape(2, 3)", "np.asfortranarray(np.arange(6).reshape(2, 3))"
    ),
    "a reversed array": both("equal", "np.arange(5)[::-1]", "np.array([4, 3, 2, 1, 0])"),
    "an array is not a list": both("different", "np.arange(2)", "[0, 1]"),
    "NaN in an array": twin("np.array([1.0, np.nan])"),
    "NaN at another place": both("different", "np.array([1.0, np.nan])", "np.array([np.nan, 1.0])"),
    "another NaN": both("equal", "np.array([np.nan])", "-np.array([np.nan])"),
    "the two zeros in an array": both("close", "np.array([0.0])", "np.array([-0.0])"),
    "within the tolerance": both("close", "np.array([1.0, 2.0])", "np.array([1.0, 2.0 + 1e-12])", 1e-9),
    "beyond the tolerance": both("different", "np.array([1.0, 2.0])", "np.array([1.0, 2.1])", 1e-9),
    "integers get no tolerance": both("different", "np.array([1000])", "np.array([1001])", 0.1),
    "infinity": both("different", "np.array([np.inf])", "np.array([1.0])", 0.1),
    "complex values": twin("np.array([1 + 2j, np.nan])"),
    "complex values within the tolerance": both(
        "close", "np.array([1 + 2j])", "np.array([1 + 2j + 1e-12])", 1e-9
    ),
    "another complex value": both("different", "np.array([1 + 2j])", "np.array([1 - 2j])"),
    "long doubles": twin("np.array([0.1, np.nan], 'g')"),
    "half floats": twin("np.array([0.1, np.nan], 'e')"),
    "booleans": both("different", "np.array([True, False])", "np.array([True, True])"),
    "texts": both("different", "np.array(['a', 'b'])", "np.array(['a', 'c'])"),
    "texts of variable length": twin("np.array(['a', 'bcd'], dtype=np.dtypes.StringDType())"),
    "dates with a missing one": twin("np.array(['2024-01-01', 'NaT'], 'M8[D]')"),
    "a missing date": both("different", "np.array(['2024-01-01'], 'M8[D]')", "np.array(['NaT'], 'M8[D]')"),
    "the unit of dates": both(
        "different", "np.array(['2024-01-01'], 'M8[D]')", "np.array(['2024-01-01'], 'M8[s]')"
    ),
    "objects": twin("np.array([1, None, [2], 'a'], dtype=object)"),
    "an object": both("different", "np.array([1, [2]], dtype=object)", "np.array([1, [3]], dtype=object)"),
    "the type of an object": both(
        "different", "np.array([1], dtype=object)", "np.array([True], dtype=object)"
    ),
    "records": twin(RECORDS),
    "a field of a record": both("different", RECORDS, RECORDS.replace("2.0", "3.0")),
    "a field within the tolerance": both("close", RECORDS, RECORDS.replace("2.0", "2.0 + 1e-12"), 1e-9),
    "the name of a field": both("different", RECORDS, RECORDS.replace("'b'", "'c'")),
    "records with sub-arrays": twin("np.zeros(2, dtype=[('a', float, (2, 2)), ('b', 'U3')])"),
    "a record array is not an array": both("different", RECORDS, RECORDS + ".view(np.recarray)"),
    "a matrix": twin("np.array([[1, 2]]).view(np.matrix)"),
    "masked arrays": both("equal", "np.ma.array([1, 2], mask=[0, 1])", "np.ma.array([1, 9], mask=[0, 1])"),
    "the mask": both("different", "np.ma.array([1, 2], mask=[0, 1])", "np.ma.array([1, 2], mask=[0, 0])"),
    "numpy scalars": twin("np.float64(0.1)"),
    "a numpy scalar is no Python number": both("different", "np.float64(0.1)", "0.1"),
    "a numpy bool is no bool": both("different", "np.True_", "True"),
    "the width of a numpy scalar": both("different", "np.int32(1)", "np.int64(1)"),
    "a numpy scalar within the tolerance": both("close", "np.float64(1)", "np.float64(1 + 1e-12)", 1e-9),
    "numpy NaN": twin("np.float32('nan')"),
    "numpy texts": twin("np.str_('a')"),
    "dtypes": twin("np.dtype('f8')"),
    "another dtype": both("different", "np.dtype('f8')", "np.dtype('f4')"),
    "functions of numpy": twin("[np.sum, np.add, np.ndarray, np.random.default_rng]"),
    "another function of numpy": both("different", "np.add", "np.subtract"),
    "random generators": twin("np.random.default_rng(1)"),
    "a random generator that drew": both(
        "different", "np.random.default_rng(1)", "(lambda r: (r.random(), r)[1])(np.random.default_rng(1))"
    ),
    "old random generators": twin("np.random.RandomState(1)"),
    "array iterators": both("unknown", "np.nditer([1])", "np.nditer([1])"),
}

VIEWS = {
    "a view": twin("(lambda a: [a, a[2:]])(np.arange(5.0))"),
    "a view that became a copy": both(
        "different", "(lambda a: [a, a[2:]])(np.arange(5.0))", "(lambda a: [a, a[2:].copy()])(np.arange(5.0))"
    ),
    "a view of another part": both(
        "different", "(lambda a: [a, a[:2]])(np.zeros(5))", "(lambda a: [a, a[1:3]])(np.zeros(5))"
    ),
    "two views of one unreachable array": both(
        "different", "(lambda a: [a[:3], a[1:]])(np.zeros(5))", "[np.zeros(3), np.zeros(4)]"
    ),
    "two views that do not overlap": both(
        "equal", "(lambda a: [a[:2], a[2:]])(np.zeros(4))", "[np.zeros(2), np.zeros(2)]"
    ),
    "a lonely view": both("equal", "np.zeros(5)[1:]", "np.zeros(4)"),
    "a view across containers": both(
        "different",
        "(lambda a: {'a': a, 'b': (a.T,)})(np.zeros((2, 2)))",
        "{'a': np.zeros((2, 2)), 'b': (np.zeros((2, 2)).T,)}",
    ),
    "rows of an array": twin("(lambda a: [a, *a])(np.zeros((3, 2)))"),
    "one array twice is no view": both(
        "different", "(lambda a: [a, a])(np.zeros(2))", "(lambda a: [a, a[:]])(np.zeros(2))"
    ),
}

PANDAS = {
    "a frame": twin(FRAME),
    "an empty frame": twin("pd.DataFrame()"),
    "a frame without columns": both("different", "pd.DataFrame(index=[1])", "pd.DataFrame(index=[2])"),
    "a value of a frame": both("different", FRAME, FRAME.replace("3.0", "4.0")),
    "a value within the tolerance": both("close", FRAME, FRAME.replace("3.0", "3.0 + 1e-12"), 1e-9),
    "a text of a frame": both("different", FRAME, FRAME.replace("'c'", "'d'")),
    "the dtype of a column": both("different", FRAME, FRAME + ".astype({'x': 'f4'})"),
    "the order of the columns": both("reordered", FRAME, FRAME + "[['s', 'x']]"),
    "the order of the rows, with labels": both("reordered", FRAME, FRAME + ".iloc[::-1]"),
    "the order of rows and columns": both("reordered", FRAME, FRAME + ".iloc[::-1][['s', 'x']]"),
    "the order of the rows, without labels": both(
        "different", "pd.DataFrame({'x': [1, 2]})", "pd.DataFrame({'x': [2, 1]})"
    ),
    "sorted rows keep their labels": both(
        "reordered", "pd.DataFrame({'x': [2, 1]})", "pd.DataFrame({'x': [2, 1]}).sort_values('x')"
    ),
    "reordered rows with another value": both(
        "different", FRAME, FRAME.replace("3.0", "4.0") + ".iloc[::-1]"
    ),
    "a label": both("different", FRAME, FRAME.replace("'r'", "'z'")),
    "rows with equal labels": both(
        "reordered",
        "pd.DataFrame({'x': [1, 2, 3]}, index=['a', 'b', 'a'])",
        "pd.DataFrame({'x': [2, 1, 3]}, index=['b', 'a', 'a'])",
    ),
    "the name of a column": both("different", FRAME, FRAME.replace("'x'", "'y'")),
    "a row more": both("different", FRAME, FRAME + ".iloc[:2]"),
    "the attributes of a frame": both(
        "different", FRAME, "(lambda f: (f.attrs.update(a=1), f)[1])(" + FRAME + ")"
    ),
    "the name of an index": both("different", FRAME, FRAME + ".rename_axis('id')"),
    "columns of the same name": twin("pd.DataFrame([[1, 2]], columns=['a', 'a'])"),
    "lists in a frame": both("different", "pd.DataFrame({'x': [[1]]})", "pd.DataFrame({'x': [[2]]})"),
    "a frame is not a series": both("different", "pd.DataFrame({'x': [1]})", "pd.Series([1], name='x')"),
    "a series": twin("pd.Series([1.0, None], name='x')"),
    "the name of a series": both("different", "pd.Series([1], name='x')", "pd.Series([1], name='y')"),
    "missing integers": twin("pd.Series([1, None], dtype='Int64')"),
    "a missing integer": both(
        "different", "pd.Series([1, None], dtype='Int64')", "pd.Series([1, 0], dtype='Int64')"
    ),
    "missing booleans": twin("pd.Series([True, None], dtype='boolean')"),
    "categories": twin("pd.Series(['a', 'b', None], dtype='category')"),
    "the order of categories": both(
        "reordered", "pd.Categorical(['a', 'b'])", "pd.Categorical(['a', 'b'], categories=['b', 'a'])"
    ),
    "the order of ordered categories": both(
        "different",
        "pd.Categorical(['a'], categories=['a', 'b'], ordered=True)",
        "pd.Categorical(['a'], categories=['b', 'a'], ordered=True)",
    ),
    "another category": both(
        "different", "pd.Categorical(['a', 'b'])", "pd.Categorical(['a', 'a'], categories=['a', 'b'])"
    ),
    "dates with a zone": twin("pd.Series(pd.to_datetime(['2024-01-01', None]).tz_localize('Europe/Berlin'))"),
    "the zone of dates": both(
        "different",
        "pd.date_range('2024', periods=2, tz='UTC')",
        "pd.date_range('2024', periods=2, tz='Asia/Tokyo')",
    ),
    "spans of time": twin("pd.Series(pd.to_timedelta([1, None], unit='s'))"),
    "periods": twin("pd.period_range('2024-01', periods=3, freq='M')"),
    "intervals": twin("pd.Series(pd.interval_range(0, 3))"),
    "sparse values": twin("pd.Series(pd.arrays.SparseArray([0, 0, 1]))"),
    "a range index": twin("pd.RangeIndex(3)"),
    "another spelling of a range index": both("close", "pd.RangeIndex(3)", "pd.Index([0, 1, 2])"),
    "the order of an index counts": both("different", "pd.Index([1, 2])", "pd.Index([2, 1])"),
    "an index of several levels": twin("pd.MultiIndex.from_product([['a', 'b'], [1, 2]], names=['u', 'v'])"),
    "rows under several levels": both(
        "reordered",
        "pd.Series([1, 2], index=pd.MultiIndex.from_tuples([('a', 1), ('b', 2)]))",
        "pd.Series([2, 1], index=pd.MultiIndex.from_tuples([('b', 2), ('a', 1)]))",
    ),
    "a timestamp": twin("pd.Timestamp('2024-01-01', tz='Europe/Berlin')"),
    "another timestamp": both("different", "pd.Timestamp('2024-01-01')", "pd.Timestamp('2024-01-02')"),
    "a timestamp is not a datetime": both(
        "different", "pd.Timestamp('2024-01-01')", "pd.Timestamp('2024-01-01').to_pydatetime()"
    ),
    "no time": twin("pd.NaT"),
    "no value": twin("[pd.NA, pd.NA]"),
    "no time is not no value": both("different", "pd.NaT", "pd.NA"),
    "dtypes of a frame": twin(FRAME + ".dtypes"),
    "groups": both("unknown", FRAME + ".groupby('s')", FRAME + ".groupby('s')"),
}

POLARS_PAIRS = {
    "a frame": twin(POLARS),
    "a value": both("different", POLARS, POLARS.replace("3", "4")),
    "a missing value": both("different", POLARS, POLARS.replace("None, 3", "0, 3")),
    "a text": both("different", POLARS, POLARS.replace("'b'", "'c'")),
    "the order of the columns": both("reordered", POLARS, POLARS + ".select('s', 'x')"),
    "the order of the rows": both("different", POLARS, POLARS + ".reverse()"),
    "the dtype": both("different", POLARS, POLARS + ".with_columns(pl.col('x').cast(pl.Int32))"),
    "the name of a column": both("different", POLARS, POLARS.replace("'x'", "'y'")),
    "a series": twin("pl.Series('a', [1.0, None, float('nan')])"),
    "the name of a series": both("different", "pl.Series('a', [1])", "pl.Series('b', [1])"),
    "the two zeros": both("close", "pl.Series([0.0])", "pl.Series([-0.0])"),
    "within the tolerance": both("close", "pl.Series([1.0])", "pl.Series([1.0 + 1e-12])", 1e-9),
    "lists": both("different", "pl.Series([[1], [2, 3]])", "pl.Series([[1], [2, 4]])"),
    "structs": twin("pl.Series([{'a': 1, 'b': 'x'}])"),
    "dates": twin("pl.Series(['2024-01-01', None]).str.to_date()"),
    "categories": twin("pl.Series(['a', 'b', None], dtype=pl.Categorical)"),
    "booleans": both("different", "pl.Series([True, None])", "pl.Series([True, False])"),
    "an empty frame": twin("pl.DataFrame()"),
    "a query": both("unknown", POLARS + ".lazy()", POLARS + ".lazy()"),
    "a polars frame is not a pandas frame": both(
        "different", "pl.DataFrame({'x': [1]})", "pd.DataFrame({'x': [1]})"
    ),
}


@cases(
    ARRAYS
    | VIEWS
    | {f"pandas: {name}": pair for name, pair in PANDAS.items()}
    | {f"polars: {name}": pair for name, pair in POLARS_PAIRS.items()}
)
def test_a_pair_relates_as_expected_in_both_directions(pair: Pair) -> None:
    expected, actual = pair.make()
    assert same(expected, actual, pair.rtol).status == Status(pair.status)
    assert same(actual, expected, pair.rtol).status == Status(pair.status)


@pytest.mark.parametrize(
    ("expected", "actual", "path"),
    [
        ("np.zeros((2, 3))", "np.eye(2, 3)", "value[0, 0]"),
        ("np.zeros(1, 'f4')", "np.zeros(1)", "value.dtype"),
        (FRAME, FRAME.replace("3.0", "4.0"), "value['x'].iloc[2]"),
        ("pd.Series([1, 2])", "pd.Series([1, 3])", "value.iloc[1]"),
        (FRAME, FRAME.replace("'q'", "'z'"), "value.index[1]"),
        (POLARS, POLARS.replace("3", "4"), "value['x'][2]"),
        ("np.array([0, [1, 2]], dtype=object)", "np.array([0, [1, 3]], dtype=object)", "value[1][1]"),
    ],
    ids=["array", "dtype", "frame", "series", "index", "polars", "object in an array"],
)
def test_the_path_leads_to_the_difference(expected: str, actual: str, path: str) -> None:
    left, right = both("different", expected, actual).make()
    assert same(left, right).differences[0].path == path


def test_an_array_in_an_object_with_a_strange_equality_is_compared_by_value() -> None:
    kind = type("Holder", (), {"__eq__": lambda self, other: self.array == other.array, "__hash__": None})
    left, right = kind(), kind()
    left.array, right.array = np.arange(3), np.arange(3)
    assert same(left, right).status is Status.EQUAL
    right.array[1] = 7
    assert same(left, right).differences[0].path == "value.array[1]"


def test_a_user_subclass_of_an_array_keeps_its_attributes() -> None:
    kind = type("Tagged", (np.ndarray,), {})
    left, right = np.arange(3).view(kind), np.arange(3).view(kind)
    left.tag, right.tag = [1], [2]
    assert same(left, right).differences[0].path == "value.tag[0]"
