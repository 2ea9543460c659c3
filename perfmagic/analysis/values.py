"""The abstract values of the effects engine: what an expression may evaluate to.

A `Value` is a set of atoms. An atom stands for one object: a live one, a constant, one that the cell makes, or an unknown one.
Equality of atoms is identity of what they stand for; no method of a user's object is ever called.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from perfmagic.analysis.scopes import Scope

SCALARS = (int, str, float, bool, bytes, complex, type(None), type(Ellipsis))
"""Exact types whose objects are constants: immutable, and without a user's code behind any operator."""


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """An object that exists before the cell runs."""

    value: object

    def __eq__(self, other: object) -> bool:
        return type(other) is Live and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


@dataclass(frozen=True, slots=True, eq=False)
class Const:
    """A constant of one of the `SCALARS`."""

    value: object

    def __eq__(self, other: object) -> bool:
        return (
            type(other) is Const and type(other.value) is type(self.value) and bool(other.value == self.value)
        )

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


@dataclass(frozen=True, slots=True)
class Scalar:
    """An unknown object of an immutable built-in type; an empty name means any of them."""

    type_name: str = ""


@dataclass(frozen=True, slots=True)
class Fresh:
    """An object that the cell makes at `site`; `old` marks those that an earlier turn of a loop made."""

    site: tuple[object, ...]
    kind: "Live | Class | str" = field(compare=False)
    old: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function with its source: one that the cell defines, or a live one whose source was found."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: "Scope"
    defaults: Mapping[str, "Value"]
    name: str
    owner: "Class | Live | None" = None
    live: object = None

    def __eq__(self, other: object) -> bool:
        return type(other) is Function and other.node is self.node and other.scope.number == self.scope.number

    def __hash__(self) -> int:
        return id(self.node)


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """A class that the cell defines; its attributes are in the heap."""

    node: ast.ClassDef
    bases: tuple["Atom", ...]
    scope: "Scope"

    def __eq__(self, other: object) -> bool:
        return type(other) is Class and other.node is self.node and other.bases == self.bases

    def __hash__(self) -> int:
        return id(self.node)


@dataclass(frozen=True, slots=True)
class Method:
    """A function bound to its first argument."""

    receiver: "Atom"
    function: "Atom"


@dataclass(frozen=True, slots=True)
class Native:
    """A callable without source, by the qualified names under which the models may know it."""

    names: tuple[str, ...]
    receiver: "Atom | None" = None


@dataclass(frozen=True, slots=True, eq=False)
class Pending:
    """Code that runs later: a coroutine, a generator or an asynchronous generator that the cell made.

    ``run`` evaluates the body at the node that awaits or iterates and gives the result or the elements;
    ``origin`` identifies what gives its elements only once, where it was made.
    """

    sort: str
    run: Callable[[ast.AST], "Value"]
    label: str
    site: ast.AST
    origin: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """An object of which nothing is known."""

    reason: str = "an object that the analysis cannot follow"


Atom: TypeAlias = Live | Const | Scalar | Fresh | Function | Class | Method | Native | Pending | Unknown
Value: TypeAlias = frozenset[Atom]

NONE: Value = frozenset({Const(None)})
SCALAR: Value = frozenset({Scalar()})
NEVER: Value = frozenset()
UNKNOWN: Value = frozenset({Unknown()})
DATA = "data"
"""Kind of fresh objects that hold plain data: nested built-in containers and scalars."""

_LIMIT = 24


def just(atom: Atom) -> Value:
    """Return the value that is exactly this atom."""
    return frozenset((atom,))


def join(*values: Value) -> Value:
    """Return what may be any of the values; very large sets become unknown."""
    union: Value = NEVER.union(*values)
    return union if len(union) <= _LIMIT else UNKNOWN


def lift(value: object) -> Atom:
    """Return the atom of a live object."""
    return Const(value) if type(value) in SCALARS else Live(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """The evaluated arguments of a call; `rest` holds what ``*`` and ``**`` may add."""

    positional: tuple[Value, ...] = ()
    keywords: Mapping[str, Value] = field(default_factory=dict[str, Value])
    rest: Value = NEVER
    starred: bool = False

    def all(self) -> tuple[Value, ...]:
        """Return every argument, by position, by keyword and by star."""
        rest = (self.rest,) if self.rest else ()
        return (*self.positional, *self.keywords.values(), *rest)

    def get(self, position: int, keyword: str | None = None) -> Value | None:
        """Return the argument at a position or of a name, ``None`` if it is absent."""
        if position < len(self.positional):
            return self.positional[position]
        found = self.keywords.get(keyword) if keyword is not None else None
        if found is None and self.starred:
            return join(self.rest, UNKNOWN)
        return found

    def after(self, receiver: Value) -> "Arguments":
        """Return the same arguments with one more in front."""
        return Arguments(
            positional=(receiver, *self.positional),
            keywords=self.keywords,
            rest=self.rest,
            starred=self.starred,
        )

    def rest_after_first(self) -> "Arguments":
        """Return the same arguments without the first one, which is the receiver."""
        return Arguments(
            positional=self.positional[1:], keywords=self.keywords, rest=self.rest, starred=self.starred
        )
