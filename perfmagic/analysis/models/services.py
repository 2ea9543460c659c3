"""Models of databases, HTTP clients and the shell: what is exclusive, what is shared, what reads and what writes."""

from dataclasses import replace

from perfmagic.analysis.effects import Kind
from perfmagic.analysis.models.model import PURE, Model, Table

_FETCH = "fetch fetchrow fetchval"


def _each(classes: str, names: str, model: Model) -> dict[str, Model]:
    return {f"{cls}.{name}": model for cls in classes.split() for name in names.split()}


_POOL = "asyncpg.pool.Pool"
_CONNECTION = "asyncpg.connection.Connection asyncpg.pool.PoolConnectionProxy"
_SQL = Model(handler="query", awaits=True)
_SQL_ONE = replace(_SQL, option="exclusive")
_ONE = Model(handler="exclusive", awaits=True)

_ASYNCPG: Table = {
    **_each(_POOL, "fetch fetchrow fetchval execute executemany fetchmany", replace(_SQL, option="pool")),
    **_each(_POOL, "acquire", Model(handler="acquire", option="asyncpg.pool.PoolConnectionProxy")),
    **_each(
        _POOL,
        "release close terminate copy_to_table copy_records_to_table",
        replace(_ONE, hazard="it writes to a database"),
    ),
    **_each(
        _POOL,
        "get_size get_max_size get_min_size get_idle_size",
        Model(result="scalar:int", reads="shallow", calls=False),
    ),
    **_each(_CONNECTION, "fetch fetchrow fetchval execute executemany fetchmany", _SQL_ONE),
    **_each(_CONNECTION, "transaction", Model(handler="acquire", option="asyncpg.transaction.Transaction")),
    **_each(
        _CONNECTION,
        "prepare cursor close reset add_listener set_type_codec copy_to_table copy_records_to_table",
        replace(_ONE, hazard="it may change the database or the connection"),
    ),
    **_each(_CONNECTION, "is_closed is_in_transaction get_server_version", Model(handler="exclusive")),
    **_each("asyncpg.transaction.Transaction", "__aenter__ __aexit__ start commit rollback", _ONE),
    **_each("asyncpg.pool.PoolAcquireContext", "__aenter__ __aexit__", _ONE),
    **_each("asyncpg", "connect create_pool", Model(result="unknown", awaits=True)),
}

_SQLALCHEMY_ASYNC = (
    "sqlalchemy.ext.asyncio.session.AsyncSession sqlalchemy.ext.asyncio.engine.AsyncConnection "
    "sqlalchemy.ext.asyncio.AsyncSession sqlalchemy.ext.asyncio.AsyncConnection"
)
_SQLALCHEMY: Table = {
    **_each(_SQLALCHEMY_ASYNC, "execute scalar scalars stream exec_driver_sql", _SQL_ONE),
    **_each(_SQLALCHEMY_ASYNC, "get refresh", replace(_ONE, option="read")),
    **_each(
        _SQLALCHEMY_ASYNC,
        "commit rollback flush close delete merge run_sync",
        replace(_ONE, hazard="it writes to a database"),
    ),
    **_each(_SQLALCHEMY_ASYNC, "add add_all begin", Model(handler="exclusive")),
    **_each(
        "sqlalchemy.orm.session.Session sqlalchemy.engine.base.Connection",
        "execute scalar scalars",
        Model(handler="query", option="exclusive", blocking=True),
    ),
    **_each("sqlalchemy.sql", "text select", PURE),
}

_SQLITE: Table = {
    **_each(
        "aiosqlite.core.Connection",
        "execute executemany executescript execute_fetchall execute_insert",
        replace(_SQL, option="serial"),
    ),
    **_each(
        "aiosqlite.core.Connection", "commit rollback close", replace(_ONE, hazard="it writes to a database")
    ),
    **_each("aiosqlite.cursor.Cursor", "fetchone fetchall fetchmany close", _ONE),
    **_each(
        "sqlite3.Connection sqlite3.Cursor",
        "execute executemany executescript",
        Model(handler="query", option="exclusive", blocking=True, result="new:sqlite3.Cursor"),
    ),
    **_each(
        "sqlite3.Cursor",
        "fetchone fetchall fetchmany __iter__ close",
        Model(handler="exclusive", mutates=True),
    ),
    **_each("sqlite3.Connection", "cursor", Model(handler="exclusive", result="new:sqlite3.Cursor")),
    **_each(
        "sqlite3.Connection",
        "commit rollback __enter__ __exit__",
        Model(handler="exclusive", hazard="it writes to a database", blocking=True),
    ),
    "sqlite3.Connection.close": Model(handler="exclusive", blocking=True),
    **_each(
        "_sqlite3 sqlite3", "connect", Model(handler="sqlite", result="new:sqlite3.Connection", blocking=True)
    ),
    **_each(
        "psycopg.AsyncConnection psycopg.AsyncCursor psycopg.connection_async.AsyncConnection psycopg.cursor_async.AsyncCursor",
        "execute executemany",
        _SQL_ONE,
    ),
    **_each(
        "psycopg.Connection psycopg.Cursor psycopg.connection.Connection psycopg.cursor.Cursor psycopg2.extensions.cursor",
        "execute executemany",
        Model(handler="query", option="exclusive", blocking=True),
    ),
    **_each("psycopg.AsyncCursor psycopg.cursor_async.AsyncCursor", "fetchone fetchall fetchmany", _ONE),
}

_READ_HTTP = Model(result="new:httpx.Response", locations=((Kind.EXTERNAL, "http", False),), calls=False)
_WRITE_HTTP = Model(
    result="new:httpx.Response",
    locations=((Kind.EXTERNAL, "http", True),),
    hazard="it sends a request that may change something",
    calls=False,
)
_SYNC_CLIENTS = (
    "requests.api requests requests.sessions.Session httpx httpx._api httpx._client.Client httpx.Client"
)
_ASYNC_CLIENTS = "httpx.AsyncClient httpx._client.AsyncClient"
_AIOHTTP = "aiohttp.client.ClientSession aiohttp.ClientSession"
_HTTP: Table = {
    **_each(_SYNC_CLIENTS, "get head options", replace(_READ_HTTP, blocking=True)),
    **_each(_SYNC_CLIENTS, "post put patch delete", replace(_WRITE_HTTP, blocking=True)),
    **_each(_SYNC_CLIENTS, "request", Model(handler="request", blocking=True, result="new:httpx.Response")),
    **_each(_ASYNC_CLIENTS, "get head options", replace(_READ_HTTP, awaits=True)),
    **_each(_ASYNC_CLIENTS, "post put patch delete", replace(_WRITE_HTTP, awaits=True)),
    **_each(_ASYNC_CLIENTS, "request", Model(handler="request", awaits=True, result="new:httpx.Response")),
    **_each(
        _ASYNC_CLIENTS,
        "__aenter__ __aexit__ aclose",
        Model(result="self", reads="no", awaits=True, handler="exclusive"),
    ),
    **_each(
        _AIOHTTP, "get head options", replace(_READ_HTTP, result="new:aiohttp.client._RequestContextManager")
    ),
    **_each(
        _AIOHTTP,
        "post put patch delete",
        replace(_WRITE_HTTP, result="new:aiohttp.client._RequestContextManager"),
    ),
    **_each(
        _AIOHTTP, "request", Model(handler="request", result="new:aiohttp.client._RequestContextManager")
    ),
    **_each(
        _AIOHTTP,
        "__aenter__ __aexit__ close",
        Model(result="self", reads="no", awaits=True, handler="exclusive"),
    ),
    **_each(
        "aiohttp.client._RequestContextManager",
        "__aenter__ __await__",
        Model(result="new:aiohttp.ClientResponse", awaits=True, reads="no"),
    ),
    **_each(
        "aiohttp.client._RequestContextManager", "__aexit__", Model(result="none", awaits=True, reads="no")
    ),
    **_each(
        "aiohttp.ClientResponse aiohttp.client_reqrep.ClientResponse",
        "json text read",
        Model(handler="body", awaits=True),
    ),
    "httpx.*": replace(PURE, result="unknown"),
    "httpx.AsyncClient": Model(result="new:httpx.AsyncClient"),
    "httpx._client.AsyncClient": Model(result="new:httpx.AsyncClient"),
    "aiohttp.client.ClientSession": Model(result="new:aiohttp.ClientSession"),
    "requests.sessions.Session": Model(result="new:requests.sessions.Session"),
    **_each(
        "httpx.Response httpx._models.Response requests.models.Response",
        "json read text content raise_for_status iter_lines iter_bytes",
        Model(reads="shallow", calls=False, attribute=False),
    ),
    **_each(
        "httpx.Response httpx._models.Response requests.models.Response aiohttp.ClientResponse "
        "aiohttp.client_reqrep.ClientResponse",
        "status_code status headers url ok reason text content cookies",
        Model(reads="shallow", calls=False, attribute=True),
    ),
    "aiohttp.ClientResponse.text": Model(handler="body", awaits=True),
    "httpx.Response.raise_for_status": Model(result="self", reads="shallow", calls=False),
    "urllib.request.urlopen": Model(handler="urlopen", blocking=True, result="new:http.client.HTTPResponse"),
    "http.client.HTTPResponse.*": Model(mutates=True, blocking=True),
}

_REDIS = "redis.asyncio.client.Redis redis.commands.core.AsyncCoreCommands redis.commands.core.AsyncBasicKeyCommands"
_REDIS_TABLE: Table = {
    **_each(
        _REDIS,
        "get mget hget hgetall exists keys lrange smembers zrange ttl type scard llen hlen",
        Model(locations=((Kind.EXTERNAL, "redis", False),), awaits=True),
    ),
    **_each(
        _REDIS,
        "set mset hset delete incr decr lpush rpush lpop rpop sadd zadd expire publish getset",
        Model(locations=((Kind.EXTERNAL, "redis", True),), awaits=True, hazard="it writes to a database"),
    ),
}

_SHELL = (
    "IPython.core.interactiveshell.InteractiveShell ipykernel.zmqshell.ZMQInteractiveShell "
    "IPython.terminal.interactiveshell.TerminalInteractiveShell"
)
_NOTEBOOK: Table = {
    **_each(
        _SHELL,
        "system system_raw system_piped getoutput",
        Model(
            hazard="it starts a process",
            blocking=True,
            locations=(
                (Kind.STDOUT, "stdout", True),
                (Kind.FILE, "files", True),
                (Kind.EXTERNAL, "processes", True),
            ),
        ),
    ),
    **_each(
        _SHELL,
        "run_line_magic run_cell_magic magic run_cell ex ev",
        Model(handler="dynamic", option="a magic"),
    ),
    "IPython.core.getipython.get_ipython": Model(handler="get_ipython"),
    **_each(_SHELL, "get_ipython", Model(handler="get_ipython")),
    **_each(
        "IPython.core.display_functions IPython.display",
        "display clear_output update_display",
        Model(result="none", locations=((Kind.STDOUT, "stdout", True),), calls=False, may_raise=False),
    ),
    **_each(
        "IPython.core.display IPython.display IPython.lib.display",
        "HTML Markdown Image JSON SVG Latex Math",
        replace(PURE, result="new:IPython.core.display.DisplayObject"),
    ),
}

SERVICES: Table = {**_ASYNCPG, **_SQLALCHEMY, **_SQLITE, **_HTTP, **_REDIS_TABLE, **_NOTEBOOK}
