"""One run of a program: in this process, in the user's own namespace, on the caller's event loop.

The clock runs around the body only. The user's exception is part of the outcome; an interrupt is not, it propagates.
"""

import asyncio
import contextvars
import gc
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from types import TracebackType

from perfmagic.errors import RunError
from perfmagic.model.run import Outcome, Sample
from perfmagic.runners.clock import Clock
from perfmagic.runners.host import Captured, Host
from perfmagic.runners.memory import peak_since_reset, reset_peak
from perfmagic.runners.program import Program, execute
from perfmagic.runners.worker_processes import WorkerProcesses

OWN_VARIABLES = "perfmagic"
"""First part of the names of our context variables: these are not the user's to be put back."""


class Overrun(RunError):  # noqa: N818 - named for what happened
    """A run took longer than it was given, and was cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: what it cost, what it left, where its error came from, and how often the body was executed in it."""

    sample: Sample
    outcome: Outcome
    started_s: float
    traceback: TracebackType | None = None
    executions: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the body ended, before anything was looked at: its value or error, and the time it took in all."""

    value: object
    error: BaseException | None
    traceback: TracebackType | None
    loops: int
    started_s: float
    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Runs programs in a host's namespace."""

    host: Host
    clock: Clock
    processes: WorkerProcesses = field(default_factory=WorkerProcesses)

    async def commit(self, program: Program, names: frozenset[str]) -> Run:
        """Run the program in the caller's own task and let its output through: the run that counts."""
        with self.processes.lent(program.workers), self.host.recording(live=True) as captured:
            reset_peak()
            ended = await self._timed(program, 1)
            peak_bytes = peak_since_reset()
            self.host.flush_figures(live=True)
        return self._run(ended, captured, names, peak_bytes)

    async def rerun(
        self,
        program: Program,
        names: frozenset[str],
        *,
        loops: int = 1,
        context: contextvars.Context | None = None,
        patience_s: float | None = None,
    ) -> Run:
        """Run the program ``loops`` times in a task and a context of its own, its output recorded and not shown.

        Parameters
        ----------
        context
            Context variables that the run starts with; those of now if there is none.
        patience_s
            Seconds after which a run that awaits is cancelled, ``None`` for no end.

        Raises
        ------
        Overrun
            If the run took longer than that.
        """
        with self.processes.lent(program.workers), self.host.recording(live=False) as captured:
            gc.collect(1)
            reset_peak()
            body, start = self._timed(program, loops), _fresh(context)
            ended = await _in_own_task(body, start, patience_s) if program.awaits else start.run(_drive, body)
            peak_bytes = peak_since_reset()
            self.host.flush_figures(live=False)
        return self._run(ended, captured, names, peak_bytes)

    async def _timed(self, program: Program, loops: int) -> Ended:
        global_names, local_names = self.host.namespace, self.host.local_names
        value, error, done = None, None, 0
        cpu_s, started_s = self.clock.cpu_s(), self.clock.wall_s()
        try:
            while done < loops:
                done += 1
                value = await execute(program, global_names, local_names)
        except BaseException as raised:  # noqa: BLE001 - the user's code; what must not be swallowed is sorted out by the caller
            error = raised
        wall_s, cpu_s = self.clock.wall_s() - started_s, self.clock.cpu_s() - cpu_s
        # An exception object that is raised again later gets more frames: what it has now is this run's.
        traceback = None if error is None else error.__traceback__
        return Ended(
            value=value,
            error=error,
            traceback=traceback,
            loops=done,
            started_s=started_s,
            wall_s=wall_s,
            cpu_s=cpu_s,
        )

    def _run(self, ended: Ended, captured: Captured, names: frozenset[str], peak_bytes: int | None) -> Run:
        sample = Sample(
            wall_s=ended.wall_s / ended.loops, cpu_s=ended.cpu_s / ended.loops, peak_bytes=peak_bytes
        )
        outcome = Outcome(
            bindings=present(self.host.namespace, names),
            stdout=captured.stdout,
            displays=captured.displays,
            value=ended.value,
            error=ended.error,
        )
        return Run(
            sample=sample,
            outcome=outcome,
            started_s=ended.started_s,
            traceback=ended.traceback,
            executions=ended.loops,
        )


def present(namespace: Mapping[str, object], names: frozenset[str]) -> dict[str, object]:
    """Return the bindings of those names that are bound."""
    return {name: namespace[name] for name in sorted(names) if name in namespace}


def _fresh(context: contextvars.Context | None) -> contextvars.Context:
    """Return a context with the user's variables as they were, and ours as they are."""
    now = contextvars.copy_context()
    if context is None:
        return now
    fresh = context.copy()
    for variable, value in now.items():
        if variable.name.startswith(OWN_VARIABLES):
            fresh.run(variable.set, value)
    return fresh


async def _in_own_task(
    body: Coroutine[object, object, Ended], context: contextvars.Context, patience_s: float | None
) -> Ended:
    """Run in a task of its own, so that context variables set by the body end with it."""
    caller = asyncio.current_task()
    cancellations = caller.cancelling() if caller is not None else 0
    task = asyncio.get_running_loop().create_task(body, name="perfmagic-run", context=context)
    try:
        _, late = await asyncio.wait({task}, timeout=patience_s)
    except asyncio.CancelledError:
        await _stop(task)
        raise
    if late:
        await _stop(task)
        message = f"stopped after {patience_s:.1f} s"
        raise Overrun(message)
    if caller is not None and caller.cancelling() > cancellations:
        raise asyncio.CancelledError  # the body swallowed a cancellation that was meant for the cell
    return task.result()


async def _stop(task: "asyncio.Task[Ended]") -> None:
    """Cancel a run and give it a moment to clean up; one that swallows the cancellation is left behind."""
    task.cancel()
    await asyncio.wait({task}, timeout=0.3)


def _drive(body: Coroutine[object, object, Ended]) -> Ended:
    """Run a coroutine that never suspends."""
    try:
        body.send(None)
    except StopIteration as end:
        ended: Ended = end.value
        return ended
    body.close()
    message = "a body without await suspended"
    raise AssertionError(message)
