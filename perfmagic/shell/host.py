"""The interactive shell as a host for runs: the user's namespace, the shell's compiler, its output."""

import ast
import sys
from contextlib import AbstractContextManager
from types import CodeType
from typing import Any, Literal

from perfmagic.model.cell import Cell
from perfmagic.runners.program import Program, compile_program
from perfmagic.shell.recording import Recording, recording


class ShellHost:
    """Runs cells the way the shell itself would."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    @property
    def namespace(self) -> dict[str, object]:
        """The user's global names, live."""
        names: dict[str, object] = self._shell.user_global_ns
        return names

    @property
    def local_names(self) -> dict[str, object]:
        """The user's local names, live."""
        names: dict[str, object] = self._shell.user_ns
        return names

    def cell(self, source: str) -> Cell:
        """Return the cell with its number, its Python text, and the file name that the shell's compile cache gives it."""
        python: str = self._shell.transform_cell(source)
        number: int = self._shell.displayhook.prompt_count
        filename: str = self._shell.compile.cache(python, number, raw_code=source)
        return Cell(source=source, python=python, number=number, filename=filename)

    def parse(self, source: str) -> tuple[ast.Module, str]:
        """Return the tree of a cell after the shell's own syntax and AST transformers, and its file name."""
        cell = self.cell(source)
        tree: ast.Module = self._shell.transform_ast(self._parsed(cell.python, cell.filename))
        return tree, cell.filename

    def _parsed(self, python: str, filename: str) -> ast.Module:
        with self._shell.compile.extra_flags(ast.PyCF_ALLOW_TOP_LEVEL_AWAIT):
            tree: ast.Module = self._shell.compile.ast_parse(python, filename=filename)
        return tree

    def compile(self, tree: ast.Module, filename: str) -> Program:
        """Compile a tree with the shell's future flags and top-level await."""

        def compile_code(node: ast.AST, filename: str, mode: Literal["exec", "eval"]) -> CodeType:
            with self._shell.compile.extra_flags(ast.PyCF_ALLOW_TOP_LEVEL_AWAIT):
                code: CodeType = self._shell.compile(node, filename, mode)
            return code

        return compile_program(tree, filename, compile_code)

    def recording(self, *, live: bool) -> AbstractContextManager[Recording]:
        """Record what the code under it prints and shows; ``live`` lets it through to the user as well."""
        return recording(self._shell, live=live)

    def flush_figures(self, *, live: bool) -> None:
        """Show the figures that the run drew, as the end of a cell would; only the inline backend shows them then.

        A figure that cannot be drawn shows its error once, in the run that is ``live``.
        """
        inline = sys.modules.get("matplotlib_inline.backend_inline")
        pyplot = sys.modules.get("matplotlib.pyplot")
        if inline is not None and pyplot is not None and "inline" in str(pyplot.get_backend()):
            self._flush(inline, live=live)

    def _flush(self, inline: Any, *, live: bool) -> None:
        if not live:
            self._shell.showtraceback = _ignore
        try:
            inline.flush_figures()
        finally:
            if not live:
                del self._shell.showtraceback


def _ignore(*_args: object, **_kwargs: object) -> None:
    """Take the place of what would show an error."""
