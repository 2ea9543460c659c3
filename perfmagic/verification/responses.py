"""Responses of HTTP libraries, and the requests in them: by what they say, not by when and over what they came."""

from collections.abc import Hashable, Mapping

from perfmagic.model.verdict import Status
from perfmagic.verification.http_headers import Texts
from perfmagic.verification.http_readers import is_response, reader_of
from perfmagic.verification.layout import Layout
from perfmagic.verification.picture import Camera, Judge, Picture, Trail, brief, type_text

EXCHANGE = "responses: time stamps, request numbers, quotas and the connection are not compared"
NOT_KEPT = "responses: a body that was not read, or not kept, is not compared"
UNREAD = "the body is not read yet, and reading it would change it"
_CONTENT = frozenset({"location", "link", "etag", "last-modified", "www-authenticate", "retry-after"})


class ExchangePicture(Picture):
    """A request: method, URL, headers, body."""

    __slots__ = ("gone", "headers", "named", "unread")
    stateful = False

    named: dict[str, object]
    headers: Texts
    unread: bool
    gone: bool

    def fill(self, value: object, camera: Camera) -> None:
        """Read the state of the object; no method of a subclass runs."""
        read = reader_of(self.cls)
        assert read is not None
        said = read(Layout.of(self.cls).attributes(value))
        self.named = dict(zip(said.named, camera.see_all(tuple(said.named.values())), strict=True))
        self.headers, self.unread, self.gone = said.headers, said.unread, said.gone

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Part by part, then header by header."""
        assert isinstance(actual, ExchangePicture)
        for name in dict.fromkeys([*self.named, *actual.named]):
            if name == "cookies" and "set-cookie" in judge.varying:
                continue
            place = (trail, self, name)
            if name in self.named and name in actual.named:
                judge.visit(self.named[name], actual.named[name], place)
            else:
                _found(place, self.named, actual.named, judge, name)
        self.compare_headers(actual, judge, trail)

    def compare_headers(self, actual: "ExchangePicture", judge: Judge, trail: Trail) -> None:
        """Header by header."""
        for name in _unequal(self.headers, actual.headers):
            _found((trail, self, f"headers[{name!r}]"), self.headers, actual.headers, judge, name)

    def parts(self) -> tuple[object, ...]:
        """The parts, in order."""
        return tuple(self.named.values())

    def key(self) -> Hashable:
        """The headers."""
        return tuple(self.headers.items())

    def sketch(self, depth: int) -> str:
        """The type and the first parts."""
        first = list(self.named.values())[:2] if depth else ()
        return f"<{' '.join([type_text(self.cls), *(brief(each, 0) for each in first)])}>"


class ResponsePicture(ExchangePicture):
    """A response: its status, URL, headers, the body as far as it was read, and the request that it answers."""

    __slots__ = ()

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Part by part; a body that may still be read is unknown."""
        assert isinstance(actual, ResponsePicture)
        judge.findings.aside(EXCHANGE)
        kept = [not side.unread and not side.gone for side in (self, actual)]
        if not any(kept) and (self.unread or actual.unread):
            judge.findings.unknown((trail, self, "body"), UNREAD)
        elif kept[0] != kept[1]:
            texts = [side.body_text() for side in (self, actual)]
            judge.findings.found(Status.DIFFERENT, (trail, self, "body"), *texts)
        elif self.gone:
            judge.findings.aside(NOT_KEPT)
        super().against(actual, judge, trail)

    def compare_headers(self, actual: ExchangePicture, judge: Judge, trail: Trail) -> None:
        """Header by header: whose value describes the content is different, any other may be so in each run: unknown."""
        for name in _unequal(self.headers, actual.headers):
            place = (trail, self, f"headers[{name!r}]")
            if name in _CONTENT or name.startswith("content-"):
                _found(place, self.headers, actual.headers, judge, name)
            elif name in judge.varying:
                judge.excused.add(name)
            else:
                judge.varied.add(name)
                texts = [brief(side.get(name, "missing")) for side in (self.headers, actual.headers)]
                judge.findings.unknown(
                    place, f"{texts[0]}, then {texts[1]}; such a header may be so in each run"
                )

    def body_text(self) -> str:
        """What became of the body, for people."""
        return "not read yet" if self.unread else "not kept" if self.gone else "read"


def _unequal(expected: Texts, actual: Texts) -> list[str]:
    """Names of the headers that are not the same on both sides."""
    names = dict.fromkeys([*expected, *actual])
    return [name for name in names if expected.get(name) != actual.get(name)]


def _found(
    place: Trail, expected: Mapping[str, object], actual: Mapping[str, object], judge: Judge, name: str
) -> None:
    texts = [brief(side[name]) if name in side else "missing" for side in (expected, actual)]
    judge.findings.found(Status.DIFFERENT, place, *texts)


def response_kind(cls: type) -> type[Picture] | None:
    """Pictures of responses and requests of HTTP libraries; a library that was not imported has none."""
    if reader_of(cls) is None:
        return None
    return ResponsePicture if is_response(cls) else ExchangePicture
