"""Functions by definition, imported functions and modules by name, and what binds a function to something."""

import functools
from collections.abc import Hashable, Mapping
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import cast

from perfmagic.model.verdict import Status
from perfmagic.verification.naming import class_name, importable, namespace, nearest
from perfmagic.verification.picture import Camera, Judge, Picture, Trail, brief
from perfmagic.verification.text import escape

_FUNCTION = FunctionType.__dict__
_METHOD = MethodType.__dict__
_BUILTIN = BuiltinFunctionType.__dict__
_PARTIAL = functools.partial.__dict__
_DESCRIPTORS: tuple[type, ...] = (
    MethodDescriptorType,
    WrapperDescriptorType,
    GetSetDescriptorType,
    MemberDescriptorType,
    ClassMethodDescriptorType,
)
_CODE_PARTS = (
    *("co_name", "co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_flags", "co_code"),
    *("co_names", "co_varnames", "co_freevars", "co_cellvars", "co_exceptiontable"),
)


class DefinitionPicture(Picture):
    """A thing made of named parts that are compared one by one."""

    __slots__ = ("named",)
    stateful = False

    named: dict[str, object]

    def parts_of(self, value: object) -> Mapping[str, object]:
        """The live parts by name."""
        raise NotImplementedError

    def fill(self, value: object, camera: Camera) -> None:
        """See every part."""
        parts = self.parts_of(value)
        self.named = dict(zip(parts, camera.see_all(tuple(parts.values())), strict=True))

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Part by part."""
        assert isinstance(actual, DefinitionPicture)
        for name in dict.fromkeys([*self.named, *actual.named]):
            place = (trail, self, name)
            if name in self.named and name in actual.named:
                judge.visit(self.named[name], actual.named[name], place)
            else:
                ours, theirs = (
                    brief(side[name]) if name in side else "missing" for side in (self.named, actual.named)
                )
                judge.findings.found(Status.DIFFERENT, place, ours, theirs)

    def parts(self) -> tuple[object, ...]:
        """All parts, in order."""
        return tuple(self.named.values())


class FunctionPicture(DefinitionPicture):
    """A function: by name where an import finds it, else by definition, defaults, closure and attributes.

    Comments, layout and line numbers are no part of a definition.
    """

    __slots__ = ("imported", "qualname")

    def fill(self, value: object, camera: Camera) -> None:
        """Read the function past its attributes."""
        module, self.qualname = _get(_FUNCTION, "__module__", value), _get(_FUNCTION, "__qualname__", value)
        self.imported = importable(value, module, self.qualname)
        if self.imported:
            self.named = {"__module__": module, "__qualname__": self.qualname}
        else:
            super().fill(value, camera)

    def parts_of(self, value: object) -> Mapping[str, object]:
        """Code, name, defaults, closure and attributes."""
        code = _get(_FUNCTION, "__code__", value)
        assert isinstance(code, CodeType)
        cells = cast("tuple[object, ...] | None", _get(_FUNCTION, "__closure__", value)) or ()
        closure = dict(zip(code.co_freevars, map(_content, cells), strict=True))
        return {
            "__qualname__": self.qualname,
            "__code__": code,
            "__defaults__": _get(_FUNCTION, "__defaults__", value),
            "__kwdefaults__": _get(_FUNCTION, "__kwdefaults__", value),
            "__dict__": _get(_FUNCTION, "__dict__", value),
            "__doc__": _get(_FUNCTION, "__doc__", value),
            "annotations": _annotations(value),
            "__closure__": closure,
        }

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """By parts; a lambda that is equal so far is still unknown, and the code of a redefined function is not compared."""
        assert isinstance(actual, FunctionPicture)
        if self.rewritten(judge) and actual.rewritten(judge):
            judge.findings.note(trail, "the change rewrote this definition")
            for name in ("__defaults__", "__kwdefaults__"):
                judge.visit(self.named.get(name), actual.named.get(name), (trail, self, name))
            return
        if str(self.qualname).endswith("<lambda>") and str(actual.qualname).endswith("<lambda>"):
            judge.findings.unknown(trail, "lambdas are not compared")
            return
        super().against(actual, judge, trail)

    def key(self) -> Hashable:
        """The qualified name."""
        return str(self.qualname)

    def parts(self) -> tuple[object, ...]:
        """Nothing: the name has to do."""
        return ()

    def sketch(self, depth: int) -> str:
        """The qualified name."""
        del depth
        return f"<function {escape(str(self.qualname))}>"

    def rewritten(self, judge: Judge) -> bool:
        """Whether the change rewrote this definition."""
        return not self.imported and str(self.qualname).partition(".")[0] in judge.redefined


class CodePicture(DefinitionPicture):
    """A code object: what it does, not where it stands."""

    __slots__ = ()
    mutable = False

    def parts_of(self, value: object) -> Mapping[str, object]:
        """Instructions, names and constants."""
        assert isinstance(value, CodeType)
        parts: dict[str, object] = {name: getattr(value, name) for name in _CODE_PARTS}
        return {**parts, "co_consts": value.co_consts}


class BoundPicture(DefinitionPicture):
    """A bound method, a partial, a property, a class or static method: a function and what it is bound to."""

    __slots__ = ()

    def parts_of(self, value: object) -> Mapping[str, object]:
        """The parts that Python keeps for the type."""
        bound = nearest(self.cls, _BOUND)
        assert bound is not None
        base, names = bound
        return {name: _get(base.__dict__, name, value) for name in names}


class BoundMethodPicture(BoundPicture):
    """A bound method: made anew at each access, so who shares it does not matter."""

    __slots__ = ()
    mutable = False


class PartialPicture(BoundPicture):
    """A partial, with its attributes."""

    __slots__ = ()
    stateful = False


class BuiltinPicture(DefinitionPicture):
    """A function written in C: by its name, and by the object that it is bound to."""

    __slots__ = ()
    mutable = False

    def parts_of(self, value: object) -> Mapping[str, object]:
        """Name and receiver."""
        table = _BUILTIN if self.cls is BuiltinFunctionType else MethodWrapperType.__dict__
        return {
            "__qualname__": _get(table, "__qualname__", value),
            "__self__": _get(table, "__self__", value),
        }


class ConstantPicture(Picture):
    """A thing that is what its name says: a module, a slot of a builtin type."""

    __slots__ = ("label",)
    mutable = False
    stateful = False

    def fill(self, value: object, camera: Camera) -> None:
        """Read the name."""
        del camera
        self.label = _label(value, self.cls)

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """By name."""
        assert isinstance(actual, ConstantPicture)
        if self.label != actual.label:
            judge.findings.found(Status.DIFFERENT, trail, self.sketch(1), actual.sketch(1))

    def key(self) -> Hashable:
        """The name."""
        return self.label

    def sketch(self, depth: int) -> str:
        """Type and name."""
        del depth
        return f"<{class_name(self.cls)[1]} {escape(self.label)}>"


_BOUND: Mapping[type, tuple[type, tuple[str, ...]]] = {
    MethodType: (MethodType, ("__func__", "__self__")),
    functools.partial: (functools.partial, ("func", "args", "keywords", "__dict__")),
    property: (property, ("fget", "fset", "fdel")),
    classmethod: (classmethod, ("__func__",)),
    staticmethod: (staticmethod, ("__func__",)),
}


def callable_kind(cls: type) -> type[Picture] | None:
    """Pictures of functions, code, bound things and modules."""
    exact: Mapping[type, type[Picture]] = {
        FunctionType: FunctionPicture,
        CodeType: CodePicture,
        MethodType: BoundMethodPicture,
        functools.partial: PartialPicture,
        property: BoundPicture,
        classmethod: BoundPicture,
        staticmethod: BoundPicture,
        BuiltinFunctionType: BuiltinPicture,
        MethodWrapperType: BuiltinPicture,
    }
    found = nearest(cls, exact)
    if found is not None:
        return found
    return ConstantPicture if issubclass(cls, (*_DESCRIPTORS, ModuleType)) else None


def _get(table: Mapping[str, object], name: str, value: object) -> object:
    """What the type's own descriptor says, past anything that the object defines."""
    entry = table.get(name)
    reader = getattr(type(entry), "__get__", None)
    return reader(entry, value, type(value)) if reader is not None else entry


def _content(cell: object) -> object:
    try:
        return getattr(cell, "cell_contents", None)
    except ValueError:
        return "<empty cell>"  # a name that its function has not bound yet


def _annotations(function: object) -> object:
    """The annotations, or from Python 3.14 on the function that would compute them: calling it would run user code."""
    name = "__annotate__" if "__annotate__" in _FUNCTION else "__annotations__"
    return _get(_FUNCTION, name, function)


def _label(value: object, cls: type) -> str:
    if issubclass(cls, ModuleType):
        assert isinstance(value, ModuleType)
        name = namespace(value).get("__name__")
        return name if type(name) is str else ""
    owner = _get(cls.__dict__, "__objclass__", value)
    where = ".".join(class_name(owner)) if isinstance(owner, type) else ""
    return f"{where}.{_get(cls.__dict__, '__name__', value)}"
