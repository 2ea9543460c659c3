"""Which live objects can go to another process, and which can come back from one, found without running any code.

loky pickles functions and classes of the notebook by value. That has two consequences. What a function refers to goes with it.
And an instance that comes back brings its class along, whose methods then take the place of the ones here, with global names
of their own: only classes whose methods refer to nothing in the notebook may come back.
"""

import builtins
import dis
import functools
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from perfmagic.analysis.live import qualified_name
from perfmagic.analysis.sources import is_library

NOTEBOOK = "__main__"
MOST = 5_000
"""Objects that are looked at, at most."""

UNPICKLABLE = frozenset(
    {
        "builtins.generator", "builtins.coroutine", "builtins.async_generator", "builtins.frame", "builtins.traceback",
        "builtins.memoryview", "builtins.zip", "builtins.map", "builtins.filter", "_io.TextIOWrapper", "_io.BufferedReader",
        "_io.BufferedWriter", "_io.BufferedRandom", "_io.FileIO", "_thread.lock", "_thread.RLock", "threading.Thread",
        "threading.Event", "threading.Condition", "threading.Semaphore", "threading.Lock", "_thread._local", "queue.Queue",
        "_queue.SimpleQueue", "_contextvars.ContextVar", "contextvars.ContextVar", "_asyncio.Task", "_asyncio.Future",
        "sqlite3.Connection", "sqlite3.Cursor", "socket.socket", "subprocess.Popen", "weakref.ReferenceType", "select.epoll",
        "concurrent.futures.thread.ThreadPoolExecutor", "re.Match", "_csv.reader", "_csv.writer", "ssl.SSLContext",
        "_hashlib.HASH", "_blake2.blake2b", "_blake2.blake2s",
    }
)  # fmt: skip
"""Qualified names of types whose objects cannot be pickled."""

OWN_WAYS = (
    "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__getnewargs__", "__getnewargs_ex__", "__del__",
)  # fmt: skip
"""Methods by which a class decides itself what a copy is."""

PLAIN = (int, float, complex, str, bytes, bool, type(None), range, slice, type(Ellipsis))


@dataclass(frozen=True, slots=True)
class Misfit:
    """An object that stays in this process: how to name it, and why."""

    label: str
    why: str


def misfit(roots: Mapping[str, object]) -> Misfit | None:
    """Return the first object among the values, and all that goes with them, which cannot be sent as it is."""
    pending = list(roots.items())
    seen: set[int] = set()
    while pending and len(seen) < MOST:
        label, value = pending.pop()
        if id(value) in seen or isinstance(value, PLAIN):
            continue
        seen.add(id(value))
        name = qualified_name(cast("type", type(value)))
        if name in UNPICKLABLE:
            return Misfit(label, f"a {name.rpartition('.')[2]} cannot be pickled")
        own_way = _own_way(cast("type", type(value)))
        if own_way is not None:
            return Misfit(label, f"{type(value).__name__}.{own_way} decides what a copy of it is")
        pending.extend(_parts(label, value))
    return None


def _own_way(cls: type) -> str | None:
    """Return the method by which a class of the user decides what a copy is."""
    for each in type.mro(cls) if cls is not type else ():
        if _is_users(each):
            found = next((name for name in OWN_WAYS if name in vars(each)), None)
            if found is not None:
                return found
    return None


def _is_users(cls: type) -> bool:
    if cls.__module__ == NOTEBOOK:
        return True
    functions = [each for each in vars(cls).values() if isinstance(each, types.FunctionType)]
    return bool(functions) and not any(is_library(each.__code__.co_filename) for each in functions)


def _parts(label: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield what is pickled with an object, each with a name for people."""
    if isinstance(value, dict):
        for key, part in cast("dict[object, object]", value).items():
            yield f"{label}[{key!r}]" if isinstance(key, PLAIN) else f"a key of {label}", part
    elif isinstance(value, list | tuple | set | frozenset):
        for index, part in enumerate(cast("tuple[object, ...]", value)):
            yield f"{label}[{index}]", part
    elif isinstance(value, types.FunctionType | types.MethodType | functools.partial):
        yield from _of_callable(label, cast("object", value))
    elif isinstance(value, type):
        if value.__module__ == NOTEBOOK:
            yield from ((f"{value.__name__}.{name}", part) for name, part in vars(value).items())
    elif _is_users(cast("type", type(value))):
        yield from ((f"{label}.{name}", part) for name, part in _state(value).items())


def _state(value: object) -> Mapping[str, object]:
    """Return the instance's own attributes without asking its class."""
    try:
        found: object = object.__getattribute__(value, "__dict__")
    except AttributeError:  # it has slots
        return {}
    return cast("dict[str, object]", found) if isinstance(found, dict) else {}


def _of_callable(label: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, types.MethodType):
        yield from ((label, value.__self__), (label, value.__func__))
    elif isinstance(value, functools.partial):
        bound = cast("functools.partial[object]", value)
        yield from ((label, bound.func), (label, bound.args), (label, bound.keywords))
    elif isinstance(value, types.FunctionType):
        yield from _of_function(value)


def _of_function(function: types.FunctionType) -> Iterator[tuple[str, object]]:
    """Yield what goes with a function of the notebook: the globals that it names, its closure, its defaults."""
    if function.__module__ != NOTEBOOK:
        return
    for name in names_in(function.__code__):
        if name in function.__globals__:
            yield name, function.__globals__[name]
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        try:
            yield name, cast("object", cell.cell_contents)
        except ValueError:  # not bound yet
            continue
    yield f"a default of {function.__name__}", function.__defaults__
    yield f"a default of {function.__name__}", function.__kwdefaults__


def names_in(code: types.CodeType) -> Iterator[str]:
    """Yield the global names that a function and those inside it look up."""
    for each in dis.get_instructions(code):
        if each.opname in {"LOAD_GLOBAL", "LOAD_NAME"}:
            yield str(each.argval)
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from names_in(each)


def brought_along(cls: type) -> str | None:
    """Say why an instance of a class must not come back from another process, ``None`` if it may."""
    for each in type.mro(cls) if cls.__module__ == NOTEBOOK else ():
        for name, part in vars(each).items() if each.__module__ == NOTEBOOK else ():
            function = getattr(part, "__func__", part)
            if isinstance(part, list | dict | set | bytearray) and not name.startswith("__"):
                return f"{each.__name__}.{name} can be changed"
            if isinstance(function, types.FunctionType):
                names = names_in(function.__code__)
                used = next((known for known in names if _is_of_notebook(known, function)), None)
                if used is not None:
                    return f"{each.__name__}.{name} uses {used!r} of the notebook"
    return None


def _is_of_notebook(name: str, function: types.FunctionType) -> bool:
    """Whether a global name means something that another cell may bind anew."""
    names = function.__globals__
    if names.get("__name__") != NOTEBOOK or name not in names or hasattr(builtins, name):
        return False
    value = names[name]
    return not isinstance(value, types.ModuleType) and getattr(value, "__module__", NOTEBOOK) == NOTEBOOK
