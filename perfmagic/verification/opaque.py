"""What cannot be looked into: iterators, files, locks, tasks, figures, objects of extension modules.

They stay unread. Two of them are *unknown*, even the very same object on both sides, because it may have changed.
"""

from collections.abc import Mapping
from types import GetSetDescriptorType, MemberDescriptorType
from typing import cast

from perfmagic.model.verdict import Status
from perfmagic.verification.layout import Layout
from perfmagic.verification.naming import ancestry, class_name, importable, members
from perfmagic.verification.picture import Camera, Judge, Picture, Trail, type_text
from perfmagic.verification.text import escape

_RESOURCES = frozenset(
    {
        *("asyncio", "_asyncio", "threading", "_thread", "concurrent", "multiprocessing", "_multiprocessing"),
        *(
            "socket",
            "_socket",
            "ssl",
            "_ssl",
            "select",
            "selectors",
            "subprocess",
            "io",
            "_io",
            "tempfile",
            "mmap",
        ),
        *("logging", "queue", "_queue", "http", "sqlite3", "contextvars", "_contextvars"),
        *("matplotlib", "ipywidgets", "anywidget", "traitlets", "zmq"),
    },
)
_REASONS: Mapping[str, str] = {
    "generator": "a generator is left unconsumed",
    "async_generator": "a generator is left unconsumed",
    "coroutine": "a coroutine is left unawaited",
    "_io": "a file is left unread",
    "_thread": "the state of a lock cannot be compared",
    "threading": "the state of a thread or a lock cannot be compared",
    "_asyncio": "a task or future cannot be compared",
    "asyncio": "what belongs to an event loop cannot be compared",
    "matplotlib": "figures cannot be compared",
}


class OpaquePicture(Picture):
    """Something of which only the type is known."""

    __slots__ = ()
    stateful = False

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Unknown, with the reason."""
        del actual
        judge.findings.unknown(trail, reason(self.cls))


class HiddenPicture(OpaquePicture):
    """An object that holds more than Python code can see; the attributes that it shows are compared all the same."""

    __slots__ = ("label",)
    stateful = True

    def fill(self, value: object, camera: Camera) -> None:
        """Read the name where an import leads to this very object, as it does for functions of extension modules."""
        del camera
        self.label = _imported_name(value, self.cls)

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """By name if both have one, else unknown."""
        assert isinstance(actual, HiddenPicture)
        if not self.label or not actual.label:
            super().against(actual, judge, trail)
        elif self.label != actual.label:
            judge.findings.found(Status.DIFFERENT, trail, self.sketch(1), actual.sketch(1))

    def sketch(self, depth: int) -> str:
        """The name, or else the type."""
        return f"<{escape(self.label)}>" if self.label else super().sketch(depth)


def _imported_name(value: object, cls: type) -> str:
    """Module and name of something that an import finds, empty for anything else."""
    own = Layout.of(cls).attributes(value)
    name = next(
        (each for each in (_member(cls, "__qualname__", value), _member(cls, "__name__", value)) if each),
        None,
    )
    name = own.get("__qualname__", name)
    modules = (own.get("__module__"), _member(cls, "__module__", value), class_name(cls)[0].partition(".")[0])
    for module in modules:
        if type(module) is str and type(name) is str and importable(value, module, name):
            return f"{module}.{name}"
    return ""


def _member(cls: type, name: str, value: object) -> object:
    """What a C type tells about one of its objects; nothing that is written in Python is asked."""
    for base in ancestry(cls):
        entry = members(base).get(name)
        if type(entry) in {GetSetDescriptorType, MemberDescriptorType}:
            try:
                return cast("GetSetDescriptorType", entry).__get__(value)
            except AttributeError:
                return None
    return None


def reason(cls: type) -> str:
    """Why objects of the class cannot be compared, and what they are."""
    module, qualname = class_name(cls)
    if _iterates(cls):
        return f"an iterator is left unconsumed ({type_text(cls)})"
    why = _REASONS.get(qualname) or _REASONS.get(module.partition(".")[0])
    return f"{why or 'it cannot be looked into'} ({type_text(cls)})"


def _iterates(cls: type) -> bool:
    """Whether a builtin iterator: its class defines ``__next__`` in C and is no generator."""
    module, qualname = class_name(cls)
    return module in {"builtins", "itertools"} and "generator" not in qualname and "__next__" in members(cls)


def resource_kind(cls: type) -> type[Picture] | None:
    """Pictures of resources: whatever derives from a class of a module that deals in them."""
    modules = {class_name(base)[0].partition(".")[0] for base in ancestry(cls)}
    return None if modules.isdisjoint(_RESOURCES) else OpaquePicture


def opaque_kind(cls: type) -> type[Picture] | None:
    """The last kind: everything that no other one knows."""
    del cls
    return HiddenPicture
