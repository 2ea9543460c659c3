"""Rules for databases and HTTP: reads by their text, exclusive connections, pools and how many they hold."""

import ast
import re
from collections.abc import Callable, Mapping

from perfmagic.analysis import live
from perfmagic.analysis.effects import Kind, Location
from perfmagic.analysis.machine import Callee, Machine, note_callee
from perfmagic.analysis.memory import attribute_key, label_of, look, new, store, stored
from perfmagic.analysis.models.model import Model
from perfmagic.analysis.operators import read_deep
from perfmagic.analysis.results import result_of
from perfmagic.analysis.sql import is_read
from perfmagic.analysis.values import (
    DATA,
    NEVER,
    SCALAR,
    UNKNOWN,
    Arguments,
    Atom,
    Const,
    Fresh,
    Live,
    Native,
    Value,
    just,
)

_READ_ONLY = re.compile(r"[?&](mode=ro|immutable=1)(&|$)")
_READ_VERBS = re.compile(r"^(get|head|options)$", re.IGNORECASE)


def resource(machine: Machine, atom: Atom) -> Location:
    """Return the location of something that does one operation at a time."""
    key = id(atom.value) if isinstance(atom, Live) else atom
    return Location(Kind.EXCLUSIVE, key, label_of(machine, atom))


def _use(machine: Machine, node: ast.AST, atom: Atom) -> None:
    location = resource(machine, atom)
    machine.read(node, location)
    machine.write(node, location)
    for held in stored(machine, atom, attribute_key("perfmagic.connection")):
        machine.write(node, resource(machine, held))


def _query(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """A query: a read of the database if its text shows that, else a write that cannot be put back."""
    position = int(model.option) if model.option.isdigit() else 0
    text = arguments.get(position, "query")
    read_deep(machine, node, [value for value in arguments.all() if value is not text])
    receiver = native.receiver
    if receiver is not None:
        _use_receiver(machine, node, model, native, receiver)
    location = Location(Kind.EXTERNAL, "database", "the database")
    machine.read(node, location)
    machine.read(node, Location(Kind.CLOCK, "clock", "the clock"))
    if not reads_only(machine, text):
        machine.write(node, location)
        label = ".".join(native.names[0].rsplit(".", 2)[-2:])
        line = machine.line(node)
        why = (
            "runs a query that writes"
            if _constants(machine, text)
            else "runs a query whose text is not known to be a SELECT"
        )
        machine.hazard(node, "outside", f"line {line} {why} ({label})", label)
    if model.result.startswith("new:"):
        return result_of(machine, node, model, native, NEVER, arguments)
    return just(new(machine, node, DATA, "rows")) | SCALAR


def _use_receiver(machine: Machine, node: ast.AST, model: Model, native: Native, receiver: Atom) -> None:
    look(machine, node, receiver)
    if model.option in ("exclusive", "serial"):
        _use(machine, node, receiver)
    elif model.option == "pool":
        slots = pool_size(receiver)
        note_callee(
            machine,
            node,
            Callee(
                kind="modelled", label=".".join(native.names[0].rsplit(".", 2)[-2:]), awaits=True, slots=slots
            ),
        )
        _check_held(machine, node, receiver)


def _check_held(machine: Machine, node: ast.AST, pool: Atom) -> None:
    """A pool whose only connection an enclosing ``async with`` holds would wait for itself."""
    size = pool_size(pool)
    held = [line for atom, line in machine.held_pools if atom == pool]
    if size is not None and held and len(held) >= size:
        label = label_of(machine, pool)
        machine.write(node, resource(machine, pool))
        machine.barrier(
            node,
            f"line {machine.line(node)} uses {label}, whose only connection the `async with` of line {held[0]} holds",
            "use the connection that is held, or a larger pool",
        )


def pool_size(atom: Atom) -> int | None:
    """Return how many connections a live pool may hold, from its plain attributes."""
    if not isinstance(atom, Live):
        return None
    for name in ("_maxsize", "_max_size", "max_size"):
        value = live.static_attribute(atom.value, name)
        if type(value) is int:
            return value
    return None


def reads_only(machine: Machine, text: Value | None) -> bool:
    """Tell whether all possible texts of a query are constants that only read."""
    constants = _constants(machine, text)
    return bool(constants) and all(is_read(each) for each in constants)


def _constants(machine: Machine, text: Value | None) -> list[str]:
    found: list[str] = []
    for atom in text or ():
        if isinstance(atom, Const) and type(atom.value) is str:
            found.append(atom.value)
        elif isinstance(atom, Fresh) and atom.kind == DATA:
            found.extend(_constants(machine, stored(machine, atom, attribute_key("text"))) or [""])
        else:
            return []
    return found


def _exclusive(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    receiver = native.receiver
    read_deep(machine, node, arguments.all())
    if receiver is None:
        return UNKNOWN
    look(machine, node, receiver)
    _use(machine, node, receiver)
    if model.hazard is not None:
        machine.write(node, Location(Kind.EXTERNAL, "database", "the database"))
    else:
        machine.read(node, Location(Kind.EXTERNAL, "database", "the database"))
    method = native.names[0].rpartition(".")[2]
    if method == "__aenter__":
        found = stored(machine, receiver, attribute_key("perfmagic.gives"))
        return found or just(receiver)
    if model.result.startswith("new:"):
        return result_of(machine, node, model, native, just(receiver), arguments)
    return just(new(machine, node, DATA, "rows")) | SCALAR


def _acquire(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``pool.acquire()`` and ``connection.transaction()``: something to enter or await that gives a connection."""
    receiver = native.receiver
    if receiver is None:
        return UNKNOWN
    look(machine, node, receiver)
    note_callee(
        machine, node, Callee(kind="modelled", label="acquire", awaits=True, slots=pool_size(receiver))
    )
    if model.option.endswith("Transaction"):
        transaction = new(machine, node, model.option, "transaction")
        store(machine, transaction, attribute_key("perfmagic.connection"), just(receiver))
        return just(transaction)
    _check_held(machine, node, receiver)
    context = new(machine, node, "asyncpg.pool.PoolAcquireContext", "acquire")
    connection = new(machine, node, model.option, "connection")
    store(machine, context, attribute_key("perfmagic.gives"), just(connection))
    store(machine, context, attribute_key("perfmagic.pool"), just(receiver))
    return just(context)


def _request(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``client.request(method, url)``: a read for GET, HEAD and OPTIONS."""
    verb = arguments.get(0, "method") or NEVER
    reads = bool(verb) and all(
        isinstance(each, Const) and type(each.value) is str and _READ_VERBS.match(each.value) for each in verb
    )
    _http(machine, node, writes=not reads, label=native.names[0].rpartition(".")[2])
    return result_of(machine, node, model, native, NEVER, arguments)


def _http(machine: Machine, node: ast.AST, *, writes: bool, label: str) -> None:
    location = Location(Kind.EXTERNAL, "http", "the server")
    machine.read(node, location)
    if writes:
        machine.write(node, location)
        line = machine.line(node)
        machine.hazard(
            node, "outside", f"line {line} sends a request that may change something ({label})", label
        )


def _urlopen(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    url = arguments.get(0, "url") or NEVER
    data = arguments.get(1, "data")
    plain = bool(url) and all(isinstance(each, Const) or type(each).__name__ == "Scalar" for each in url)
    _http(machine, node, writes=not plain or data is not None, label="urlopen")
    return result_of(machine, node, model, native, NEVER, arguments)


def _body(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """Reading the body of one response: one at a time, of that response."""
    if native.receiver is not None:
        _use(machine, node, native.receiver)
    return just(new(machine, node, DATA, "body")) | SCALAR


def _sqlite(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """Opening a SQLite file makes it if it is missing, unless its address is one that is only read."""
    files = Location(Kind.FILE, "files", "files")
    machine.read(node, files)
    addresses = _constants(machine, arguments.get(0, "database"))
    is_address = arguments.keywords.get("uri") == just(Const(True))  # noqa: FBT003
    if not (is_address and addresses and all(_READ_ONLY.search(each) for each in addresses)):
        machine.write(node, files)
    return result_of(machine, node, model, native, NEVER, arguments)


def _get_ipython(
    machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments
) -> Value:
    return just(new(machine, node, "IPython.core.interactiveshell.InteractiveShell", "shell"))


SERVICE_HANDLERS: Mapping[str, Callable[[Machine, ast.AST, Model, Native, Arguments], Value]] = {
    "query": _query,
    "exclusive": _exclusive,
    "acquire": _acquire,
    "request": _request,
    "urlopen": _urlopen,
    "body": _body,
    "sqlite": _sqlite,
    "get_ipython": _get_ipython,
}
