"""Responses of real clients: compared while they are open, read, released and closed; no connection is held."""

import asyncio
import gc
import itertools
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from http.client import HTTPConnection, HTTPResponse

import aiohttp
import httpx
import pytest
import requests
from aiohttp import web

from perfmagic.model.run import Outcome
from perfmagic.model.verdict import Status
from perfmagic.verification.outcome import freeze
from perfmagic.verification.responses import NOT_KEPT, UNREAD
from perfmagic.verification.same import same

pytestmark = pytest.mark.servers

Get = Callable[[str], Awaitable[object]]


async def _answer(request: web.Request, number: int) -> web.StreamResponse:
    path = request.path
    about = {"X-Request-Id": str(number), "Date": f"moment {number}"}
    if path == "/moved":
        return web.Response(status=302, headers={**about, "Location": "/a"})
    if path == "/refused":
        return web.Response(status=403, text="no", headers=about)
    if path == "/counted":
        return web.json_response({"number": number}, headers=about)
    if path == "/typed":
        return web.Response(text="1", content_type=f"text/x-{number}")
    if path == "/nothing":
        return web.Response(status=204, headers=about)
    return web.json_response({"path": path}, headers=about)


@pytest.fixture
async def server() -> AsyncIterator[str]:
    app = web.Application()
    numbers = itertools.count()

    async def handle(request: web.Request) -> web.StreamResponse:
        return await _answer(request, next(numbers))

    app.router.add_route("*", "/{tail:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@pytest.fixture(params=["httpx", "aiohttp", "aiohttp, block", "requests", "http.client"])
async def get(request: pytest.FixtureRequest, server: str) -> AsyncIterator[Get]:
    """How each client gets a page and reads it; the last three leave responses whose connection is given back."""
    async with httpx.AsyncClient(follow_redirects=True) as client, aiohttp.ClientSession() as session:

        async def in_block(path: str) -> object:
            async with session.get(server + path) as response:
                await response.read()
            return response

        async def kept(path: str) -> object:
            response = await session.get(server + path)
            await response.read()
            return response

        def opened(path: str) -> HTTPResponse:
            connection = HTTPConnection(server.removeprefix("http://"))
            try:
                connection.request("GET", path)
                response = connection.getresponse()
                response.read()
                return response
            finally:
                connection.close()

        ways: dict[str, Get] = {
            "httpx": lambda path: client.get(server + path),
            "aiohttp": kept,
            "aiohttp, block": in_block,
            "requests": lambda path: asyncio.to_thread(requests.get, server + path),
            "http.client": lambda path: asyncio.to_thread(opened, path),
        }
        yield ways[request.param]


@pytest.mark.parametrize("path", ["/a", "/refused", "/nothing", "/moved"])
async def test_the_same_page_twice_is_equal(get: Get, path: str) -> None:
    """Date and request number differ, and they say nothing."""
    assert same(await get(path), await get(path)).status is Status.EQUAL


@pytest.mark.parametrize("path", ["/other", "/refused", "/nothing", "/moved"])
async def test_another_page_is_different(get: Get, path: str) -> None:
    """Also for `http.client`, which keeps neither URL nor body, but the length of the body."""
    assert same(await get("/a"), await get(path)).status is Status.DIFFERENT


async def test_another_description_of_the_content_is_different(get: Get) -> None:
    assert same(await get("/typed"), await get("/typed")).status is Status.DIFFERENT


async def test_a_body_that_differs_is_noticed_where_the_client_keeps_it(
    get: Get, request: pytest.FixtureRequest
) -> None:
    verdict = same(await get("/counted"), await get("/counted"))
    keeps = "http.client" not in request.node.name
    assert verdict.status is (Status.DIFFERENT if keeps else Status.EQUAL)
    assert (NOT_KEPT in verdict.unchecked) is not keeps


async def test_a_frozen_outcome_holds_no_response(get: Get) -> None:
    response = await get("/a")
    frozen = freeze(Outcome(bindings={"r": response}, stdout="", displays=(), value=None, error=None))
    gone = weakref.ref(response)
    del response
    for _ in range(3):  # a worker thread or a transport lets go a moment later
        await asyncio.sleep(0.01)
        gc.collect()
    assert gone() is None
    assert frozen.names == ("r",)


async def test_a_body_that_is_not_read_is_left_so(server: str) -> None:
    async with aiohttp.ClientSession() as session:
        sides = [await session.get(f"{server}/a") for _ in range(2)]
        verdict = same(*sides)
        assert verdict.status is Status.UNKNOWN
        assert f"value.body: {UNREAD}" in verdict.unchecked
        assert [await each.json() for each in sides] == [{"path": "/a"}] * 2


async def test_a_body_that_nobody_read_in_time_is_no_difference(server: str) -> None:
    async with aiohttp.ClientSession() as session:
        sides = []
        for _ in range(2):
            async with session.get(f"{server}/a") as response:
                sides.append(response)
        verdict = same(*sides)
    assert verdict.status is Status.EQUAL
    assert NOT_KEPT in verdict.unchecked


async def test_streams_of_httpx_are_unknown_until_they_end(server: str) -> None:
    async with (
        httpx.AsyncClient() as client,
        client.stream("GET", f"{server}/a") as one,
        client.stream("GET", f"{server}/a") as two,
    ):
        assert same(one, two).status is Status.UNKNOWN
        for each in (one, two):
            assert [part async for part in each.aiter_bytes()] == [b'{"path": "/a"}']
        assert same(one, two).status is Status.EQUAL


def _streams(server: str) -> list[Status]:
    with requests.Session() as session:
        sides = [session.get(f"{server}/a", stream=True) for _ in range(2)]
        first = same(*sides).status
        assert [each.json() for each in sides] == [{"path": "/a"}] * 2
        return [first, same(*sides).status]


async def test_streams_of_requests_are_unknown_until_they_are_read(server: str) -> None:
    assert await asyncio.to_thread(_streams, server) == [Status.UNKNOWN, Status.EQUAL]
