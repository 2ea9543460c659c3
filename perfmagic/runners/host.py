"""What a runner needs from the place where the cell lives: a namespace, a compiler, and what is printed and shown."""

import ast
from contextlib import AbstractContextManager
from typing import Protocol

from perfmagic.model.run import Display
from perfmagic.runners.program import Program


class Captured(Protocol):
    """What was printed and shown so far by the run that is being recorded."""

    @property
    def stdout(self) -> str:
        """Printed text."""
        ...

    @property
    def displays(self) -> tuple[Display, ...]:
        """Rich outputs in order."""
        ...


class Host(Protocol):
    """The shell, or anything else that can run a cell."""

    @property
    def namespace(self) -> dict[str, object]:
        """The user's global names, live."""
        ...

    @property
    def local_names(self) -> dict[str, object]:
        """The user's local names, live; the same object as ``namespace`` outside an embedded shell."""
        ...

    def parse(self, source: str) -> tuple[ast.Module, str]:
        """Return the tree of a cell as Python reads it, and the file name that tracebacks will show."""
        ...

    def compile(self, tree: ast.Module, filename: str) -> Program:
        """Compile a tree with the shell's future flags and top-level await."""
        ...

    def recording(self, *, live: bool) -> AbstractContextManager[Captured]:
        """Record what the code under it prints and shows; ``live`` lets it through to the user as well."""
        ...

    def flush_figures(self, *, live: bool) -> None:
        """Show the figures that the run drew, as the end of a cell would; errors of drawing only if ``live``."""
        ...
