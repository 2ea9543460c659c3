"""One server for all tests of a worker, one fresh database for each test."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import asyncpg
import pytest
from shop import open_database

from tests.postgres.server import ServerUnavailableError, find_programs, running_server

SLOW = """
CREATE VIEW slow AS SELECT clock_timestamp() AS began, pg_sleep(0.1)::text AS slept, clock_timestamp() AS ended
"""
"""A query that takes a while and says when it ran by the server's clock: whether two overlapped is seen, not timed."""


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The URL of a running server; a missing program fails the test with the name of the package."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(running_server(find_programs()))
        except ServerUnavailableError as error:
            pytest.fail(str(error), pytrace=False)
        yield url


@pytest.fixture
async def database_url(server_url: str) -> AsyncIterator[str]:
    """The URL of an empty database."""
    connection = await asyncpg.connect(server_url)
    await connection.execute("CREATE DATABASE shop")
    yield server_url.removesuffix("/postgres") + "/shop"
    await connection.execute("DROP DATABASE shop WITH (FORCE)")
    await connection.close()


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """The pool of the shop, with a slow view besides."""
    async with open_database(database_url) as pool:
        await pool.execute(SLOW)
        yield pool


@pytest.fixture
async def pool_of_one(pool: asyncpg.Pool, database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on the same database that has one connection."""
    async with asyncpg.create_pool(database_url, min_size=1, max_size=1) as single:
        yield single


@pytest.fixture
async def connection(pool: asyncpg.Pool, database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """One connection to the same database."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()
