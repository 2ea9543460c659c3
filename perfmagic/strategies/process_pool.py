"""How code that uses a pool of processes is written."""

import ast

from perfmagic.analysis.blocks import Block
from perfmagic.strategies.draft import Draft


class ProcessPool:
    """The pool of one plan: one name everywhere, and one line that gets it before its first use in each block.

    loky starts the workers once and finds them again, so that line costs nothing the second time.
    """

    def __init__(self, made: Draft, workers: int) -> None:
        self.workers = workers
        self.executor = made.names.new("executor")
        self._draft = made
        self._first: dict[int, ast.stmt] = {}

    def used(self, block: Block, statement: ast.stmt) -> None:
        """Note that a block uses the pool before a statement."""
        known = self._first.get(block.key)
        if known is None or statement.lineno < known.lineno:
            self._first[block.key] = statement

    def get(self, block: Block) -> None:
        """Write the line that gets the pool, before everything else that stands there."""
        statement = self._first.get(block.key)
        if statement is not None:
            line = f"{self.executor} = get_reusable_executor(max_workers={self.workers})"
            self._draft.before(statement, [line])
            self._draft.insertions.insert(0, self._draft.insertions.pop())
