"""Models of numpy, pandas, polars and matplotlib: what changes in place, what writes files, and that the rest only reads."""

from dataclasses import replace

from perfmagic.analysis.effects import Kind
from perfmagic.analysis.models.databases import DATABASE
from perfmagic.analysis.models.model import CHANGE, Model, Table, Use, group

ARRAY = "numpy.ndarray"
_ARRAY = Model(result=f"new:{ARRAY}")
_COMPUTED = replace(_ARRAY, computes=True)
_FILE = Model(
    locations=((Kind.FILE, "files", True),), hazard="it writes a file", result="none", blocking=True
)
_READ = Model(locations=((Kind.FILE, "files", False),), blocking=True)
_PARSED = replace(_READ, computes=True)
_RANDOM = Model(locations=((Kind.RANDOM, "numpy.random", True),), result=f"new:{ARRAY}")
_FIGURE = Model(
    locations=((Kind.EXTERNAL, "figure state", True),), result="new:matplotlib.artist.Artist", mutates=False
)

_NUMPY: Table = {
    "numpy.*": _ARRAY,
    **group(
        Model(result="first"),
        "numpy",
        "asarray asanyarray ascontiguousarray asfortranarray atleast_1d atleast_2d atleast_3d ravel reshape transpose squeeze "
        "expand_dims swapaxes moveaxis rollaxis broadcast_to diagonal flip fliplr flipud rot90 real imag nan_to_num array "
        "array_split split hsplit vsplit require permute_dims astype matrix_transpose",
    ),
    "numpy.ufunc.*": Model(handler="ufunc"),
    "numpy.matmul": Model(handler="ufunc", computes=True),
    **group(
        _COMPUTED,
        "numpy",
        "dot vdot inner tensordot einsum convolve correlate sort argsort lexsort unique median percentile quantile cov corrcoef",
    ),
    **group(
        _COMPUTED,
        "numpy.linalg",
        "cholesky cond det eig eigh eigvals eigvalsh inv lstsq matmul matrix_power matrix_rank multi_dot pinv qr slogdet solve "
        "svd svdvals tensordot tensorinv tensorsolve",
    ),
    **group(Model(result="first"), "numpy.linalg", "diagonal matrix_transpose"),
    **group(
        _COMPUTED,
        "numpy.fft",
        "fft ifft rfft irfft hfft ihfft fft2 ifft2 fftn ifftn rfft2 irfft2 rfftn irfftn",
    ),
    **group(replace(CHANGE, reads="deep"), "numpy", "copyto put place putmask fill_diagonal put_along_axis"),
    **group(
        replace(_FILE, locations=((Kind.FILE, "files", True),)),
        "numpy",
        "save savez savez_compressed savetxt",
    ),
    **group(replace(_READ, result=f"new:{ARRAY}"), "numpy", "load loadtxt genfromtxt fromfile"),
    "numpy.nditer": replace(CHANGE, result="unknown"),
    **{
        f"{module}.{name}": Model(handler="setting", option=f"numpy.{name}()")
        for module in (
            "numpy",
            "numpy._core._ufunc_config",
            "numpy.core._ufunc_config",
            "numpy._core.arrayprint",
            "numpy.core.arrayprint",
        )
        for name in ("seterr", "seterrcall", "setbufsize", "set_printoptions", "set_string_function")
    },
    "numpy.vectorize": Model(result="unknown"),
    "numpy.vectorize.*": Model(handler="unknown"),
    **{
        f"numpy.{module}.*": _ARRAY
        for module in ("linalg", "fft", "polynomial", "char", "strings", "lib", "_core", "core")
    },
    **{
        f"numpy.{module}.*": Model(result="first")
        for module in ("ma", "lib.stride_tricks", "lib._stride_tricks_impl", "matrixlib")
    },
    **group(Model(result="first"), "numpy", "frombuffer asmatrix matrix"),
    "numpy.random.default_rng": Model(result="new:numpy.random._generator.Generator"),
    "numpy.random.*": _RANDOM,
    "numpy.random.mtrand.RandomState.*": Model(handler="random_object", option=ARRAY),
    "numpy.random._generator.Generator.*": Model(handler="random_object", option=ARRAY),
    **group(
        replace(CHANGE, reads="deep"),
        ARRAY,
        "fill put partition resize itemset setfield setflags byteswap __setitem__ __delitem__",
    ),
    f"{ARRAY}.sort": replace(CHANGE, reads="deep", computes=True),
    **group(_COMPUTED, ARRAY, "argsort dot"),
    **group(replace(_FILE, reads="shallow"), ARRAY, "tofile dump"),
    **group(
        Model(result="first", reads="shallow", attribute=True),
        ARRAY,
        "T mT flat real imag base flags data ctypes",
    ),
    **group(
        Model(handler="view_array"),
        ARRAY,
        "reshape ravel view transpose swapaxes squeeze diagonal astype",
    ),
    f"{ARRAY}.*": _ARRAY,
    "numpy.generic.*": Model(result="scalar"),
}

_FRAMES = ("pandas.core.frame.DataFrame", "pandas.core.series.Series", "pandas.DataFrame", "pandas.Series")
_PANDAS: Table = {
    "pandas.*": Model(result="new:pandas.DataFrame"),
    **{
        f"pandas.{name}": replace(_PARSED, result="new:pandas.DataFrame")
        for name in (
            "read_csv",
            "read_parquet",
            "read_json",
            "read_excel",
            "read_feather",
            "read_pickle",
            "read_table",
            "read_hdf",
        )
    },
    **{
        f"{module}.{name}": Model(
            handler="read_sql",
            use=Use(effect="queries", service=DATABASE),
            blocking=True,
            result="new:pandas.DataFrame",
        )
        for module in ("pandas", "pandas.io.sql")
        for name in ("read_sql", "read_sql_query")
    },
    "pandas.core.*": Model(result="new:pandas.DataFrame"),
    "pandas.io.*": replace(_PARSED, result="new:pandas.DataFrame"),
    "pandas.to_pickle": _FILE,
    **{
        f"{module}.{name}": Model(handler="setting", option=f"pandas.{name}()")
        for module in ("pandas", "pandas._config.config")
        for name in ("set_option", "reset_option", "_set_option", "_reset_option")
    },
    **{
        f"{frame}.{name}": Model(handler="frame_file")
        for frame in _FRAMES
        for name in ("to_csv", "to_json", "to_string", "to_markdown", "to_html", "to_latex")
    },
    **{
        f"{frame}.{name}": _FILE
        for frame in _FRAMES
        for name in (
            "to_parquet",
            "to_excel",
            "to_pickle",
            "to_feather",
            "to_hdf",
            "to_clipboard",
            "to_stata",
            "to_orc",
        )
    },
    **{
        f"{frame}.to_sql": Model(
            locations=((Kind.EXTERNAL, "database", True),), hazard="it writes to a database", blocking=True
        )
        for frame in _FRAMES
    },
    **{
        f"{frame}.{name}": replace(CHANGE, result="element", reads="deep")
        for frame in _FRAMES
        for name in ("insert", "update", "pop", "__setitem__", "__delitem__", "isetitem")
    },
    **{
        f"{frame}.{name}": Model(result="self", reads="shallow", attribute=True)
        for frame in _FRAMES
        for name in (
            "loc",
            "iloc",
            "at",
            "iat",
            "T",
            "values",
            "str",
            "dt",
            "cat",
            "index",
            "columns",
            "sparse",
            "array",
            "attrs",
            "flags",
        )
    },
    **{
        f"{frame}.{name}": Model(result="scalar", reads="shallow", attribute=True)
        for frame in _FRAMES
        for name in ("shape", "size", "ndim", "empty", "dtype", "name", "nbytes")
    },
    **{
        f"{frame}.plot": Model(
            result="new:matplotlib.artist.Artist",
            locations=((Kind.EXTERNAL, "figure state", True),),
            attribute=True,
        )
        for frame in _FRAMES
    },
    **{f"{frame}.*": Model(handler="frame", option="pandas.DataFrame") for frame in _FRAMES},
    **{
        f"{frame}.{name}": Model(handler="frame", option="pandas.core.groupby.GroupBy")
        for frame in _FRAMES
        for name in ("groupby", "rolling", "expanding", "resample", "ewm")
    },
    **{
        f"{frame}.{name}": Model(result="self")
        for frame in _FRAMES
        for name in ("to_numpy", "__array__", "view")
    },
    "pandas.core.indexing.*": Model(result="new:pandas.DataFrame"),
    "pandas.core.groupby.*": Model(result="new:pandas.DataFrame"),
    "pandas.core.indexes.*": Model(result="new:pandas.DataFrame"),
}

_POLARS_TYPES = (
    "polars.dataframe.frame.DataFrame",
    "polars.series.series.Series",
    "polars.lazyframe.frame.LazyFrame",
    "polars.expr.expr.Expr",
    "polars.DataFrame",
)
_POLARS: Table = {
    "polars.*": Model(result="new:polars.DataFrame"),
    **{
        f"polars.{name}": replace(_READ, result="new:polars.DataFrame")
        for name in ("read_csv", "read_parquet", "read_json", "scan_csv", "scan_parquet")
    },
    **{
        f"{cls}.{name}": Model(handler="frame_file")
        for cls in _POLARS_TYPES
        for name in ("write_csv", "write_json", "write_ndjson")
    },
    **{
        f"{cls}.{name}": _FILE
        for cls in _POLARS_TYPES
        for name in (
            "write_parquet",
            "write_excel",
            "write_ipc",
            "write_database",
            "sink_parquet",
            "sink_csv",
        )
    },
    **{
        f"{cls}.{name}": replace(CHANGE, reads="deep", result="self")
        for cls in _POLARS_TYPES
        for name in (
            "extend",
            "append",
            "insert_column",
            "replace_column",
            "drop_in_place",
            "__setitem__",
            "shrink_to_fit",
            "rechunk",
        )
    },
    **{f"{cls}.*": Model(result="new:polars.DataFrame") for cls in _POLARS_TYPES},
}

_MATPLOTLIB: Table = {
    "matplotlib.pyplot.savefig": replace(
        _FILE, locations=((Kind.FILE, "files", True), (Kind.EXTERNAL, "figure state", True))
    ),
    "matplotlib.pyplot.*": _FIGURE,
    "matplotlib.artist.Artist.savefig": _FILE,
    "matplotlib.figure.Figure.savefig": _FILE,
    "matplotlib.artist.Artist.*": _FIGURE,
    "matplotlib.axes._base._AxesBase.*": _FIGURE,
}

SCIENCE: Table = {**_NUMPY, **_PANDAS, **_POLARS, **_MATPLOTLIB}
