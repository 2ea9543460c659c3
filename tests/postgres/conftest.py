"""One server for all tests of a worker, one fresh database for each test."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import asyncpg
import pytest

from tests.postgres.server import ServerUnavailableError, find_programs, running_server


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
