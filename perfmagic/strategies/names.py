"""Names for what a rewrite introduces: readable, and used nowhere before."""

import builtins
import keyword
import re

from perfmagic.analysis.analysis import Analysis


class Names:
    """Hands out names that neither the cell, the namespace, the builtins nor an earlier request uses."""

    def __init__(self, analysis: Analysis) -> None:
        self._taken = set(analysis.names) | set(dir(builtins)) | set(keyword.kwlist)
        self._given: list[str] = []

    def new(self, wish: str) -> str:
        """Return ``wish`` if it is free, otherwise with the first number behind it that makes it so."""
        name, number = wish, 2
        while name in self._taken:
            name, number = f"{wish}_{number}", number + 1
        self._taken.add(name)
        self._given.append(name)
        return name

    @property
    def given(self) -> frozenset[str]:
        """All names handed out."""
        return frozenset(self._given)


def stem(label: str) -> str:
    """Return the part of an operation's label that a name can be made of: ``users``, or ``get_users`` of ``db.get_users()``."""
    head = label.split("(", 1)[0]
    words = re.findall(r"[^\W\d]\w*", head)
    word = words[-1].strip("_") if words else ""
    return word or "operation"
