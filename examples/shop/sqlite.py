"""SQLite with the three methods of a pool of asyncpg connections.

Every query opens a connection of its own in a worker thread and closes it: no query shares anything with another one but
the file, so any number may run at once. SELECTs use a read-only connection.
"""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shop.seed import CREATE, ROWS


@dataclass(frozen=True)
class SqliteDatabase:
    """A SQLite file behind a *simulated* network round trip.

    Attributes
    ----------
    path
        The file, absolute.
    read_only
        The same file as an address that can be read and not written.
    round_trip_s
        Seconds that every query waits first, as it would for a database on another machine. SQLite itself answers these
        queries in well under a millisecond; without the wait there would be nothing to overlap.
    """

    path: str
    read_only: str
    round_trip_s: float

    @classmethod
    def open(cls, path: str | Path, *, round_trip_s: float) -> "SqliteDatabase":
        """Return the database in that file, made and filled if it is new."""
        file = Path(path).absolute()
        _fill(file)
        return cls(path=str(file), read_only=f"{file.as_uri()}?mode=ro", round_trip_s=round_trip_s)

    async def fetch(self, query: str, /, *args: Any) -> list[dict[str, Any]]:
        """Return the rows of a SELECT as dicts."""
        await asyncio.sleep(self.round_trip_s)
        return await asyncio.to_thread(_read, self.read_only, query, args)

    async def fetchrow(self, query: str, /, *args: Any) -> dict[str, Any] | None:
        """Return the first row of a SELECT, ``None`` if there is none."""
        rows = await self.fetch(query, *args)
        return rows[0] if rows else None

    async def execute(self, query: str, /, *args: Any) -> str:
        """Carry out a statement that changes something, in a transaction of its own."""
        await asyncio.sleep(self.round_trip_s)
        return await asyncio.to_thread(_write, self.path, query, args)


def _read(address: str, query: str, args: tuple[Any, ...]) -> list[dict[str, Any]]:
    connection = sqlite3.connect(address, uri=True)
    try:
        cursor = connection.execute(query, _numbered(args))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]
    finally:
        connection.close()


def _write(path: str, query: str, args: tuple[Any, ...]) -> str:
    connection = sqlite3.connect(path)
    try:
        with connection:
            cursor = connection.execute(query, _numbered(args))
        return f"{query.split(maxsplit=1)[0].upper()} {cursor.rowcount}"
    finally:
        connection.close()


def _numbered(args: tuple[Any, ...]) -> dict[str, Any]:
    """``$1`` is a named placeholder to SQLite, with the name ``1``: the SQL of PostgreSQL runs as it is."""
    return {str(number): value for number, value in enumerate(args, 1)}


def _fill(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement in filter(str.strip, CREATE.split(";")):
            connection.execute(statement)
        if connection.execute("SELECT count(*) FROM users").fetchone()[0] == 0:
            for insert, rows in ROWS.items():
                for row in rows:
                    connection.execute(insert, _numbered(tuple(_plain(value) for value in row)))


def _plain(value: Any) -> Any:
    """SQLite has no dates: they are kept as text, ``2026-01-31``."""
    return value.isoformat() if hasattr(value, "isoformat") else value
