"""Instances of classes: by the name of the class and the state, never by their ``==``."""

from enum import Enum

from perfmagic.verification.layout import Layout
from perfmagic.verification.naming import class_name, members
from perfmagic.verification.picture import Camera, Judge, Picture, Trail, brief, type_text

_SHOWN = 4
_IMMUTABLE = frozenset(
    {
        ("fractions", "Fraction"),
        ("uuid", "UUID"),
        ("ipaddress", "IPv4Address"),
        ("ipaddress", "IPv6Address"),
    },
)


class InstancePicture(Picture):
    """An object with attributes or slots; all there is to see is its state."""

    __slots__ = ()

    def sketch(self, depth: int) -> str:
        """The class and the first attributes, as a constructor call would look."""
        name = type_text(self.cls)
        if self.extra is None or not depth:
            return f"{name}(...)" if self.extra else f"{name}()"
        pairs = list(zip(self.extra.names, self.extra.state, strict=True))
        shown = [f"{attribute}={brief(value, depth - 1)}" for attribute, value in pairs[:_SHOWN]]
        more = ["..."] if len(pairs) > _SHOWN else []
        return f"{name}({', '.join(shown + more)})"


class FrozenInstancePicture(InstancePicture):
    """An instance that cannot change (a frozen dataclass, a fraction), so that it does not matter who shares it."""

    __slots__ = ()
    mutable = False


class EnumPicture(Picture):
    """A member of an enumeration: its class, its name and its value."""

    __slots__ = ("name", "value")
    mutable = False
    stateful = False

    def fill(self, value: object, camera: Camera) -> None:
        """Read what `enum` stores with the member."""
        state = Layout.of(self.cls).attributes(value)
        self.name = state.get("_name_")
        self.value = camera.see(state.get("_value_"))

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Name, then value."""
        assert isinstance(actual, EnumPicture)
        judge.visit(self.name, actual.name, (trail, self, "name"))
        judge.visit(self.value, actual.value, (trail, self, "value"))

    def parts(self) -> tuple[object, ...]:
        """Name and value."""
        return (self.name, self.value)

    def sketch(self, depth: int) -> str:
        """The member as code names it."""
        del depth
        return f"{type_text(self.cls)}.{self.name}"


class ExceptionPicture(Picture):
    """An exception: its arguments, its cause and its attributes; where it was raised is no part of it."""

    __slots__ = ("args", "cause")

    def fill(self, value: object, camera: Camera) -> None:
        """Read arguments and cause past the class."""
        assert isinstance(value, BaseException)
        self.args = camera.see(BaseException.__dict__["args"].__get__(value))
        self.cause = camera.see(BaseException.__dict__["__cause__"].__get__(value))

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Arguments, then cause."""
        assert isinstance(actual, ExceptionPicture)
        judge.visit(self.args, actual.args, (trail, self, "args"))
        judge.visit(self.cause, actual.cause, (trail, self, "__cause__"))

    def parts(self) -> tuple[object, ...]:
        """The arguments."""
        return (self.args,)

    def sketch(self, depth: int) -> str:
        """The class and the arguments."""
        return f"{type_text(self.cls)}{brief(self.args, depth)}"


def enum_kind(cls: type) -> type[Picture] | None:
    """Pictures of enumeration members."""
    return EnumPicture if issubclass(cls, Enum) else None


def exception_kind(cls: type) -> type[Picture] | None:
    """Pictures of exceptions."""
    return ExceptionPicture if issubclass(cls, BaseException) else None


def instance_kind(cls: type) -> type[Picture] | None:
    """Pictures of instances whose state can be seen in full."""
    if Layout.of(cls).hidden:
        return None
    frozen = _frozen_dataclass(cls) or class_name(cls) in _IMMUTABLE
    return FrozenInstancePicture if frozen else InstancePicture


def _frozen_dataclass(cls: type) -> bool:
    params = members(cls).get("__dataclass_params__")
    return (
        params is not None
        and class_name(type(params))[0] == "dataclasses"
        and bool(getattr(params, "frozen", False))
    )
