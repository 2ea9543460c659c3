"""A value that stands for everything that some names reach: equal exactly if types, contents and sharing are.

Written anew for these tests: the package's own comparison is one of the things on trial.
"""

import asyncio
import collections
import contextvars
import functools
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

ATOMS = (type(None), bool, int, float, complex, str, bytes, type(Ellipsis), range)
ONLY_KIND = (
    types.ModuleType, types.CoroutineType, types.GeneratorType, types.AsyncGeneratorType, types.BuiltinFunctionType,
    types.FrameType, types.TracebackType, types.CodeType, asyncio.AbstractEventLoop,
)  # fmt: skip
"""Things of which only the type counts, here."""
OWN_AFFAIRS = frozenset(
    {"__dict__", "__weakref__", "__doc__", "__module__", "__firstlineno__", "__static_attributes__"}
)


def likeness(names: Mapping[str, object]) -> tuple[object, ...]:
    """Return what the names reach, by value, with a number for each shared object."""
    camera = _Camera()
    return tuple((name, camera.see(names[name])) for name in sorted(names))


@dataclass
class _Camera:
    seen: dict[int, int] = field(default_factory=dict)
    kept: list[object] = field(default_factory=list)

    def see(self, value: object) -> object:
        if isinstance(value, ATOMS) and type(value) in ATOMS:
            return type(value).__name__, repr(value)
        if id(value) in self.seen:
            return "seen", self.seen[id(value)]
        if not (isinstance(value, tuple) and not value):
            self.seen[id(value)] = len(self.seen)
            self.kept.append(value)
        return type(value).__qualname__, self._inside(value)

    def _inside(self, value: object) -> object:
        for kinds, look in LOOKS:
            if isinstance(value, kinds):
                return look(self, value)
        return self._state(value)

    def _all(self, values: Iterable[object]) -> tuple[object, ...]:
        return tuple(self.see(each) for each in values)

    def _pairs(self, value: Mapping[Any, object]) -> object:
        return tuple((self.see(key), self.see(each)) for key, each in list(value.items()))

    def _list(self, value: Any) -> object:
        return self._all(list(value)), self._state(value)

    def _dict(self, value: Any) -> object:
        return self._pairs(value), self._state(value)

    def _set(self, value: Any) -> object:
        return tuple(sorted(map(repr, value))), self._state(value)

    def _function(self, value: Any) -> object:
        cells = [_content(each) for each in value.__closure__ or ()]
        # A lambda has no name of its own: its qualified name only says where it was made.
        name = value.__name__ if value.__name__ == "<lambda>" else value.__qualname__
        return (
            name,
            self.see(value.__defaults__),
            self.see(value.__kwdefaults__),
            self._all(cells),
            self._pairs(value.__dict__),
        )

    def _class(self, value: Any) -> object:
        if value.__module__ != "__main__":
            return value.__qualname__
        own = {key: each for key, each in vars(value).items() if key not in OWN_AFFAIRS}
        return value.__qualname__, self._pairs(own)

    def _method(self, value: Any) -> object:
        return self.see(value.__self__), value.__func__.__qualname__

    def _partial(self, value: Any) -> object:
        return self.see(value.func), self.see(value.args), self.see(value.keywords)

    def _error(self, value: Any) -> object:
        return self._all(value.args), self._pairs(vars(value)), self.see(value.__cause__)

    def _task(self, value: Any) -> object:
        if not value.done() or value.cancelled():
            return "cancelled" if value.cancelled() else "pending"
        return self.see(value.exception() or value.result())

    def _variable(self, value: Any) -> object:
        return value.name

    def _token(self, value: Any) -> object:
        return self.see(None if value.old_value is contextvars.Token.MISSING else value.old_value)

    def _lock(self, value: Any) -> object:
        return value.locked()

    def _queue(self, value: Any) -> object:
        return self._all(value._queue)

    def _event(self, value: Any) -> object:
        return value.is_set()

    def _iterator(self, value: Any) -> object:
        return self.see(value.__reduce__()[1:])

    def _wrapped(self, value: Any) -> object:
        return self.see(value.__func__ if hasattr(value, "__func__") else value.fget)

    def _kind(self, value: object) -> object:
        return None

    def _state(self, value: object) -> object:
        state = getattr(value, "__dict__", None)
        slots = {
            name: getattr(value, name)
            for kind in type(value).__mro__
            for name in (getattr(kind, "__slots__", ()) if kind.__module__ == "__main__" else ())
            if hasattr(value, name)
        }
        return self._pairs({**(state or {}), **slots})


def _content(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        return "empty"


Look = Callable[[_Camera, Any], object]
LOOKS: tuple[tuple[Any, Look], ...] = (
    (ONLY_KIND, _Camera._kind),
    ((list, tuple, collections.deque), _Camera._list),
    (dict, _Camera._dict),
    ((set, frozenset), _Camera._set),
    (types.FunctionType, _Camera._function),
    (type, _Camera._class),
    (types.MethodType, _Camera._method),
    (functools.partial, _Camera._partial),
    (BaseException, _Camera._error),
    (asyncio.Future, _Camera._task),
    (contextvars.ContextVar, _Camera._variable),
    (contextvars.Token, _Camera._token),
    ((asyncio.Lock, asyncio.Semaphore), _Camera._lock),
    (asyncio.Queue, _Camera._queue),
    (asyncio.Event, _Camera._event),
    ((type(iter([])), type(iter(()))), _Camera._iterator),
    ((property, staticmethod, classmethod), _Camera._wrapped),
)
