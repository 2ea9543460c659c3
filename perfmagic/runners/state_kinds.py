"""Which objects end the walk, and why: values that cannot change, shared resources, iterators, opaque objects."""

import datetime as dt
import decimal
import functools
import logging
import operator
import random
import re
import sys
import sysconfig
import types
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perfmagic.runners.state_attributes import entries_of, inherits, mro_of
from perfmagic.runners.state_keeping import Ending

ATOMIC: frozenset[type] = frozenset(
    {
        type(None),
        type(...),
        type(NotImplemented),
        bool,
        int,
        float,
        complex,
        str,
        bytes,
        range,
        slice,
        object,
        dt.date,
        dt.datetime,
        dt.time,
        dt.timedelta,
        dt.timezone,
        decimal.Decimal,
        re.Pattern,
        re.Match,
        types.ModuleType,
        types.CodeType,
        types.FrameType,
        types.TracebackType,
        types.WrapperDescriptorType,
        types.MethodDescriptorType,
        types.ClassMethodDescriptorType,
        types.GetSetDescriptorType,
        types.MemberDescriptorType,
        types.GenericAlias,
        types.UnionType,
        weakref.ref,
        operator.itemgetter,
        operator.attrgetter,
        operator.methodcaller,
    }
)
"""Exact types of values that cannot change, and of objects that are not looked into."""

NO_INSTANTIATION, IMMUTABLE_TYPE, HEAP_TYPE = 1 << 7, 1 << 8, 1 << 9
"""Flags of classes, as `object.h` of CPython defines them; classes written in Python have the third alone."""

_SHARED_ASYNC = Ending("shared", "belongs to the event loop")
_SHARED_THREADS = Ending("shared", "belongs to threads or processes")
_SHARED_CONNECTION = Ending("shared", "a connection or a client")
_OPAQUE_DRAWING = Ending("opaque", "a drawing or a widget; what is drawn on it cannot be taken back")
_OPAQUE_TENSOR = Ending("opaque", "memory of another library that cannot be put back")

LIBRARY_ENDINGS: Mapping[str, Ending | None] = types.MappingProxyType(
    {
        **dict.fromkeys(("asyncio", "_asyncio", "uvloop", "anyio", "tornado", "zmq"), _SHARED_ASYNC),
        **dict.fromkeys(
            ("threading", "_thread", "concurrent", "multiprocessing", "subprocess"), _SHARED_THREADS
        ),
        **dict.fromkeys(("socket", "_socket", "ssl", "_ssl", "select", "selectors"), _SHARED_CONNECTION),
        **dict.fromkeys(("weakref", "_weakref", "_weakrefset"), _SHARED_THREADS),
        **dict.fromkeys(
            ("asyncpg", "duckdb", "_duckdb", "psycopg", "psycopg2", "sqlite3", "_sqlite3", "aiosqlite"),
            _SHARED_CONNECTION,
        ),
        **dict.fromkeys(
            ("sqlalchemy", "redis", "pymongo", "motor", "grpc", "websockets"), _SHARED_CONNECTION
        ),
        **dict.fromkeys(("httpx", "httpcore", "aiohttp", "requests", "urllib3", "http"), _SHARED_CONNECTION),
        **dict.fromkeys(("IPython", "ipykernel", "traitlets"), Ending("shared", "belongs to the notebook")),
        **dict.fromkeys(("matplotlib", "mpl_toolkits", "ipywidgets", "anywidget"), _OPAQUE_DRAWING),
        **dict.fromkeys(("torch", "tensorflow", "cupy"), _OPAQUE_TENSOR),
        **dict.fromkeys(("perfmagic", "typing", "_abc", "abc", "ast", "pyarrow"), None),
    }
)
"""Libraries whose objects are not looked into; ``None``: without a word, because their state is not the user's."""

HIERARCHY_ENDINGS = frozenset(
    name
    for name in LIBRARY_ENDINGS
    if name in {"asyncio", "threading", "multiprocessing", "subprocess", "concurrent", "socket", "selectors"}
    or name in {"tornado", "zmq", "IPython", "ipykernel", "traitlets", "matplotlib", "ipywidgets", "torch"}
)
"""Libraries of which subclasses end the walk too: their attributes and what the library holds belong together."""

_LOGGING = Ending("shared", "a logger")
_FILE = Ending("iterator", "an open file; its position and contents cannot be put back")
STREAM = Ending("shared", "an output stream")
_ITERATOR = Ending("iterator", "it is used up by reading and cannot be rewound")
_GENERATOR = Ending("iterator", "a generator or coroutine that is used up by running")
_REMEMBERS = Ending("shared", "a cache of results; it stays warm")
OPAQUE = Ending("opaque", "it holds state that cannot be reached")
DEFIES = Ending("opaque", "it does not let its contents be taken")

_BUILTIN_BASES: frozenset[type] = frozenset(
    {object, type, property, random.Random, types.SimpleNamespace, int, float, complex, str, bytes, tuple}
)


def is_users_class(kind: type) -> bool:
    """Return whether the class was made in the notebook or in a module of the user, not in an installed library."""
    module_name = entries_of(kind).get("__module__")
    if not isinstance(module_name, str) or is_c_class(kind):
        return False
    return _is_users_module(module_name)


def _is_users_module(name: str) -> bool:
    top = name.partition(".")[0]
    if top == "__main__":
        return True
    if top in sys.stdlib_module_names or top in LIBRARY_ENDINGS:
        return False
    return not is_installed_module(name)


def is_installed_module(name: str) -> bool:
    """Return whether the module comes from an installed library; those of the standard library do not count."""
    file = getattr(sys.modules.get(name), "__file__", None)
    if not isinstance(file, str):
        return False
    path = Path(file)
    if {"site-packages", "dist-packages"} & set(path.parts):
        return True
    return any(path.is_relative_to(sysconfig.get_path(name)) for name in ("purelib", "platlib"))


def is_c_class(kind: type) -> bool:
    """Return whether the class is written in C: built in, closed to changes or instances, or with a ``__new__`` in C."""
    flags: int = type.__dict__["__flags__"].__get__(kind)
    if not flags & HEAP_TYPE or flags & (NO_INSTANTIATION | IMMUTABLE_TYPE):
        return True
    return type(entries_of(kind).get("__new__")) is types.BuiltinFunctionType


def is_function(kind: type) -> bool:
    """Return whether the instances are functions written in C."""
    return is_c_class(kind) and "__call__" in entries_of(kind)


def is_value(kind: type) -> bool:
    """Return whether the class is written in C and hashes by value, which by convention never changes."""
    for cls in mro_of(kind):
        if "__hash__" in entries_of(cls):
            return is_c_class(kind) and cls is not object and entries_of(cls)["__hash__"] is not None
    return False


def top_module(kind: type) -> str:
    """Return the first part of the name of the module that the class says it is from."""
    name = entries_of(kind).get("__module__")
    if not isinstance(name, str):  # classes written in C keep it in their name
        name = type.__dict__["__module__"].__get__(kind)
    return name.partition(".")[0] if isinstance(name, str) else ""


def library_ending(kind: type) -> tuple[bool, Ending | None]:
    """Return whether the library of the class ends the walk, and with which reason."""
    own = top_module(kind)
    if own in LIBRARY_ENDINGS:
        return True, LIBRARY_ENDINGS[own]
    for cls in mro_of(kind)[1:]:
        library = top_module(cls)
        if library in HIERARCHY_ENDINGS:
            return True, LIBRARY_ENDINGS[library]
    return False, None


def special_ending(kind: type[Any]) -> Ending | None:
    """Return why an object of a built-in kind ends the walk: a logger, a file, an iterator; ``None`` if it does not."""
    if issubclass(kind, (logging.Logger, logging.LoggerAdapter, logging.Manager)):
        return _LOGGING
    if any(kind is each for each in (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)):
        return _GENERATOR
    if top_module(kind) in {"_io", "tempfile"}:
        return _FILE
    in_c = [cls for cls in mro_of(kind) if is_c_class(cls) and cls is not object]
    if any("__next__" in entries_of(cls) or "__anext__" in entries_of(cls) for cls in in_c):
        return _ITERATOR
    return None


def hidden_base(kind: type) -> bool:
    """Return whether a base class written in C may hold state beyond the attributes."""
    if inherits(kind, BaseException):
        return False
    return any(is_c_class(cls) and cls not in _BUILTIN_BASES for cls in mro_of(kind))


def remembers(kind: type) -> Ending | None:
    """Return the reason for a function that caches its results."""
    return _REMEMBERS if kind is type(functools.lru_cache(len)) else None


def is_output_stream(subject: object) -> bool:
    """Return whether the object is one of the streams of the interpreter."""
    names = ("stdout", "stderr", "stdin", "__stdout__", "__stderr__", "__stdin__")
    return any(subject is getattr(sys, name, None) for name in names)
