"""The one thing that repositories need of a database, and how to open one."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

from shop.seed import CREATE, ROWS
from shop.sqlite import SqliteDatabase


class Database(Protocol):
    """Queries with numbered placeholders (``$1``); a pool of asyncpg connections has exactly these methods."""

    async def fetch(self, query: str, /, *args: Any) -> Sequence[Any]:
        """Return the rows of a SELECT, each readable by column name."""
        ...

    async def fetchrow(self, query: str, /, *args: Any) -> Any:
        """Return the first row of a SELECT, ``None`` if there is none."""
        ...

    async def execute(self, query: str, /, *args: Any) -> str:
        """Carry out a statement that changes something."""
        ...


@asynccontextmanager
async def open_database(url: str = "shop.sqlite", *, round_trip_s: float = 0.05) -> AsyncIterator[Database]:
    """Open the shop's database, made and filled if it is new.

    Parameters
    ----------
    url
        ``postgresql://...``, or the path of a SQLite file.
    round_trip_s
        Seconds of simulated network round trip before every query on SQLite, which is embedded and has none.
        PostgreSQL has a real one; there the argument does nothing.
    """
    if url.startswith(("postgresql://", "postgres://")):
        async with _open_postgres(url) as pool:
            yield pool
    else:
        yield SqliteDatabase.open(url, round_trip_s=round_trip_s)


@asynccontextmanager
async def _open_postgres(url: str) -> AsyncIterator[Any]:
    import asyncpg  # noqa: PLC0415 - needed for PostgreSQL only

    async with asyncpg.create_pool(url, min_size=3, max_size=10) as pool:
        await _fill(pool)
        yield pool


async def _fill(pool: Any) -> None:
    async with pool.acquire() as connection, connection.transaction():
        # Two applications that start at once must not both fill the tables.
        await connection.execute("SELECT pg_advisory_xact_lock(7061)")
        await connection.execute(CREATE)
        if await connection.fetchval("SELECT count(*) FROM users") == 0:
            for insert, rows in ROWS.items():
                await connection.executemany(insert, rows)
