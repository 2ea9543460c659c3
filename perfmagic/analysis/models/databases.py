"""Models of databases: which objects are exclusive, which are shared, which methods read and which write."""

from dataclasses import replace

from perfmagic.analysis.models.client import Client, table_of, words
from perfmagic.analysis.models.model import PURE, Model, Table, Use, group

DATABASE = "the database"
_CONNECTS = Model(
    handler="client",
    use=Use(effect="writes", service="a new connection"),
    awaits=True,
    hazard="it opens a connection",
)

_POOL = Client(
    names=("asyncpg.pool.Pool",),
    service=DATABASE,
    address=("_connect_kwargs.database", "_connect_kwargs.dsn", "_connect_args.0"),
    slots=("_maxsize",),
    queries=words("fetch fetchrow fetchval fetchmany execute executemany"),
    writes=words("copy_to_table copy_records_to_table"),
    closes=words("close terminate expire_connections set_connect_args"),
    immediate=words("terminate set_connect_args"),
    pure=words("get_size get_max_size get_min_size get_idle_size is_closing"),
)
_CONNECTION = Client(
    names=("asyncpg.connection.Connection", "asyncpg.pool.PoolConnectionProxy"),
    sharing="exclusive",
    service=DATABASE,
    address=("_params.database", "_con._params.database"),
    queries=words("fetch fetchrow fetchval fetchmany execute executemany"),
    writes=words("copy_to_table copy_records_to_table reset add_listener remove_listener"),
    reads=words("prepare cursor"),
    uses=words("set_type_codec reset_type_codec set_builtin_type_codec reload_schema_state"),
    closes=words("close terminate"),
    immediate=words("terminate cursor"),
    pure=words("is_closed is_in_transaction get_server_version get_server_pid"),
    returns={"prepare": "unknown", "cursor": "unknown"},
)
_ACQUIRED = "asyncpg.pool.PoolConnectionProxy"
_ASYNCPG: Table = {
    **table_of(_POOL, _CONNECTION),
    "asyncpg.pool.Pool.acquire": Model(
        handler="acquire", option=_ACQUIRED, use=Use(effect="uses", slots=("_maxsize",))
    ),
    "asyncpg.pool.Pool.release": Model(handler="release", awaits=True, result="none"),
    "asyncpg.pool.PoolAcquireContext.__await__": Model(handler="acquired", option="await", awaits=True),
    **group(
        Model(handler="acquired", awaits=True), "asyncpg.pool.PoolAcquireContext", "__aenter__ __aexit__"
    ),
    **{
        f"{name}.transaction": Model(handler="transaction", option="asyncpg.transaction.Transaction")
        for name in _CONNECTION.names
    },
    **table_of(
        Client(
            names=("asyncpg.transaction.Transaction",),
            sharing="exclusive",
            service=DATABASE,
            uses=words("__aenter__ __aexit__ start rollback"),
            writes=words("commit"),
        )
    ),
    "asyncpg.connection.connect": replace(_CONNECTS, result="new:asyncpg.connection.Connection"),
    "asyncpg.pool.create_pool": Model(result="unknown"),
}

_ENGINE_SLOTS = ("sync_engine.pool._pool.maxsize", "pool._pool.maxsize")
_ENGINE = Use(
    effect="uses", service=DATABASE, slots=_ENGINE_SLOTS, address=("sync_engine.url.database", "url.database")
)
_NEW_SESSION = Model(handler="session", option="sqlalchemy.ext.asyncio.session.AsyncSession", use=_ENGINE)
_ASYNC_ENGINE = ("sqlalchemy.ext.asyncio.engine.AsyncEngine",)
_ASYNC_SQL = Client(
    names=("sqlalchemy.ext.asyncio.session.AsyncSession", "sqlalchemy.ext.asyncio.engine.AsyncConnection"),
    sharing="exclusive",
    service=DATABASE,
    queries=words("execute scalar scalars"),
    writes=words("commit"),
    uses=words("rollback __aenter__ __aexit__"),
    closes=words("close invalidate"),
    returns={"__aenter__": "self", "execute": "data"},
)
_ASYNC_SESSION = Client(
    names=_ASYNC_SQL.names[:1],
    sharing="exclusive",
    service=DATABASE,
    reads=words("get get_one refresh stream stream_scalars"),
    writes=words("add add_all flush delete merge run_sync"),
    uses=words("expunge expunge_all expire expire_all reset"),
    immediate=words("add add_all expunge expunge_all expire expire_all"),
    returns={
        "get": "unknown",
        "get_one": "unknown",
        "stream": "unknown",
        "stream_scalars": "unknown",
        "run_sync": "unknown",
    },
)
_SYNC_CONNECTION = Client(
    names=("sqlalchemy.engine.base.Connection",),
    sharing="exclusive",
    service=DATABASE,
    blocking=True,
    queries=words("execute scalar scalars exec_driver_sql"),
    writes=words("commit"),
    uses=words("rollback __enter__ __exit__"),
    closes=words("close invalidate"),
    returns={"__enter__": "self"},
)
_SYNC_SESSION = Client(
    names=("sqlalchemy.orm.session.Session",),
    sharing="exclusive",
    service=DATABASE,
    blocking=True,
    queries=words("execute scalar scalars"),
    reads=words("get get_one refresh"),
    writes=words("commit flush add add_all delete merge"),
    uses=words("rollback __enter__ __exit__"),
    closes=words("close"),
    immediate=words("add add_all"),
    returns={"__enter__": "self", **dict.fromkeys(words("execute scalar scalars get get_one"), "unknown")},
)
"""What a session gives may load more through it when it is looked at: it is not followed."""
_ASYNC_TRANSACTION = "sqlalchemy.ext.asyncio.engine.AsyncTransaction"
_SELECT = "sqlalchemy.sql.selectable.Select"
_SQLALCHEMY: Table = {
    **table_of(_ASYNC_SQL, _ASYNC_SESSION, _SYNC_CONNECTION, _SYNC_SESSION),
    "sqlalchemy.ext.asyncio.engine.AsyncConnection.exec_driver_sql": table_of(_ASYNC_SQL)[
        "sqlalchemy.ext.asyncio.engine.AsyncConnection.execute"
    ],
    **{
        f"{name}.{method}": Model(
            handler="acquire", option="sqlalchemy.ext.asyncio.engine.AsyncConnection", use=_ENGINE
        )
        for name in _ASYNC_ENGINE
        for method in ("connect", "begin")
    },
    **{
        f"sqlalchemy.engine.base.Engine.{method}": Model(
            handler="acquire", option="sqlalchemy.engine.base.Connection", use=_ENGINE, blocking=True
        )
        for method in ("connect", "begin")
    },
    "sqlalchemy.ext.asyncio.engine.AsyncEngine.dispose": Model(
        handler="client", use=Use(effect="closes"), awaits=True
    ),
    "sqlalchemy.engine.base.Engine.dispose": Model(handler="client", use=Use(effect="closes"), blocking=True),
    **group(
        Model(handler="transaction", option=_ASYNC_TRANSACTION), _ASYNC_SQL.names[0], "begin begin_nested"
    ),
    **group(
        Model(handler="transaction", option=_ASYNC_TRANSACTION), _ASYNC_SQL.names[1], "begin begin_nested"
    ),
    **table_of(
        Client(
            names=(_ASYNC_TRANSACTION,),
            sharing="exclusive",
            service=DATABASE,
            uses=words("__aenter__ __aexit__ rollback"),
        )
    ),
    "sqlalchemy.ext.asyncio.engine.AsyncConnection.__await__": Model(result="self", reads="no", awaits=True),
    "sqlalchemy.ext.asyncio.session.AsyncSession": _NEW_SESSION,
    "sqlalchemy.ext.asyncio.session.async_sessionmaker.__call__": _NEW_SESSION,
    "sqlalchemy.sql._elements_constructors.text": Model(handler="sql_text"),
    "sqlalchemy.sql._selectable_constructors.select": Model(result=f"new:{_SELECT}"),
    **group(
        Model(result="self"),
        _SELECT,
        "where filter filter_by order_by group_by having limit offset join outerjoin distinct options join_from select_from",
    ),
    f"{_SELECT}.with_for_update": Model(result="unknown"),
}

_FETCHES = words("fetchone fetchmany fetchall")
_PSYCOPG: Table = table_of(
    Client(
        names=("psycopg.AsyncConnection", "psycopg.connection_async.AsyncConnection"),
        sharing="serialised",
        service=DATABASE,
        queries=words("execute"),
        writes=words("commit"),
        uses=words("rollback __aenter__ __aexit__ set_autocommit cursor"),
        closes=words("close"),
        immediate=words("cursor"),
        returns={
            "execute": "new:psycopg.AsyncCursor",
            "cursor": "new:psycopg.AsyncCursor",
            "__aenter__": "self",
        },
    ),
    Client(
        names=("psycopg.AsyncCursor", "psycopg.cursor_async.AsyncCursor"),
        sharing="exclusive",
        service=DATABASE,
        queries=words("execute executemany"),
        consumes=(*_FETCHES, "scroll"),
        uses=words("__aenter__ __aexit__"),
        closes=words("close"),
        returns={"execute": "self", "__aenter__": "self"},
    ),
    Client(
        names=("psycopg.Connection", "psycopg.connection.Connection"),
        sharing="serialised",
        service=DATABASE,
        blocking=True,
        queries=words("execute"),
        writes=words("commit"),
        uses=words("rollback __enter__ __exit__ set_autocommit cursor"),
        closes=words("close"),
        immediate=words("cursor"),
        returns={"execute": "new:psycopg.Cursor", "cursor": "new:psycopg.Cursor", "__enter__": "self"},
    ),
    Client(
        names=("psycopg.Cursor", "psycopg.cursor.Cursor"),
        sharing="exclusive",
        service=DATABASE,
        blocking=True,
        queries=words("execute executemany"),
        consumes=(*_FETCHES, "scroll"),
        uses=words("__enter__ __exit__"),
        closes=words("close"),
        returns={"execute": "self", "__enter__": "self"},
    ),
)

_CURSOR = "new:sqlite3.Cursor"
_SQLITE: Table = {
    **table_of(
        Client(
            names=("aiosqlite.core.Connection",),
            sharing="serialised",
            service=DATABASE,
            queries=words("execute execute_fetchall execute_insert executemany executescript"),
            writes=words("commit"),
            uses=words("rollback __aenter__ __aexit__ cursor"),
            closes=words("close"),
            returns={
                "__aenter__": "self",
                **dict.fromkeys(
                    words("execute executemany executescript cursor"), "new:aiosqlite.cursor.Cursor"
                ),
            },
        ),
        Client(
            names=("aiosqlite.cursor.Cursor",),
            sharing="serialised",
            service=DATABASE,
            queries=words("execute executemany executescript"),
            consumes=_FETCHES,
            uses=words("__aenter__ __aexit__"),
            closes=words("close"),
            returns={"execute": "self", "__aenter__": "self"},
        ),
        Client(
            names=("sqlite3.Connection",),
            sharing="exclusive",
            service=DATABASE,
            blocking=True,
            queries=words("execute executemany executescript"),
            writes=words("commit __exit__"),
            uses=words("rollback __enter__ cursor"),
            closes=words("close"),
            immediate=words("cursor __enter__"),
            returns={
                "__enter__": "self",
                **dict.fromkeys(words("execute executemany executescript cursor"), _CURSOR),
            },
        ),
        Client(
            names=("sqlite3.Cursor",),
            sharing="exclusive",
            service=DATABASE,
            blocking=True,
            queries=words("execute executemany executescript"),
            consumes=(*_FETCHES, "__iter__", "__next__"),
            closes=words("close"),
            returns=dict.fromkeys(words("execute executemany executescript"), "self"),
        ),
    ),
    **group(Model(handler="sqlite", result="new:sqlite3.Connection", blocking=True), "_sqlite3", "connect"),
    **group(Model(handler="sqlite", result="new:sqlite3.Connection", blocking=True), "sqlite3", "connect"),
    **group(PURE, "sqlite3.Row", "keys"),
}

_REDIS_READS = words(
    "get mget exists keys ttl pttl type strlen getrange hget hmget hgetall hkeys hvals hlen hexists "
    "lrange llen lindex smembers sismember scard sinter sunion sdiff zrange zrevrange zscore zcard zcount zrank dbsize ping"
)
_REDIS_WRITES = words(
    "set mset setex setnx append getset getdel incr incrby decr decrby delete unlink rename expire persist "
    "hset hmset hdel hincrby lpush rpush lpop rpop lset lrem ltrim sadd srem spop zadd zrem zincrby publish flushdb"
)
_REDIS = "the Redis server"


def _redis(module: str, *, blocking: bool) -> Table:
    hooks = words("__enter__ __exit__" if blocking else "__aenter__ __aexit__")
    commands = Client(
        names=(f"{module}.Redis",),
        service=_REDIS,
        slots=("connection_pool.max_connections",),
        blocking=blocking,
        reads=_REDIS_READS,
        writes=_REDIS_WRITES,
        closes=("close",) if blocking else words("aclose close"),
        uses=(*hooks, "pipeline"),
        immediate=words("pipeline"),
        returns={hooks[0]: "self", "pipeline": f"new:{module}.Pipeline"},
    )
    queued = Client(
        names=(f"{module}.Pipeline",),
        sharing="exclusive",
        service=_REDIS,
        blocking=blocking,
        uses=(*_REDIS_READS, *_REDIS_WRITES, *hooks, "multi"),
        writes=("execute",),
        closes=("reset",),
        immediate=(*_REDIS_READS, *_REDIS_WRITES, "multi"),
        returns={hooks[0]: "self", **dict.fromkeys((*_REDIS_READS, *_REDIS_WRITES), "self")},
    )
    return table_of(commands, queued)


_REDIS_TABLE: Table = {
    **_redis("redis.asyncio.client", blocking=False),
    **_redis("redis.client", blocking=True),
}

DATABASES: Table = {**_ASYNCPG, **_SQLALCHEMY, **_PSYCOPG, **_SQLITE, **_REDIS_TABLE}
