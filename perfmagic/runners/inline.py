"""One run of a program: in this process, in the user's own namespace, on the caller's event loop.

The clock runs around the body only. The user's exception is part of the outcome; an interrupt is not, it propagates.
"""

import asyncio
import contextvars
import gc
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass

from perfmagic.model.run import Outcome, Sample
from perfmagic.runners.clock import Clock
from perfmagic.runners.host import Captured, Host
from perfmagic.runners.memory import peak_since_reset, reset_peak
from perfmagic.runners.program import Program, execute


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: what it cost, what it left, and how often the body was executed in it."""

    sample: Sample
    outcome: Outcome
    started_s: float
    executions: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the body ended, before anything was looked at: its value or error, and the time it took in all."""

    value: object
    error: BaseException | None
    started_s: float
    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Runs programs in a host's namespace."""

    host: Host
    clock: Clock

    async def commit(self, program: Program, names: frozenset[str]) -> Run:
        """Run the program in the caller's own task and let its output through: the run that counts."""
        with self.host.recording(live=True) as captured:
            reset_peak()
            ended = await self._timed(program, 1)
            peak_bytes = peak_since_reset()
            self.host.flush_figures()
        return self._run(ended, captured, names, 1, peak_bytes)

    async def rerun(self, program: Program, names: frozenset[str], *, loops: int = 1) -> Run:
        """Run the program ``loops`` times in a task and a context of its own, its output recorded and not shown."""
        with self.host.recording(live=False) as captured:
            gc.collect(1)
            reset_peak()
            body = self._timed(program, loops)
            ended = (
                await _in_own_task(body) if program.awaits else contextvars.copy_context().run(_drive, body)
            )
            peak_bytes = peak_since_reset()
            self.host.flush_figures()
        return self._run(ended, captured, names, loops, peak_bytes)

    async def _timed(self, program: Program, loops: int) -> Ended:
        global_names, local_names = self.host.namespace, self.host.local_names
        value, error = None, None
        cpu_s, started_s = self.clock.cpu_s(), self.clock.wall_s()
        try:
            for _ in range(loops):
                value = await execute(program, global_names, local_names)
        except BaseException as raised:  # noqa: BLE001 - the user's code; what must not be swallowed is sorted out by the caller
            error = raised
        wall_s, cpu_s = self.clock.wall_s() - started_s, self.clock.cpu_s() - cpu_s
        return Ended(value=value, error=error, started_s=started_s, wall_s=wall_s, cpu_s=cpu_s)

    def _run(
        self, ended: Ended, captured: Captured, names: frozenset[str], loops: int, peak_bytes: int | None
    ) -> Run:
        sample = Sample(wall_s=ended.wall_s / loops, cpu_s=ended.cpu_s / loops, peak_bytes=peak_bytes)
        outcome = Outcome(
            bindings=present(self.host.namespace, names),
            stdout=captured.stdout,
            displays=captured.displays,
            value=ended.value,
            error=ended.error,
        )
        return Run(sample=sample, outcome=outcome, started_s=ended.started_s, executions=loops)


def present(namespace: Mapping[str, object], names: frozenset[str]) -> dict[str, object]:
    """Return the bindings of those names that are bound."""
    return {name: namespace[name] for name in sorted(names) if name in namespace}


async def _in_own_task(body: Coroutine[object, object, Ended]) -> Ended:
    """Run in a task of its own, so that context variables set by the body end with it."""
    return await asyncio.get_running_loop().create_task(body, name="perfmagic-run")


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
