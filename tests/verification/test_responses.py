"""Responses of HTTP libraries: what was said is compared, when and over what it came is not."""

import datetime as dt
import gc
import sys
import types
import weakref
from collections.abc import Callable

import httpx
import pytest
import requests

from perfmagic.model.run import Outcome
from perfmagic.model.verdict import Status, Verdict
from perfmagic.verification import responses
from perfmagic.verification.http_headers import tells_of_the_exchange
from perfmagic.verification.outcome import freeze, varying_headers, verify
from perfmagic.verification.same import same
from perfmagic.verification.snapshot import take

from .pairs import Pair, cases, equal, pair, unknown

URL = "http://example.org/a"


class Stream(httpx.SyncByteStream):
    """A body that nobody has read."""

    def __iter__(self) -> object:
        raise AssertionError("the network was read")


def of_httpx(
    status: int = 200,
    body: bytes | None = b"{}",
    url: str = URL,
    sent: dict[str, str] | None = None,
    method: str = "GET",
    **headers: str,
) -> httpx.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = httpx.Request(method, url, headers=sent)
    if body is None:
        return httpx.Response(status, headers=names, stream=Stream(), request=request)
    return httpx.Response(status, headers=names, content=body, request=request)


def of_requests(
    status: int = 200, body: bytes = b"{}", url: str = URL, sent: dict[str, str] | None = None, **headers: str
) -> requests.Response:
    made = requests.Response()
    made.status_code, made._content, made._content_consumed, made.url = status, body, True, url
    made.reason = "OK"
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    made.request = requests.Request("GET", url, headers=sent).prepare()
    return made


def changed(make: Callable[[], object], change: Callable[[object], object]) -> Callable[[], object]:
    """Make a response and do something to it."""

    def both() -> object:
        made = make()
        change(made)
        return made

    return both


def timed(make: Callable[..., object], seconds: float) -> Callable[[], object]:
    return changed(make, lambda made: setattr(made, "elapsed", dt.timedelta(seconds=seconds)))


def closed() -> object:
    made = of_httpx(body=None)
    made.is_closed = True
    return made


EITHER = {"httpx": of_httpx, "requests": of_requests}
PAIRS: dict[str, Pair] = {}
for library, make in EITHER.items():
    PAIRS |= {
        f"{library}: the same": equal(make),
        f"{library}: in a list": equal(lambda make=make: [make(), make(404)]),
        f"{library}: another date": pair(
            "equal", lambda make=make: make(date="Mon"), lambda make=make: make(date="Tue")
        ),
        f"{library}: another request number": pair(
            "equal", lambda make=make: make(x_request_id="1"), lambda make=make: make(x_request_id="2")
        ),
        f"{library}: less left of a quota": pair(
            "equal",
            lambda make=make: make(x_ratelimit_remaining="9"),
            lambda make=make: make(x_ratelimit_remaining="8"),
        ),
        f"{library}: a cookie that expires later": pair(
            "equal",
            lambda make=make: make(set_cookie="a=b; expires=Mon, 1 Jan; Path=/"),
            lambda make=make: make(set_cookie="a=b; expires=Tue, 2 Jan; Path=/"),
        ),
        f"{library}: it took longer": pair("equal", timed(make, 1), timed(make, 2)),
        f"{library}: another status": pair("different", make, lambda make=make: make(500)),
        f"{library}: another body": pair("different", make, lambda make=make: make(body=b"{...}")),
        f"{library}: another URL": pair("different", make, lambda make=make: make(url=URL + "b")),
        f"{library}: another type of content": pair(
            "different",
            lambda make=make: make(content_type="text/html"),
            lambda make=make: make(content_type="text/plain"),
        ),
        f"{library}: a redirect elsewhere": pair(
            "different",
            lambda make=make: make(302, location="/a"),
            lambda make=make: make(302, location="/b"),
        ),
        f"{library}: a header that no rule knows": pair(
            "unknown", lambda make=make: make(x_next="1"), lambda make=make: make(x_next="2")
        ),
        f"{library}: a header is missing": pair("unknown", lambda make=make: make(x_next="1"), make),
        f"{library}: sent with a cookie": pair(
            "different", make, lambda make=make: make(sent={"cookie": "a=b"})
        ),
        f"{library}: an attribute that the cell sets": pair(
            "different",
            changed(make, lambda made: setattr(made, "note", 1)),
            changed(make, lambda made: setattr(made, "note", 2)),
        ),
        f"{library}: only one has an attribute": pair(
            "different", make, changed(make, lambda made: setattr(made, "note", 2))
        ),
        f"{library}: the status is overwritten": pair(
            "different", make, changed(make, lambda made: setattr(made, "status_code", 201))
        ),
        f"{library}: the history differs": pair(
            "different", make, changed(make, lambda made, make=make: made.history.append(make(302)))
        ),
        f"{library}: another encoding is set": pair(
            "different", make, changed(make, lambda made: setattr(made, "encoding", "latin-1"))
        ),
        f"{library}: against its JSON": pair("different", make, lambda make=make: make().json()),
        f"{library}: one object in two places": pair(
            "different", lambda make=make: [make()] * 2, lambda make=make: [make(), make()]
        ),
    }
PAIRS |= {
    "httpx: another method": pair("different", of_httpx, lambda: of_httpx(method="HEAD")),
    "httpx: not read yet": unknown(lambda: of_httpx(body=None)),
    "httpx: closed and never read": equal(closed),
    "httpx: closed, and not read yet": pair("unknown", closed, lambda: of_httpx(body=None)),
    "httpx: read, and not read yet": pair("different", of_httpx, lambda: of_httpx(body=None)),
    "httpx: read, and closed": pair("different", of_httpx, closed),
    "httpx: a request": equal(lambda: httpx.Request("PUT", URL, content=b"1")),
    "httpx: a request with another body": pair(
        "different",
        lambda: httpx.Request("PUT", URL, content=b"1"),
        lambda: httpx.Request("PUT", URL, content=b"2"),
    ),
    "httpx: a response that was decoded": equal(changed(of_httpx, lambda made: made.text)),
    "httpx: a response whose cookies were looked at": equal(
        changed(lambda: of_httpx(set_cookie="a=b"), lambda made: made.cookies)
    ),
    "requests: another reason": pair(
        "different", of_requests, changed(of_requests, lambda made: setattr(made, "reason", "Fine"))
    ),
    "requests: other cookies": pair(
        "different", of_requests, changed(of_requests, lambda made: made.cookies.set("a", "b"))
    ),
    "httpx and requests": pair("different", of_httpx, of_requests),
}


@cases(PAIRS)
def test_responses_relate_as_what_they_say(pair: Pair) -> None:
    assert same(*pair.make()).status == pair.status


@pytest.mark.parametrize("make", EITHER.values(), ids=EITHER)
def test_what_is_left_out_is_said_once(make: Callable[..., object]) -> None:
    sides = [[make(date=f"Mon {each}"), make(404, date="Tue")] for each in "ab"]
    assert same(*sides) == Verdict(status=Status.EQUAL, checked=("value",), unchecked=(responses.EXCHANGE,))


def test_a_body_that_may_still_be_read_is_named() -> None:
    verdict = same(of_httpx(body=None), of_httpx(body=None))
    assert f"value.body: {responses.UNREAD}" in verdict.unchecked
    assert not verdict.checked


def test_a_difference_says_where_it_is() -> None:
    verdict = same([of_httpx(content_type="a")], [of_httpx(500, content_type="b")])
    assert [each.path for each in verdict.differences] == [
        "value[0].status_code",
        "value[0].headers['content-type']",
    ]


def outcome(**bindings: object) -> Outcome:
    return Outcome(bindings=bindings, stdout="", displays=(), value=None, error=None)


def test_headers_that_the_cell_varies_by_itself_are_learned_and_listed() -> None:
    first, again, candidate = (freeze(outcome(r=of_httpx(x_nonce=each))) for each in "abc")
    varying = varying_headers(first, again)
    assert varying == {"x-nonce"}
    assert verify(first, candidate, rtol=0.0).status is Status.UNKNOWN
    verdict = verify(first, candidate, rtol=0.0, varying=varying)
    assert verdict.status is Status.EQUAL
    assert verdict.unchecked == (
        responses.EXCHANGE,
        "responses: runs of the cell as written differ in header x-nonce",
    )


def test_the_cookies_of_a_varying_header_vary_with_it() -> None:
    def made(value: str) -> requests.Response:
        found = of_requests(set_cookie=f"a={value}")
        found.cookies.set("a", value)
        return found

    first, again, candidate = (freeze(outcome(r=made(each))) for each in "123")
    assert verify(first, again, rtol=0.0).status is Status.DIFFERENT
    varying = varying_headers(first, again)
    assert varying == {"set-cookie"}
    assert verify(first, candidate, rtol=0.0, varying=varying).status is Status.EQUAL


def test_headers_that_describe_the_content_are_never_learned() -> None:
    sides = (freeze(outcome(r=of_httpx(etag=each, content_type=each, location=each))) for each in "ab")
    assert varying_headers(*sides) == frozenset()


def test_what_was_sent_is_never_learned() -> None:
    sides = [freeze(outcome(r=of_httpx(sent={"cookie": each}))) for each in "ab"]
    assert varying_headers(*sides) == frozenset()
    assert verify(*sides, rtol=0.0, varying=frozenset({"cookie"})).status is Status.DIFFERENT


def test_a_learned_header_does_not_excuse_another_body() -> None:
    sides = [freeze(outcome(r=of_httpx(body=each, x_nonce="1"))) for each in (b"1", b"2")]
    assert verify(*sides, rtol=0.0, varying=frozenset({"x-nonce"})).status is Status.DIFFERENT


def test_a_picture_stays_as_the_response_was() -> None:
    made = of_httpx()
    before = freeze(outcome(r=made))
    made.headers["content-type"] = "text/html"
    assert verify(before, freeze(outcome(r=made)), rtol=0.0).status is Status.DIFFERENT


def test_a_picture_keeps_neither_the_response_nor_its_stream_alive() -> None:
    made = of_httpx(body=None)
    gone = [weakref.ref(made), weakref.ref(made.stream)]
    kept = take({"r": made})
    del made
    gc.collect()
    assert [each() for each in gone] == [None, None]
    assert kept.roots


def test_a_class_that_only_bears_the_name_is_no_response() -> None:
    """It is an instance like any other, so its headers are not excused."""
    fake = type("Response", (), {"__module__": "httpx"})
    sides = []
    for date in ("Mon", "Tue"):
        made = fake()
        made.status_code, made.headers = 200, {"date": date}
        sides.append(made)
    assert same(*sides).status is Status.DIFFERENT


def test_a_library_that_is_not_imported_is_not_imported() -> None:
    """Names lead to classes through modules that are there."""
    absent = types.SimpleNamespace(status=200)
    before = set(sys.modules)
    assert same(absent, absent).status is Status.EQUAL
    assert set(sys.modules) == before


class Eager(httpx.Response):
    """A user's subclass."""

    @property
    def url(self) -> httpx.URL:
        raise AssertionError("code of the user ran")


def test_a_subclass_is_read_past_its_own_code() -> None:
    sides = [Eager(200, content=b"1", headers={"date": each}) for each in ("Mon", "Tue")]
    assert same(*sides).status is Status.EQUAL


class Loud:
    def __str__(self) -> str:
        raise AssertionError("code of the user ran")


def test_a_header_that_is_no_text_runs_nothing() -> None:
    made = of_requests()
    made.headers["x-loud"] = Loud()
    assert same(made, made).status is Status.EQUAL


@pytest.mark.parametrize(
    "name",
    [
        *("date", "age", "expires", "server-timing", "traceparent", "x-request-id", "x-github-request-id"),
        *("x-amzn-requestid", "x-amz-request-id", "cf-ray", "x-correlation-id", "x-runtime", "via"),
        *("x-response-time", "x-process-time", "x-envoy-upstream-service-time", "x-response-time-ms"),
        *("ratelimit-remaining", "x-ratelimit-reset", "x-rate-limit-used", "ratelimit", "keep-alive"),
    ],
)
def test_headers_of_the_exchange(name: str) -> None:
    assert tells_of_the_exchange(name)


@pytest.mark.parametrize(
    "name",
    [
        *("etag", "last-modified", "content-type", "content-length", "location", "link", "set-cookie"),
        *(
            "x-total-count",
            "x-next-page",
            "retry-after",
            "x-user-id",
            "vary",
            "cache-control",
            "x-date-of-birth",
        ),
        *("ratelimit-limit", "x-data-id", "www-authenticate", "x-time-zone", "x-session-id", "update"),
    ],
)
def test_headers_that_are_said(name: str) -> None:
    assert not tells_of_the_exchange(name)
