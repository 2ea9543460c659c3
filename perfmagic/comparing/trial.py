"""Runs of one cell that all start from the same state, and the state that one plain run left, put back at the end.

The first run is committed: its output is shown and its end state is kept. Before every other run the start state is
put back into the same objects; `Trial.finish` puts the committed state back. An interrupt never falls between the
two: putting back is shielded.
"""

import asyncio
import collections
import contextvars
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from perfmagic.analysis.effects import Touched
from perfmagic.comparing.ledger import Ledger
from perfmagic.runners.figures import saved_figures
from perfmagic.runners.inline import Overrun, Run, Runner
from perfmagic.runners.interrupt import Interrupt
from perfmagic.runners.leftovers import Leftovers, Population, cancel_tasks, running_loop
from perfmagic.runners.memory import available_bytes
from perfmagic.runners.namespace import SavedState, StateTooLarge, save
from perfmagic.runners.process_state import ProcessState, save_process_state
from perfmagic.runners.program import Program

CONTAINERS = (list, dict, set, bytearray, collections.deque)
NET_BYTES = 400_000
"""Bytes of data that are saved besides what the cell may change: a few milliseconds' worth."""

PATIENCE, PATIENCE_STEP_S = 50, 0.001
"""How often, and after how many seconds, it is looked again whether threads of the run have ended."""

ABANDON_S = 0.1
"""Tasks of a run that was stopped get so long to end."""

SHARE_OF_MEMORY = 0.15
"""Saved state may take at most this share of the memory that is free: start, end, snapshot and one rerun are held at once."""


@dataclass(slots=True, kw_only=True)
class Trial:
    """All runs of one comparison.

    Attributes
    ----------
    names
        Names that are saved, put back and compared.
    touched
        Existing objects that the cell may change.
    tasks_left
        Names of the tasks that the last rerun left; they were cancelled.
    """

    runner: Runner
    ledger: Ledger
    interrupt: Interrupt
    names: frozenset[str]
    touched: tuple[Touched, ...]
    _start: SavedState | None = field(default=None, init=False)
    _end: SavedState | None = field(default=None, init=False)
    _process_start: ProcessState | None = field(default=None, init=False)
    _process_end: ProcessState | None = field(default=None, init=False)
    committed: Run | None = field(default=None, init=False)
    leftovers: Leftovers | None = field(default=None, init=False)
    changed_existing: bool = field(default=True, init=False)
    too_large: StateTooLarge | None = field(default=None, init=False)
    _also_start: list[SavedState] = field(default_factory=list[SavedState], init=False)
    _also_end: list[SavedState] = field(default_factory=list[SavedState], init=False)
    _context: contextvars.Context | None = field(default=None, init=False)
    plain: bool = field(default=False, init=False)
    tasks_left: tuple[str, ...] = field(default=(), init=False)

    def save_start(self, introduced: frozenset[str]) -> None:
        """Save the start state.

        Raises
        ------
        StateTooLarge
            If it would not fit into memory.
        """
        available = available_bytes()
        limit = None if available is None else int(available * SHARE_OF_MEMORY)
        roots = tuple((each.label, each.value) for each in self.touched)
        self._process_start = save_process_state()
        self._start = save(
            self.runner.host.namespace, names=self.names | introduced, roots=roots, limit_bytes=limit
        )

    def save_also(self, roots: Iterable[tuple[str, object]]) -> None:
        """Save data that the cell reads and, as far as the analysis can tell, does not change; as much as is cheap.

        A net under the analysis: what it misses is put back all the same.
        """
        left = NET_BYTES
        for label, value in roots:
            try:
                saved = save({}, names=(), roots=((label, value),), limit_bytes=left)
            except StateTooLarge:
                continue
            left -= saved.size_bytes
            self._also_start.append(saved)

    @property
    def start(self) -> SavedState | None:
        """The saved start state, ``None`` if none was saved."""
        return self._start

    async def commit(self, program: Program) -> Run:
        """Make the run that counts; the caller looks whether it was interrupted."""
        population = Population.now(running_loop())
        self._context = contextvars.copy_context()
        self.ledger.executions += 1
        run = await self.runner.commit(program, self.names)
        self.committed = run
        with self.interrupt.shielded():
            self.leftovers = settled(population)
            if self._start is not None:
                self._save_end(self._start)
            outcome = run.outcome
            self.plain = not (outcome.stdout or outcome.displays or outcome.error is not None)
        return run

    def _save_end(self, start: SavedState) -> None:
        process_changed = self._process_start is not None and bool(self._process_start.changed())
        self.changed_existing = process_changed or any(each.kind == "contents" for each in start.changed())
        self._process_end = save_process_state()
        self.changed_existing |= any(each.changed() for each in self._also_start)
        self._also_end = [each.again() for each in self._also_start]
        try:
            self._end = start.again()
        except StateTooLarge as too_large:
            self.too_large = too_large

    async def rerun(
        self,
        program: Program,
        *,
        loops: int = 1,
        extra: Mapping[str, object] | None = None,
        patience_s: float | None = None,
    ) -> Run:
        """Run from the start state, with ``extra`` names added; look at the outcome before the next run.

        Tasks that the run leaves behind are cancelled, figures that it opened are closed.

        Raises
        ------
        Overrun
            If a cell that awaits takes longer than ``patience_s``.
        """
        with self.interrupt.shielded():
            self.put_back_start()
            self.runner.host.namespace.update(extra or {})
        self.interrupt.check()
        population = Population.now(running_loop())
        self.ledger.executions += 1
        with saved_figures():
            try:
                run = await self.runner.rerun(
                    program, self.names, loops=loops, context=self._context, patience_s=patience_s
                )
            except (Overrun, asyncio.CancelledError, KeyboardInterrupt):
                await self._abandon(population.newcomers(), awaited=program.awaits)
                raise
        self.ledger.executions += run.executions - 1
        left = population.newcomers()
        self.tasks_left = Leftovers(tasks=left.tasks).names()
        await self._clear(left, awaited=program.awaits)
        self.interrupt.check()
        return run

    def put_back_start(self) -> None:
        """Put the start state back into the same objects."""
        if self._start is not None and self._process_start is not None:
            self._start.restore()
            for saved in self._also_start:
                saved.restore()
            self._process_start.restore()

    def finish(self) -> None:
        """Put back the state that the committed run left, and end the worker processes."""
        with self.interrupt.shielded():
            self.runner.processes.close()
            try:
                if self._end is not None:
                    self._end.restore()
                for saved in self._also_end:
                    saved.restore()
            finally:
                if self._process_end is not None:
                    self._process_end.restore()

    async def _abandon(self, left: Leftovers, *, awaited: bool) -> None:
        """Cancel what a stopped run left: nothing of it may write into what is put back. An interrupt waits for no more."""
        for task in left.tasks:
            task.cancel()
        if left.tasks and awaited:
            with self.interrupt.shielded():
                await asyncio.wait(left.tasks, timeout=ABANDON_S)

    async def _clear(self, left: Leftovers, *, awaited: bool) -> None:
        if not left.tasks:
            return
        if awaited:
            await cancel_tasks(left.tasks)
        else:
            for task in left.tasks:
                task.cancel()


def plain_data(namespace: Mapping[str, object], names: Iterable[str]) -> Iterator[tuple[str, object]]:
    """Yield the names whose values are containers, arrays, frames, or instances of classes of the notebook."""
    for name in sorted(names):
        value = namespace.get(name)
        home = type(value).__module__.partition(".")[0]
        if isinstance(value, CONTAINERS) or home in {"numpy", "pandas", "__main__"}:
            yield name, value


def settled(population: Population) -> Leftovers:
    """Return what outlives a run. A worker thread delivers its result a moment before it is idle, so threads get that moment."""
    left = population.newcomers()
    for _ in range(PATIENCE):
        if not left.threads and not left.processes:
            break
        time.sleep(PATIENCE_STEP_S)
        left = population.newcomers()
    return left
