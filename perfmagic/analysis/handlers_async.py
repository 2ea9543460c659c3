"""Rules for asyncio and threads: what waits, what runs what it is given, and what orders tasks."""

import ast
from collections.abc import Callable, Mapping

from perfmagic.analysis.effects import Kind, Location
from perfmagic.analysis.hints import PACING
from perfmagic.analysis.kinds import kind_of, names_for
from perfmagic.analysis.machine import Callee, Machine, note_callee
from perfmagic.analysis.memory import (
    ELEMENTS,
    attribute_key,
    change,
    element,
    label_of,
    look,
    new,
    store,
    stored,
)
from perfmagic.analysis.models.model import Model
from perfmagic.analysis.operators import await_all, iterate
from perfmagic.analysis.services import touch
from perfmagic.analysis.values import (
    NEVER,
    NONE,
    UNKNOWN,
    Arguments,
    Atom,
    Const,
    Fresh,
    Live,
    Native,
    Value,
    join,
    just,
)

TASKS = Location(Kind.TASK, "tasks", "the running tasks")
CLOCK = Location(Kind.CLOCK, "clock", "the clock")


def _sleep(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """Waiting; where the cell itself does it, between its own calls, it is deliberate pacing."""
    machine.read(node, CLOCK)
    seconds = arguments.get(0, "delay")
    if seconds == just(Const(0)):
        return arguments.get(1, "result") or NONE
    reason = f"line {machine.line(node)} sleeps: that may be deliberate pacing"
    machine.barrier(node, reason, PACING, pacing=True)
    return arguments.get(1, "result") or NONE


def _gather(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``gather(a, b)``, ``wait_for(a, 1)``, ``run(a)``: await what is given."""
    values = [value for value in (*arguments.positional, arguments.rest) if value]
    if model.option in ("one", "run"):
        return await_all(machine, node, arguments.get(0) or NEVER)
    if model.option == "wait":
        machine.write(node, TASKS)
        values = [iterate(machine, node, value) for value in values[:1]]
    result = new(machine, node, "builtins.list", "gather")
    for index, value in enumerate(values):
        awaited = await_all(machine, node, _awaitables(value))
        key = ("[]", Const(index)) if not arguments.starred else ELEMENTS
        store(machine, result, key, awaited)
    return just(result)


def _awaitables(value: Value) -> Value:
    return frozenset(each for each in value if not isinstance(each, Const))


def _create_task(
    machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments
) -> Value:
    """The body may run at any time from here on: its effects are recorded here and where the task is awaited."""
    group = native.receiver
    inner = _is_inner_group(machine, group)
    if not inner:
        machine.write(node, TASKS)
    coroutine = arguments.get(0, "coro") or NEVER
    result = await_all(machine, node, _awaitables(coroutine))
    task = new(machine, node, "_asyncio.Task", "task")
    if inner and group is not None:
        change(machine, node, group)
        store(machine, task, attribute_key("group"), just(group))
    store(machine, task, attribute_key("coroutine"), coroutine)
    store(machine, task, attribute_key("result"), result)
    return just(task)


def _is_inner_group(machine: Machine, group: Atom | None) -> bool:
    """Tell whether a task group is one that a called function made: its tasks end in there, before the call ends."""
    if not isinstance(group, Fresh) or group.kind != "asyncio.taskgroups.TaskGroup":
        return False
    return len(machine.frames) > 1 and len(group.site) > _IN_CALL


_IN_CALL = 2
"""Parts of the site of an object that the cell's own statements made; each call adds one."""


def _group(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """Entering or leaving a task group."""
    receiver = native.receiver
    if receiver is None:
        return UNKNOWN
    if _is_inner_group(machine, receiver):
        change(machine, node, receiver)
    else:
        machine.write(node, TASKS)
    return just(receiver)


def _task_result(
    machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments
) -> Value:
    task = native.receiver
    if task is None or not isinstance(task, Fresh) or not stored(machine, task, attribute_key("group")):
        machine.read(node, TASKS)
    if not isinstance(task, Fresh):
        label = label_of(machine, task) if task is not None else "a task"
        machine.barrier(node, f"line {machine.line(node)} uses {label}, a task that was started elsewhere")
        return UNKNOWN
    look(machine, node, task)
    method = native.names[0].rpartition(".")[2]
    if method == "__await__":
        await_all(machine, node, stored(machine, task, attribute_key("coroutine")))
    return join(stored(machine, task, attribute_key("result")), NEVER) or NONE


def _loop(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """A lock, event, semaphore or queue: its operations keep their order."""
    receiver = native.receiver
    if receiver is None:
        return UNKNOWN
    location = _loop_location(machine, receiver)
    machine.read(node, location)
    machine.write(node, location)
    if model.option == "queue" and isinstance(receiver, Live | Fresh):
        for value in arguments.all():
            store(machine, receiver, ELEMENTS, value)
        found = element(machine, receiver) if isinstance(receiver, Fresh) else UNKNOWN
        if isinstance(receiver, Live):
            machine.hazard(
                node,
                "opaque",
                f"line {machine.line(node)} changes {label_of(machine, receiver)}",
                label_of(machine, receiver),
            )
        return found or NONE
    _hold(machine, node, native, receiver)
    return NONE


_WITHOUT_EFFECT = frozenset(
    {"locked", "is_set", "__enter__", "__exit__", "__aenter__", "__aexit__", "__repr__", "_is_owned"}
)
"""Methods that leave a lock as it was, together with the one that ends what they begin."""


def _hold(machine: Machine, node: ast.AST, native: Native, receiver: Atom) -> None:
    """Forbid a second run of what takes or frees a lock of before other than for a ``with``: it may wait for ever."""
    existed = isinstance(receiver, Live) or (isinstance(receiver, Fresh) and receiver in machine.groups)
    method = native.names[0].rpartition(".")[2]
    by_hand = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method
    if existed and (method not in _WITHOUT_EFFECT or (by_hand and method.startswith("__"))):
        label = label_of(machine, receiver)
        reason = (
            f"line {machine.line(node)} calls {label}.{method}(), which a second run may wait on for ever"
        )
        machine.hazard(node, "opaque", reason, label)


def _loop_location(machine: Machine, atom: Atom) -> Location:
    key = id(atom.value) if isinstance(atom, Live) else atom
    kind = kind_of(atom)
    label = (
        label_of(machine, atom)
        if kind is None or isinstance(atom, Live)
        else names_for(kind)[0].rpartition(".")[2]
    )
    return Location(Kind.LOOP, key, label)


def _to_thread(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """Run the function in a thread: its effects are those of the call."""
    first = 1 if model.option == "executor" else 0
    rest = Arguments(
        positional=arguments.positional[first + 1 :],
        keywords=arguments.keywords,
        rest=arguments.rest,
        starred=arguments.starred,
    )
    return machine.call(machine, node, arguments.get(first) or UNKNOWN, rest)


def _submit(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """Start a function in a pool or thread: it may run at any time from here on."""
    machine.write(node, TASKS)
    note_callee(
        machine, node, Callee(kind="modelled", label=native.names[0].rpartition(".")[2], blocking=True)
    )
    function = arguments.keywords.get("target") if model.option == "thread" else arguments.get(0)
    if model.option == "wait":
        return iterate(machine, node, arguments.get(0) or NEVER)
    given = Arguments(positional=arguments.positional[1:], rest=arguments.rest, starred=arguments.starred)
    if model.option == "map":
        given = Arguments(
            positional=tuple(iterate(machine, node, value) for value in arguments.positional[1:])
        )
    elif model.option == "thread":
        given = Arguments(
            rest=join(*(iterate(machine, node, each) for each in arguments.keywords.values())), starred=True
        )
    result = machine.call(machine, node, function or UNKNOWN, given)
    future = new(machine, node, "concurrent.futures._base.Future", "future")
    store(machine, future, attribute_key("result"), result)
    if model.option == "map":
        values = new(machine, node, "builtins.list", "map")
        store(machine, values, ELEMENTS, result)
        return just(values)
    return just(future)


def _streams(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    machine.hazard(
        node, "outside", f"line {machine.line(node)} opens a network connection", "a network connection"
    )
    if model.use is not None:
        touch(machine, node, None, model.use, writes=True)
    pair = new(machine, node, "builtins.tuple", "streams")
    for index, name in enumerate(("StreamReader", "StreamWriter")):
        stream = new(machine, node, f"asyncio.streams.{name}", name)
        store(machine, pair, ("[]", Const(index)), just(stream))
    return just(pair)


ASYNC_HANDLERS: Mapping[str, Callable[[Machine, ast.AST, Model, Native, Arguments], Value]] = {
    "sleep": _sleep,
    "gather": _gather,
    "create_task": _create_task,
    "task_result": _task_result,
    "task_group": _group,
    "loop": _loop,
    "to_thread": _to_thread,
    "submit": _submit,
    "streams": _streams,
}
