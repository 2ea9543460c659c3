"""Real peers: PostgreSQL as its own tests start it, and HTTP servers with the clients that talk to them."""

from collections.abc import AsyncIterator, Iterator

import aiohttp
import httpx
import pytest

from tests.postgres.conftest import connection, database_url, pool, pool_of_one, server_url  # noqa: F401
from tests.real_servers.peers import Journal, aiohttp_server, uvicorn_server


@pytest.fixture
async def aiohttp_peer() -> AsyncIterator[tuple[str, Journal]]:
    async with aiohttp_server() as peer:
        yield peer


@pytest.fixture
def uvicorn_peer() -> Iterator[tuple[str, Journal]]:
    with uvicorn_server() as peer:
        yield peer


@pytest.fixture
async def session(aiohttp_peer: tuple[str, Journal]) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(aiohttp_peer[0]) as client:
        yield client


@pytest.fixture
async def client(uvicorn_peer: tuple[str, Journal]) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=uvicorn_peer[0]) as found:
        yield found
