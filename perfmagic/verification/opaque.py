"""What cannot be looked into: iterators, files, locks, tasks, figures, objects of extension modules.

They stay unread. Two of them are *unknown*, even the very same object on both sides, because it may have changed.
"""

from collections.abc import Mapping

from perfmagic.verification.naming import ancestry, class_name
from perfmagic.verification.picture import Judge, Picture, Trail, type_text

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
        judge.unknown(trail, reason(self.cls))


class HiddenPicture(OpaquePicture):
    """An object that holds more than Python code can see; the attributes that it shows are compared all the same."""

    __slots__ = ()
    stateful = True


def reason(cls: type) -> str:
    """Why objects of the class cannot be compared, and what they are."""
    module, qualname = class_name(cls)
    if issubclass_of_iterator(cls):
        return f"an iterator is left unconsumed ({type_text(cls)})"
    why = _REASONS.get(qualname) or _REASONS.get(module.partition(".")[0])
    return f"{why or 'it cannot be looked into'} ({type_text(cls)})"


def issubclass_of_iterator(cls: type) -> bool:
    """Whether a builtin iterator: its class defines ``__next__`` in C and is no generator."""
    module, qualname = class_name(cls)
    return module in {"builtins", "itertools"} and "generator" not in qualname and "__next__" in cls.__dict__


def resource_kind(cls: type) -> type[Picture] | None:
    """Pictures of resources: whatever derives from a class of a module that deals in them."""
    modules = {class_name(base)[0].partition(".")[0] for base in ancestry(cls)}
    return None if modules.isdisjoint(_RESOURCES) else OpaquePicture


def opaque_kind(cls: type) -> type[Picture] | None:
    """The last kind: everything that no other one knows."""
    del cls
    return HiddenPicture
