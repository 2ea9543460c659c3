"""Models of HTTP clients, their responses, WebSockets and streams."""

from collections.abc import Iterable

from perfmagic.analysis.effects import Kind
from perfmagic.analysis.models.client import Client, table_of, words
from perfmagic.analysis.models.model import Model, Table, Use, group

SERVER = "the server"
_READS = words("get head options")
_WRITES = words("post put patch delete")
_VERBS = (*_READS, *_WRITES, "request")


def _client(
    names: Iterable[str], response: str, *, slots: tuple[str, ...] = (), blocking: bool = False
) -> Client:
    enter, leave = ("__enter__", "__exit__") if blocking else ("__aenter__", "__aexit__")
    return Client(
        names=tuple(names),
        service=SERVER,
        slots=slots,
        blocking=blocking,
        reads=_READS,
        writes=_WRITES,
        requests=("request",),
        uses=(enter,),
        closes=(leave, "close" if blocking else "aclose"),
        immediate=(enter,) if blocking else (),
        returns={**dict.fromkeys(_VERBS, f"new:{response}"), enter: "self"},
    )


def _functions(module: str, response: str) -> Table:
    """Return the models of functions that make a client for one request."""
    made = f"new:{response}"
    verbs = Client(
        names=(module,),
        service=SERVER,
        blocking=True,
        reads=_READS,
        writes=_WRITES,
        requests=("request",),
        returns=dict.fromkeys(_VERBS, made),
    )
    return verbs.models()


_HTTPX_POOL = ("_transport._pool._max_connections",)
_HTTPX_RESPONSE = Client(
    names=("httpx.Response", "httpx._models.Response"),
    pure=words("json raise_for_status read iter_lines iter_bytes iter_text"),
    attributes=words(
        "status_code headers url text content cookies reason_phrase is_success is_error is_redirect links encoding elapsed"
    ),
    returns={"raise_for_status": "self"},
)
_HTTPX: Table = {
    **table_of(
        _client(("httpx.AsyncClient", "httpx._client.AsyncClient"), "httpx.Response", slots=_HTTPX_POOL),
        _client(("httpx.Client", "httpx._client.Client"), "httpx.Response", slots=_HTTPX_POOL, blocking=True),
        _HTTPX_RESPONSE,
    ),
    **_functions("httpx._api", "httpx.Response"),
    "httpx.AsyncClient": Model(handler="held", option="httpx.AsyncClient"),
    "httpx._client.AsyncClient": Model(handler="held", option="httpx.AsyncClient"),
    "httpx.Client": Model(handler="held", option="httpx.Client"),
    "httpx._client.Client": Model(handler="held", option="httpx.Client"),
}

_REQUESTED = "aiohttp.client._BaseRequestContextManager"
_AIOHTTP: Table = {
    **table_of(
        Client(
            names=("aiohttp.client.ClientSession", "aiohttp.ClientSession"),
            service=SERVER,
            slots=("_connector._limit",),
            reads=_READS,
            writes=_WRITES,
            requests=("request",),
            uses=("__aenter__",),
            closes=words("__aexit__ close"),
            immediate=_VERBS,
            returns={**dict.fromkeys(_VERBS, f"new:{_REQUESTED}"), "__aenter__": "self"},
        ),
        Client(
            names=("aiohttp.ClientResponse", "aiohttp.client_reqrep.ClientResponse"),
            sharing="exclusive",
            service="",
            uses=words("json text read __aenter__ __aexit__ release close"),
            immediate=words("release close"),
            pure=words("raise_for_status"),
            attributes=words(
                "status headers url ok reason cookies content_type content_length real_url method"
            ),
            returns={"__aenter__": "self", "raise_for_status": "none"},
        ),
    ),
    **group(
        Model(result="new:aiohttp.ClientResponse", awaits=True, reads="no"),
        _REQUESTED,
        "__aenter__ __await__",
    ),
    f"{_REQUESTED}.__aexit__": Model(result="none", awaits=True, reads="no"),
    "aiohttp.client.ClientSession": Model(handler="held", option="aiohttp.ClientSession"),
}

_REQUESTS: Table = {
    **_functions("requests.api", "requests.models.Response"),
    **table_of(
        _client(("requests.sessions.Session",), "requests.models.Response", blocking=True),
        Client(
            names=("requests.models.Response",),
            pure=words("json raise_for_status iter_lines iter_content close"),
            attributes=words("status_code headers url ok reason text content cookies encoding links elapsed"),
        ),
    ),
    "requests.sessions.Session": Model(result="new:requests.sessions.Session"),
    "requests.sessions.session": Model(result="new:requests.sessions.Session"),
    "urllib.request.urlopen": Model(handler="urlopen", blocking=True, result="new:http.client.HTTPResponse"),
    "http.client.HTTPResponse.*": Model(mutates=True, blocking=True),
}


def _socket(module: str, *, blocking: bool) -> Client:
    hooks = words("__enter__ __exit__" if blocking else "__aenter__ __aexit__")
    return Client(
        names=(f"websockets.{module}.connection.Connection", f"websockets.{module}.client.ClientConnection"),
        sharing="exclusive",
        service=SERVER,
        blocking=blocking,
        consumes=words("recv"),
        writes=words("send ping pong"),
        closes=words("close"),
        returns={hooks[0]: "self"},
    )


_STREAMS: Table = {
    **table_of(
        _socket("asyncio", blocking=False),
        _socket("sync", blocking=True),
        Client(
            names=("asyncio.streams.StreamReader",),
            sharing="exclusive",
            service=SERVER,
            consumes=words("read readline readexactly readuntil"),
            pure=words("at_eof exception"),
        ),
        Client(
            names=("asyncio.streams.StreamWriter",),
            sharing="exclusive",
            service=SERVER,
            writes=words("write writelines write_eof drain"),
            closes=words("close wait_closed"),
            immediate=words("write writelines write_eof close"),
            pure=words("is_closing can_write_eof"),
        ),
    ),
    **group(
        Model(handler="streams", awaits=True, use=Use(effect="uses", service="a new connection")),
        "asyncio.streams",
        "open_connection start_server",
    ),
}

_ROUTED = "get post put delete patch options head trace api_route websocket"
_ROUTES: Table = {
    **{
        f"{name}.{method}": Model(
            handler="wraps",
            locations=((Kind.EXTERNAL, "routes", True),),
            hazard="it registers a route",
        )
        for name in ("fastapi.applications.FastAPI", "fastapi.routing.APIRouter")
        for method in words(_ROUTED)
    }
}
"""Decorators that give back the function as it is."""

WEB: Table = {**_ROUTES, **_HTTPX, **_AIOHTTP, **_REQUESTS, **_STREAMS}
