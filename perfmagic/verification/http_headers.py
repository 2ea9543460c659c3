"""Headers as text, and which of them tell about the exchange and not about what was said.

Two runs of one cell differ in the time of day, in the number of the request, in the server that answered and in what is
left of a quota, whatever the cell does. Everything that describes the content is compared.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Protocol, cast

from perfmagic.verification.naming import class_name, importable
from perfmagic.verification.picture import ATOMS, type_text

Texts = dict[str, "str | tuple[str, ...]"]

_EXCHANGE = frozenset(
    {
        *("date", "age", "expires", "connection", "keep-alive", "via", "server-timing", "nel", "report-to"),
        *("cf-ray", "cf-cache-status", "x-cache", "x-cache-hits", "x-served-by", "x-timer", "x-amz-id-2"),
        *("traceparent", "tracestate", "b3", "x-amz-cf-id", "x-amz-cf-pop", "x-runtime", "x-request-start"),
        *("x-cloud-trace-context", "x-amzn-trace-id"),
    }
)
_ID = r"(request|correlation|trace|span|parentspan)[-_]?(id|guid|uuid)"
_TIME = r"((response|process|processing|request|render|service|upstream|execution|query)[-_])+(time|duration)([-_]ms)?"
_QUOTA = r"rate-?limit(-(remaining|reset|used)(-\w+)*)?"
_OF_EXCHANGE = re.compile(rf"(?:[\w-]+-)?(?:{_ID}|{_TIME}|{_QUOTA}|requestid)")
_EXPIRES = re.compile(r"(?i);\s*expires=[^;]*")


class _Pairs(Protocol):
    def items(self) -> Iterable[tuple[object, object]]: ...


class _Raw(Protocol):
    raw: Iterable[tuple[object, object]]


def tells_of_the_exchange(name: str) -> bool:
    """Whether a header (in lower case) tells when, where, as which request or at what cost the server answered."""
    return name in _EXCHANGE or _OF_EXCHANGE.fullmatch(name) is not None


def header_texts(headers: object) -> Texts | None:
    """The headers to compare, by name in lower case; ``None`` if they are not of a known library.

    Cookies come without the moment when they expire.
    """
    found: dict[str, list[str]] = {}
    pairs = _pairs(headers)
    if pairs is None:
        return None
    for name, value in pairs:
        key = _text(name).lower()
        if not tells_of_the_exchange(key):
            text = _text(value)
            found.setdefault(key, []).append(_EXPIRES.sub("", text) if key == "set-cookie" else text)
    return {key: texts[0] if len(texts) == 1 else tuple(texts) for key, texts in sorted(found.items())}


def _pairs(headers: object) -> Iterable[tuple[object, object]] | None:
    """Names and values, read by the methods of the libraries alone."""
    if type(headers) is tuple:
        return cast("tuple[tuple[object, object], ...]", headers)
    if library_of(headers) == "httpx":
        return cast("_Raw", headers).raw
    known = library_of(headers) in {"requests", "multidict", "http"}
    return cast("_Pairs", headers).items() if known else None


def _text(value: object) -> str:
    """A name or a value; of an object that is neither text nor number only the type, lest its code runs."""
    if type(value) is bytes:
        return value.decode("latin-1")
    return str(value) if type(value) in ATOMS else type_text(type(value))


def library_of(value: object) -> str:
    """The library whose very own class the object has; empty for subclasses and whatever else cannot be trusted."""
    cls = type(value)
    module, qualname = class_name(cls)
    return module.partition(".")[0] if importable(cls, module, qualname) else ""


def plain_cookies(jar: object) -> object:
    """Names and values of the cookies that a library keeps, the object itself where it is of no known library."""
    if library_of(jar) not in {"requests", "http"}:
        return jar
    if isinstance(jar, dict):
        morsels = cast("Mapping[str, object]", jar)
        return {name: str(getattr(morsel, "value", morsel)) for name, morsel in sorted(morsels.items())}
    cookies = cast("Iterable[object]", jar)
    parts = ("domain", "path", "name", "value")
    return tuple(sorted(tuple(str(getattr(each, part, "")) for part in parts) for each in cookies))
