"""Rules for databases and HTTP: what a query or a request does, pools and the connections they give."""

import ast
import re
from collections.abc import Callable, Mapping

from perfmagic.analysis.callbacks import call_attached
from perfmagic.analysis.effects import Kind, Location
from perfmagic.analysis.kinds import kind_of, names_for
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import attribute_key, look, new, store, stored
from perfmagic.analysis.models.model import Model, Use
from perfmagic.analysis.models.web import SERVER
from perfmagic.analysis.operators import read_deep
from perfmagic.analysis.results import result_of
from perfmagic.analysis.services import CONNECTION, GIVES, POOL, close, limit, occupy, plain_attribute, touch
from perfmagic.analysis.sql import is_read, tells_time
from perfmagic.analysis.values import (
    DATA,
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
    just,
)

_READ_ONLY = re.compile(r"[?&](mode=ro|immutable=1)(&|$)")
_READ_VERBS = re.compile(r"^(get|head|options)$", re.IGNORECASE)
_EXCLUSIVE = Use(effect="uses", sharing="exclusive")
_SELECT = "sqlalchemy.sql.selectable.Select"


def _client(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """Apply what `Use` says about a method of a client."""
    use = model.use
    assert use is not None
    _before(machine, node, native, use)
    match use.effect:
        case "queries":
            _query(machine, node, use, native, arguments)
        case "requests":
            read_deep(machine, node, arguments.all())
            _request(machine, node, use, native, arguments)
        case "consumes":
            read_deep(machine, node, arguments.all())
            _consume(machine, node, use, native)
        case effect:
            read_deep(machine, node, arguments.all())
            touch(machine, node, native.receiver, use, writes=effect == "writes")
    targets = just(native.receiver) if native.receiver is not None else NEVER
    return result_of(machine, node, model, native, targets, arguments)


def _before(machine: Machine, node: ast.AST, native: Native, use: Use) -> None:
    if native.receiver is None:
        return
    occupy(machine, node, native.receiver, use)
    call_attached(machine, node, native.receiver)
    if use.effect == "closes":
        close(machine, node, native.receiver)


def _consume(machine: Machine, node: ast.AST, use: Use, native: Native) -> None:
    """Taking messages of a peer, or rows of a cursor that was there before the cell: they do not come back."""
    receiver = native.receiver
    lost = isinstance(receiver, Live) or use.service == SERVER
    touch(machine, node, receiver, use, writes=lost)
    if lost:
        label = _label(native)
        reason = f"line {machine.line(node)} calls {label}: what it takes does not come back"
        machine.hazard(node, "outside", reason, label)


def _query(machine: Machine, node: ast.AST, use: Use, native: Native, arguments: Arguments) -> None:
    """A query: a read of the database if its text shows that, else a write that cannot be put back."""
    named = (each for each in ("query", "statement", "sql") if each in arguments.keywords)
    text = arguments.get(0, next(named, None))
    read_deep(machine, node, [value for value in arguments.all() if value is not text])
    reads = _reads_only(machine, text)
    touch(machine, node, native.receiver, use, writes=not reads)
    constants = _constants(machine, text)
    clock = Location(Kind.CLOCK, "clock", "the clock")
    machine.read(node, clock)
    if any(tells_time(each) for each in constants):
        machine.write(node, clock)
    if not reads:
        label = _label(native)
        what = "that writes" if constants else "whose text is not known to be a SELECT"
        machine.hazard(node, "outside", f"line {machine.line(node)} runs a query {what} ({label})", label)


def _read_sql(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``pandas.read_sql(query, connection)``: a query on a connection, or on an engine that has many."""
    assert model.use is not None
    for atom in arguments.get(1, "con") or UNKNOWN:
        kind = kind_of(atom)
        shared = kind is not None and "sqlalchemy.engine.base.Engine" in names_for(kind)
        occupy(machine, node, atom, Use(effect="uses") if shared else _EXCLUSIVE)
    _query(machine, node, model.use, native, arguments)
    return result_of(machine, node, model, native, NEVER, arguments)


def _label(native: Native) -> str:
    return ".".join(native.names[0].rsplit(".", 2)[-2:])


def _reads_only(machine: Machine, text: Value | None) -> bool:
    """Tell whether all possible texts of a query are constants that only read."""
    if text and all(isinstance(each, Fresh) and each.kind == _SELECT for each in text):
        return True
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


def _sql_text(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``sqlalchemy.text("...")``: the query with its text."""
    made = new(machine, node, DATA, "sql text")
    store(machine, made, attribute_key("text"), arguments.get(0, "text") or UNKNOWN)
    return just(made)


def _acquire(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``pool.acquire()`` and ``engine.connect()``: something to enter or await that gives a connection."""
    receiver = native.receiver
    if receiver is None or model.use is None:
        return UNKNOWN
    look(machine, node, receiver)
    limit(machine, node, receiver, model.use)
    call_attached(machine, node, receiver)
    connection = new(machine, node, model.option, "connection")
    store(machine, connection, POOL, just(receiver))
    if not model.option.startswith("asyncpg."):
        return just(connection)
    context = new(machine, node, "asyncpg.pool.PoolAcquireContext", "acquire")
    store(machine, context, GIVES, just(connection))
    store(machine, context, POOL, just(receiver))
    return just(context)


def _acquired(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """Entering, leaving or awaiting what ``pool.acquire()`` gave; what is taken by hand is given back in order."""
    receiver = native.receiver
    if receiver is None:
        return UNKNOWN
    occupy(machine, node, receiver, _EXCLUSIVE)
    if model.option == "await":
        for pool in stored(machine, receiver, POOL):
            _by_hand(machine, node, pool)
    return stored(machine, receiver, GIVES) or UNKNOWN


def _by_hand(machine: Machine, node: ast.AST, pool: Atom) -> None:
    key = ("by hand", id(pool.value) if isinstance(pool, Live) else pool)
    location = Location(Kind.LOOP, key, "a pool whose connections are taken by hand")
    machine.read(node, location)
    machine.write(node, location)


def _release(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``pool.release(connection)``: after everything that the connection does."""
    for connection in arguments.get(0, "connection") or UNKNOWN:
        occupy(machine, node, connection, _EXCLUSIVE)
        close(machine, node, connection)
    if native.receiver is not None:
        _by_hand(machine, node, native.receiver)
    return NONE


def _transaction(
    machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments
) -> Value:
    """``connection.transaction()``: it uses the connection that it is of."""
    receiver = native.receiver
    if receiver is None:
        return UNKNOWN
    look(machine, node, receiver)
    transaction = new(machine, node, model.option, "transaction")
    store(machine, transaction, CONNECTION, just(receiver))
    return just(transaction)


def _session(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """A new session: it takes a connection of its engine when it first needs one, and holds it."""
    made = new(machine, node, model.option, "session")
    bind = arguments.get(0, "bind") or NEVER
    if isinstance(native.receiver, Live):
        found = plain_attribute(native.receiver.value, "kw.bind")
        bind = bind or (just(Live(found)) if found is not None else NEVER)
    engines = frozenset(each for each in bind if isinstance(each, Live | Fresh))
    store(machine, made, POOL, engines)
    for each in engines:
        limit(machine, node, each, model.use or _EXCLUSIVE)
    return just(made)


def _request(machine: Machine, node: ast.AST, use: Use, native: Native, arguments: Arguments) -> None:
    """``client.request(method, url)``: a read for GET, HEAD and OPTIONS."""
    verb = arguments.get(0, "method") or NEVER
    reads = bool(verb) and all(
        isinstance(each, Const) and type(each.value) is str and _READ_VERBS.match(each.value) for each in verb
    )
    touch(machine, node, native.receiver, use, writes=not reads)
    if not reads:
        _sends(machine, node, _label(native))


def _sends(machine: Machine, node: ast.AST, label: str) -> None:
    reason = f"line {machine.line(node)} sends a request that may change something ({label})"
    machine.hazard(node, "outside", reason, label)


def _urlopen(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    url = arguments.get(0, "url") or NEVER
    data = arguments.get(1, "data")
    plain = bool(url) and all(isinstance(each, Const) or type(each).__name__ == "Scalar" for each in url)
    writes = not plain or data is not None
    touch(machine, node, None, Use(effect="requests", service=SERVER), writes=writes)
    if writes:
        _sends(machine, node, "urlopen")
    return result_of(machine, node, model, native, NEVER, arguments)


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
    "client": _client,
    "acquire": _acquire,
    "acquired": _acquired,
    "release": _release,
    "transaction": _transaction,
    "session": _session,
    "sql_text": _sql_text,
    "read_sql": _read_sql,
    "urlopen": _urlopen,
    "sqlite": _sqlite,
    "get_ipython": _get_ipython,
}
