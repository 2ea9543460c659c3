"""A picture of a namespace that is independent of perfmagic: contents, sharing, and which objects were there before.

Every mutable object gets a number at its first visit. A later visit shows only the number, so sharing is part of the picture.
Objects known from an earlier picture show the number they had there, so identity over time is part of it too.
"""

import asyncio
import functools
import logging
import os
import random
import re
import sys
import threading
import types
import warnings
from collections import deque
from pathlib import Path

import numpy as np
import pandas as pd

_SHELL_NAMES = re.compile(
    r"_+|_i+|_i?\d+|_[oid]h|In|exit|quit|get_ipython|open|_exit_code|__warningregistry__"
)
_ATOMS = (
    type(None),
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    range,
    type(...),
    types.CodeType,
    np.generic,
    np.dtype,
)


class Walk:
    def __init__(self, known: dict[int, int] | None = None) -> None:
        self.known = known or {}
        self.numbers: dict[int, int] = {}
        self.kept: list[object] = []

    def node(self, value: object) -> object:
        if isinstance(value, types.ModuleType):
            return ("module", value.__name__)
        if isinstance(value, types.CodeType):
            return code(value)
        if isinstance(value, _ATOMS):
            return (type(value).__name__, repr(value))
        if isinstance(value, type) and value.__module__ != "__main__":
            return ("class", value.__qualname__)
        if isinstance(value, tuple) and type(value) is tuple:
            return ("tuple", [self.node(each) for each in value])
        if isinstance(value, types.MethodType):
            return ("method", self.node(value.__self__), self.node(value.__func__))
        if isinstance(value, types.BuiltinFunctionType):
            owner = value.__self__
            return (
                "builtin",
                value.__name__,
                None if isinstance(owner, types.ModuleType) else self.node(owner),
            )
        if id(value) in self.numbers:
            return ("again", self.numbers[id(value)])
        self.numbers[id(value)] = len(self.numbers)
        self.kept.append(value)
        return (
            self.numbers[id(value)],
            "was",
            self.known.get(id(value)),
            type(value).__qualname__,
            *self.inside(value),
        )

    def inside(self, value: object) -> list[object]:
        if isinstance(value, threading.Thread | asyncio.Task):
            return []
        for kinds, look in _LOOKS:
            if isinstance(value, kinds):
                return [*look(self, value), *self.attributes(value, skip=kinds)]
        return self.attributes(value)

    def attributes(self, value: object, skip: object = ()) -> list[object]:
        if skip in (type, np.ndarray, types.FunctionType) or isinstance(value, pd.DataFrame | pd.Series):
            return []
        own = {key: self.node(each) for key, each in getattr(value, "__dict__", {}).items()}
        slots = [name for kind in type(value).__mro__ for name in kind.__dict__.get("__slots__", ())]
        own |= {name: self.node(getattr(value, name)) for name in slots if hasattr(value, name)}
        return [own] if own else []


def code(value: types.CodeType) -> object:
    constants = [code(each) if isinstance(each, types.CodeType) else repr(each) for each in value.co_consts]
    return ("code", value.co_name, value.co_code.hex(), value.co_names, value.co_varnames, constants)


def _function(walk: Walk, value: types.FunctionType) -> list[object]:
    cells = [each.cell_contents for each in value.__closure__ or ()]
    parts = [value.__defaults__, value.__kwdefaults__, cells, dict(value.__dict__), value.__doc__]
    return [value.__qualname__, code(value.__code__), *(walk.node(each) for each in parts)]


def _class(walk: Walk, value: type) -> list[object]:
    hidden = {"__dict__", "__weakref__", "__firstlineno__", "__static_attributes__"}
    return [{key: walk.node(each) for key, each in value.__dict__.items() if key not in hidden}]


def _mapping(walk: Walk, value: dict[object, object]) -> list[object]:
    return [[(walk.node(key), walk.node(each)) for key, each in value.items()]]


def _frame(walk: Walk, value: pd.DataFrame | pd.Series) -> list[object]:
    columns = list(value.columns) if isinstance(value, pd.DataFrame) else value.name
    kinds = [str(each) for each in value.dtypes] if isinstance(value, pd.DataFrame) else str(value.dtype)
    return [repr(columns), kinds, repr(list(value.index)), repr(value.to_numpy().tolist()), repr(value.attrs)]


_LOOKS = [
    (types.FunctionType, _function),
    (type, _class),
    (
        functools.partial,
        lambda walk, value: [walk.node(each) for each in (value.func, value.args, value.keywords)],
    ),
    (dict, _mapping),
    (list | tuple | deque, lambda walk, value: [[walk.node(each) for each in value]]),
    (set | frozenset, lambda walk, value: [sorted(repr(walk.node(each)) for each in value)]),
    (bytearray, lambda walk, value: [bytes(value).hex()]),
    (
        np.ndarray,
        lambda walk, value: [str(value.dtype), value.shape, repr(value.tolist()), walk.node(value.base)],
    ),
    (np.random.Generator, lambda walk, value: [repr(value.bit_generator.state)]),
    (random.Random, lambda walk, value: [repr(value.getstate())]),
    (pd.DataFrame | pd.Series, _frame),
]


def names(namespace: dict[str, object], hidden: dict[str, object]) -> dict[str, object]:
    """Return what the user sees in the namespace, `Out` included."""
    return {
        key: value
        for key, value in namespace.items()
        if key == "Out" or not (_SHELL_NAMES.fullmatch(key) or key in hidden)
    }


def draw(namespace: dict[str, object], known: Walk | None = None) -> tuple[Walk, dict[str, object]]:
    """Return the walk, which keeps all objects alive, and the picture of every name."""
    walk = Walk(known.numbers if known else None)
    return walk, {key: walk.node(namespace[key]) for key in sorted(namespace)}


def process() -> dict[str, object]:
    """Return the state of the process that a cell may change."""
    return {
        "random": random.getstate(),
        "numpy.random": repr(np.random.get_state()),
        "cwd": str(Path.cwd()),
        "environ": {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")},
        "filters": [(each[0], str(each[1]), each[2].__name__) for each in warnings.filters],
        "handlers": [type(each).__name__ for each in logging.getLogger().handlers],
        "level": logging.getLogger().level,
        "path": list(sys.path),
    }
