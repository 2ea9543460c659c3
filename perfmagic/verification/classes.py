"""Classes: imported ones by name, those that the notebook makes by definition, their attributes included."""

from collections.abc import Hashable

from perfmagic.verification.callables import DefinitionPicture
from perfmagic.verification.naming import class_name, importable, is_class, members
from perfmagic.verification.picture import Camera, Picture
from perfmagic.verification.text import escape

_BOOKKEEPING = frozenset(
    {
        *(
            "__dict__",
            "__weakref__",
            "__module__",
            "__qualname__",
            "__firstlineno__",
            "__static_attributes__",
        ),
        *(
            "__annotations_cache__",
            "__abc_impl__",
            "_abc_impl",
            "__slotnames__",
            "__type_params__",
            "__signature__",
        ),
    },
)
_DUNDER_PYDANTIC = "__pydantic"
_BASES = type.__dict__["__bases__"]


class ClassPicture(DefinitionPicture):
    """A class: by name where an import finds it, else by bases and members."""

    __slots__ = ("label",)

    def fill(self, value: object, camera: Camera) -> None:
        """Read the class past its metaclass."""
        assert is_class(value)
        module, qualname = class_name(value)
        self.label = qualname
        self.named: dict[str, object] = {"__module__": module, "__qualname__": qualname}
        if importable(value, module, qualname):
            return
        self.named["__bases__"] = camera.see(_BASES.__get__(value))
        body = {name: member for name, member in members(value).items() if _matters(name)}
        seen = camera.see_all(tuple(body.values()))
        self.named.update(zip(body, seen, strict=True))

    def key(self) -> Hashable:
        """The qualified name."""
        return self.label

    def parts(self) -> tuple[object, ...]:
        """Nothing: the name has to do."""
        return ()

    def sketch(self, depth: int) -> str:
        """The qualified name."""
        del depth
        return f"<class {escape(self.label)}>"


def class_kind(cls: type) -> type[Picture] | None:
    """Pictures of classes, that is of instances of `type` and of metaclasses."""
    return ClassPicture if issubclass(cls, type) else None


def _matters(name: str) -> bool:
    """Whether a member is part of the definition, and not bookkeeping of Python or of a library."""
    return name not in _BOOKKEEPING and not name.startswith(_DUNDER_PYDANTIC)
