"""HTTP servers on free loopback ports that remember what reached them and whether two requests were under way at once."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import uvicorn
from aiohttp import web

ANSWER_S = 0.05
"""Long enough that requests that are sent at once meet in the server."""


@dataclass
class Journal:
    """What happened in a server, in order."""

    events: list[tuple[str, str]] = field(default_factory=list)

    def begin(self, what: str) -> None:
        self.events.append(("begin", what))

    def end(self, what: str) -> None:
        self.events.append(("end", what))

    @property
    def most_at_once(self) -> int:
        """The largest number of requests that were under way together."""
        running = most = 0
        for event, _ in self.events:
            running += 1 if event == "begin" else -1
            most = max(most, running)
        return most

    @property
    def order(self) -> list[str]:
        """The requests in the order in which they came."""
        return [what for event, what in self.events if event == "begin"]


async def _answer(journal: Journal, method: str, path: str) -> dict[str, object]:
    journal.begin(f"{method} {path}")
    await asyncio.sleep(ANSWER_S)
    posts = sum(1 for each in journal.order if each.startswith("POST"))
    journal.end(f"{method} {path}")
    return {"u": path, "posts": posts}


@asynccontextmanager
async def aiohttp_server() -> AsyncIterator[tuple[str, Journal]]:
    """The URL and the journal of an aiohttp server in the loop of the test."""
    journal = Journal()

    async def handle(request: web.Request) -> web.Response:
        return web.json_response(await _answer(journal, request.method, request.path))

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}", journal
    finally:
        await runner.cleanup()


Send = Callable[[dict[str, object]], Awaitable[None]]


@contextmanager
def uvicorn_server() -> Iterator[tuple[str, Journal]]:
    """The URL and the journal of a uvicorn server in a thread of its own."""
    journal = Journal()

    async def app(scope: dict[str, object], receive: object, send: Send) -> None:
        body = await _answer(journal, str(scope["method"]), str(scope["path"]))
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        started = threading.Event()
        server = _Announcing(uvicorn.Config(app, log_level="warning", lifespan="off"), started)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            assert started.wait(30), "the uvicorn server did not start"
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", journal
        finally:
            server.should_exit = True
            thread.join(30)


class _Announcing(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()
