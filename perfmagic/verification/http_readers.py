"""What a response or a request of an HTTP library says, read from its state: nothing is fetched and nothing is opened.

Sessions, connections, loops and whatever else carries the exchange are passed over, and so nothing holds on to them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from perfmagic.verification.http_headers import Texts, header_texts, library_of, plain_cookies
from perfmagic.verification.naming import ancestry, class_name, importable, members


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an exchange said.

    Attributes
    ----------
    named
        Parts by the name under which people know them; the values are the live objects.
    headers
        Headers to compare.
    unread
        Whether the body may still be read: what it will be is not known.
    gone
        Whether the body was not kept and cannot be read any more.
    """

    named: Mapping[str, object]
    headers: Texts
    unread: bool = False
    gone: bool = False


State = dict[str, object]
Reader = Callable[[State], Said]


def reader_of(cls: type) -> Reader | None:
    """How to read objects of the class, ``None`` if it is not of an HTTP library that was imported."""
    for base in ancestry(cls):
        name = class_name(base)
        if name in _READERS and importable(base, *name):
            return _READERS[name]
    return None


def is_response(cls: type) -> bool:
    """Whether the objects are responses, not requests."""
    return reader_of(cls) in _RESPONSES


def _said(
    state: State,
    named: State,
    ignored: frozenset[str],
    headers: object,
    *,
    unread: bool = False,
    gone: bool = False,
) -> Said:
    """Put together the parts; what no rule mentions (an attribute that the user sets) is a part too."""
    texts = header_texts(headers) if headers is not None else {}
    rest = {name: value for name, value in state.items() if name not in ignored and name not in named}
    own = {"headers": headers} if texts is None else {}
    return Said(named={**named, **own, **rest}, headers=texts or {}, unread=unread, gone=gone)


def _url(value: object) -> object:
    """The text of a URL of the libraries."""
    return str(value) if library_of(value) in {"httpx", "yarl"} else value


def _httpx_response(state: State) -> Said:
    extensions = state.get("extensions")
    told = cast("State", extensions) if type(extensions) is dict else {}
    named = {
        "status_code": state.get("status_code"),
        "content": state.get("_content"),
        "request": state.get("_request"),
        "encoding": state.get("_encoding"),
        "cookies": _httpx_cookies(state.get("_cookies")),
        "extensions": {
            key: value for key, value in told.items() if key not in {"network_stream", "stream_id"}
        },
    }
    kept = "_content" in state
    ended = state.get("is_closed") is True or state.get("is_stream_consumed") is True
    headers = state.get("headers")
    return _said(state, named, _HTTPX, headers, unread=not kept and not ended, gone=not kept and ended)


def _httpx_cookies(cookies: object) -> object:
    return plain_cookies(getattr(cookies, "jar", None)) if library_of(cookies) == "httpx" else cookies


def _httpx_request(state: State) -> Said:
    named = {
        "method": state.get("method"),
        "url": _url(state.get("url")),
        "content": state.get("_content"),
    }
    return _said(state, named, _HTTPX, state.get("headers"))


def _aiohttp_response(state: State) -> Said:
    info = state.get("_request_info")
    named = {
        "status": state.get("status"),
        "reason": state.get("reason"),
        "method": state.get("method"),
        "url": _url(state.get("_url")),
        "body": state.get("_body"),
        "history": state.get("_history", ()),
        "cookies": plain_cookies(state.get("_cookies")),
        "request_info": header_texts(getattr(info, "headers", None))
        if library_of(info) == "aiohttp"
        else info,
    }
    kept = state.get("_body") is not None
    ended = state.get("_released") is True or _at_end(state.get("content"))
    headers = state.get("_raw_headers")
    return _said(state, named, _AIOHTTP, headers, unread=not kept and not ended, gone=not kept and ended)


def _requests_response(state: State) -> Said:
    content, raw = state.get("_content"), state.get("raw")
    known = library_of(raw) == "urllib3"
    named = {
        "status_code": state.get("status_code"),
        "reason": state.get("reason"),
        "url": state.get("url"),
        "content": None if content is False else content,
        "cookies": plain_cookies(state.get("cookies")),
        "version": getattr(raw, "version", None) if known else None,
    }
    closed = raw is None or (known and getattr(raw, "closed", False) is True)
    ended = closed or state.get("_content_consumed") is True
    kept = content is not False
    headers = state.get("headers")
    return _said(state, named, _REQUESTS, headers, unread=not kept and not ended, gone=not kept and ended)


def _requests_request(state: State) -> Said:
    named = {"method": state.get("method"), "url": state.get("url"), "body": state.get("body")}
    return _said(state, named, _REQUESTS, state.get("headers"))


def _stdlib_response(state: State) -> Said:
    named = {"status": state.get("status"), "reason": state.get("reason"), "url": state.get("url")}
    unread = state.get("fp") is not None
    return _said(state, named, _STDLIB, state.get("headers"), unread=unread, gone=not unread)


def _at_end(stream: object) -> bool:
    """Whether nothing more can come from the stream of a body."""
    for base in ancestry(type(stream)):
        name = class_name(base)
        if name[0] == "aiohttp.streams" and importable(base, *name) and "at_eof" in members(base):
            return bool(cast("Callable[[object], bool]", members(base)["at_eof"])(stream))
    return False


_HTTPX = frozenset(
    {
        *(
            "headers",
            "stream",
            "is_closed",
            "is_stream_consumed",
            "_request",
            "_content",
            "_encoding",
            "_text",
        ),
        *("_cookies", "_decoder", "_elapsed", "_num_bytes_downloaded"),
    }
)
_AIOHTTP = frozenset(
    {
        *("_url", "_real_url", "_body", "_history", "_cookies", "_raw_cookie_headers", "_request_info"),
        *("_headers", "_raw_headers", "content", "_cache", "_closed", "_released", "_in_context"),
        *("_loop", "_session", "_connection", "_protocol", "_timer", "_traces", "_continue"),
        *("_resolve_charset", "_writer", "_ClientResponse__writer", "_stream_writer", "_output_size"),
        *("_upload_complete", "_source_traceback"),
    }
)
_REQUESTS = frozenset(
    {"headers", "_content", "_content_consumed", "raw", "connection", "elapsed", "_cookies", "_body_position"}
)
_STDLIB = frozenset(
    {
        "headers",
        "msg",
        "code",
        "fp",
        "length",
        "chunk_left",
        "will_close",
        "debuglevel",
        "_method",
        "__IOBase_closed",
    }
)
_READERS: Mapping[tuple[str, str], Reader] = {
    ("httpx", "Response"): _httpx_response,
    ("httpx", "Request"): _httpx_request,
    ("aiohttp.client_reqrep", "ClientResponse"): _aiohttp_response,
    ("requests.models", "Response"): _requests_response,
    ("requests.models", "PreparedRequest"): _requests_request,
    ("http.client", "HTTPResponse"): _stdlib_response,
}
_RESPONSES = frozenset({_httpx_response, _aiohttp_response, _requests_response, _stdlib_response})
