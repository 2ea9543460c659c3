"""The seam: which kind of picture a class gets. Each kind is one idea in one file; the first that answers is taken."""

from typing import Protocol

from perfmagic.verification.buffers import buffer_kind
from perfmagic.verification.callables import callable_kind
from perfmagic.verification.classes import class_kind
from perfmagic.verification.containers import sequence_kind
from perfmagic.verification.instances import enum_kind, exception_kind, instance_kind
from perfmagic.verification.mappings import mapping_kind
from perfmagic.verification.opaque import opaque_kind, resource_kind
from perfmagic.verification.picture import Picture
from perfmagic.verification.records import record_kind
from perfmagic.verification.responses import response_kind
from perfmagic.verification.tabular import tabular_kind
from perfmagic.verification.values import value_kind


class Equality(Protocol):
    """A rule for some classes: how their objects are pictured, and thereby what makes two of them the same."""

    def __call__(self, cls: type, /) -> type[Picture] | None:
        """The picture for objects of the class, ``None`` if the rule is not for them."""
        ...


_KINDS: tuple[Equality, ...] = (
    enum_kind,
    tabular_kind,
    response_kind,
    exception_kind,
    mapping_kind,
    sequence_kind,
    callable_kind,
    class_kind,
    value_kind,
    buffer_kind,
    record_kind,
    resource_kind,
    instance_kind,
    opaque_kind,
)


def kind_of(cls: type) -> type[Picture]:
    """The picture for objects of the class; every class has one."""
    for kind in _KINDS:
        found = kind(cls)
        if found is not None:
            return found
    raise AssertionError(cls)  # the last rule takes everything
