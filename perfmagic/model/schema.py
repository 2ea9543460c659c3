"""The comparison as plain data, schema ``perfmagic/1``, and back.

What is written is JSON by construction: objects, lists, strings, finite numbers, true, false and null. Keys are only ever added.
"""

from collections.abc import Mapping
from typing import TypeAlias

from perfmagic.errors import ExportError
from perfmagic.model.cell import Cell
from perfmagic.model.comparison import (
    Bound,
    Candidate,
    CandidateStatus,
    Comparison,
    Environment,
    ErrorInfo,
    Estimate,
    Quantity,
    Recommendation,
    Schedules,
    Transfer,
    Uncertainty,
    Usage,
)
from perfmagic.model.json_node import Node
from perfmagic.model.verdict import Difference, Status, Verdict

SCHEMA = "perfmagic/1"
Json: TypeAlias = Mapping[str, "Json"] | list["Json"] | str | int | float | bool | None
_ALWAYS: Mapping[CandidateStatus, tuple[str, ...]] = {
    CandidateStatus.RAN: (
        "source",
        "verdict",
        "wall_s",
        "cpu_s",
        "peak_bytes",
        "speedup",
        "ceiling",
        "counters",
        "assumptions",
    ),
    CandidateStatus.FAILED: ("source", "error"),
    CandidateStatus.REFUSED: ("reason", "lines", "hint"),
    CandidateStatus.NOT_RUN: ("source", "reason", "hint"),
}
"""Keys that a candidate of each status always has; other keys are written where they say something."""


def to_dict(comparison: Comparison) -> dict[str, Json]:
    """Return the comparison as data of schema ``perfmagic/1``, ready for `json.dumps`."""
    return {
        "schema": SCHEMA,
        "id": comparison.id,
        "created": comparison.created,
        "magic": comparison.magic,
        "title": comparison.title,
        "cell": {"source": comparison.cell.source, "number": comparison.cell.number},
        "environment": _environment(comparison.environment),
        "executions": comparison.executions,
        "interrupted": comparison.interrupted,
        "baseline": comparison.baseline,
        "bound": _bound(comparison.bound),
        "candidates": [_candidate(each) for each in comparison.candidates],
        "recommendation": {
            "strategy": comparison.recommendation.strategy,
            "reason": comparison.recommendation.reason,
        },
        "uncertain": [{"field": each.field, "why": each.why} for each in comparison.uncertain],
    }


def _environment(environment: Environment) -> Json:
    return {
        "python": environment.python,
        "gil_enabled": environment.gil_enabled,
        "cpu_count": environment.cpu_count,
        "platform": environment.platform,
        "packages": dict(environment.packages),
    }


def _bound(bound: Bound | None) -> Json:
    if bound is None:
        return None
    return {"work_s": bound.work_s, "span_s": bound.span_s, "parallelism": bound.parallelism}


def _candidate(candidate: Candidate) -> dict[str, Json]:
    values: dict[str, Json] = {
        "source": candidate.source,
        "verdict": _verdict(candidate.verdict),
        "wall_s": _quantity(candidate.wall_s),
        "cpu_s": _quantity(candidate.cpu_s),
        "peak_bytes": candidate.peak_bytes,
        "speedup": _estimate(candidate.speedup),
        "ceiling": candidate.ceiling,
        "counters": dict(candidate.counters),
        "assumptions": list(candidate.assumptions),
        "reason": candidate.reason,
        "lines": None if candidate.lines is None else list(candidate.lines),
        "hint": candidate.hint,
        "error": _error(candidate.error),
    }
    always = _ALWAYS[candidate.status]
    written = {key: value for key, value in values.items() if key in always or value not in (None, [], {})}
    if candidate.status is CandidateStatus.RAN:
        written |= {"profile": None, "timeline": None}
    return {"strategy": candidate.strategy, "status": str(candidate.status), **written, **_added(candidate)}


def _added(candidate: Candidate) -> dict[str, Json]:
    """Return the keys that not every document of the schema has, where there is something to tell."""
    values = {
        "schedules": _schedules(candidate.schedules),
        "usage": _usage(candidate.usage),
        "transfer": _transfer(candidate.transfer),
    }
    return {key: value for key, value in values.items() if value is not None}


def _verdict(verdict: Verdict | None) -> Json:
    if verdict is None:
        return None
    return {
        "status": str(verdict.status),
        "checked": list(verdict.checked),
        "unchecked": list(verdict.unchecked),
        "differences": [
            {"path": each.path, "expected": each.expected, "actual": each.actual}
            for each in verdict.differences
        ],
    }


def _quantity(quantity: Quantity | None) -> Json:
    if quantity is None:
        return None
    return {
        "median": quantity.median,
        "low": quantity.low,
        "high": quantity.high,
        "samples": list(quantity.samples),
    }


def _estimate(estimate: Estimate | None) -> Json:
    if estimate is None:
        return None
    return {
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "confidence": estimate.confidence,
        "method": estimate.method,
    }


def _error(error: ErrorInfo | None) -> Json:
    return None if error is None else {"type": error.type, "message": error.message}


def _schedules(schedules: Schedules | None) -> Json:
    if schedules is None:
        return None
    return {
        "tried": schedules.tried,
        "different": schedules.different,
        "finding": schedules.finding,
        "lines": None if schedules.lines is None else list(schedules.lines),
    }


def _usage(usage: Usage | None) -> Json:
    if usage is None:
        return None
    return {
        "cpu_share": usage.cpu_share,
        "waiting_share": usage.waiting_share,
        "lock_share": usage.lock_share,
        "probe_factor": usage.probe_factor,
    }


def _transfer(transfer: Transfer | None) -> Json:
    if transfer is None:
        return None
    return {
        "sent_bytes": transfer.sent_bytes,
        "received_bytes": transfer.received_bytes,
        "seconds": transfer.seconds,
    }


def from_dict(data: object) -> Comparison:
    """Return the comparison that `to_dict` wrote; unknown keys are ignored.

    Raises
    ------
    ExportError
        If the data are not of schema ``perfmagic/1``, or a key is missing or of the wrong type; the message names its path.
    """
    node = Node(data)
    _require_schema(node.key("schema").text())
    return Comparison(
        id=node.key("id").text(),
        created=node.key("created").text(),
        magic=node.key("magic").text(),
        title=node.key("title").optional(Node.text),
        cell=_read_cell(node.key("cell")),
        environment=_read_environment(node.key("environment")),
        executions=node.key("executions").integer(),
        interrupted=node.key("interrupted").flag(),
        baseline=node.key("baseline").text(),
        bound=node.key("bound").optional(_read_bound),
        candidates=node.key("candidates").items(_read_candidate),
        recommendation=_read_recommendation(node.key("recommendation")),
        uncertain=node.key("uncertain").items(_read_uncertainty),
    )


def _require_schema(name: str) -> None:
    if name == SCHEMA:
        return
    message = f"schema is {name!r}; this perfmagic reads {SCHEMA!r}"
    if name.startswith("perfmagic/"):
        message += ": install the perfmagic that wrote it, or a newer one"
    raise ExportError(message)


def _read_cell(node: Node) -> Cell:
    source = node.key("source").text()
    return Cell(source=source, python=source, number=node.key("number").optional(Node.integer))


def _read_environment(node: Node) -> Environment:
    return Environment(
        python=node.key("python").text(),
        gil_enabled=node.key("gil_enabled").flag(),
        cpu_count=node.key("cpu_count").integer(),
        platform=node.key("platform").text(),
        packages=node.key("packages").entries(Node.text),
    )


def _read_bound(node: Node) -> Bound:
    return Bound(work_s=node.key("work_s").number(), span_s=node.key("span_s").number())


def _read_recommendation(node: Node) -> Recommendation:
    return Recommendation(strategy=node.key("strategy").optional(Node.text), reason=node.key("reason").text())


def _read_uncertainty(node: Node) -> Uncertainty:
    return Uncertainty(field=node.key("field").text(), why=node.key("why").text())


def _read_candidate(node: Node) -> Candidate:
    status = _read_status(node.key("status"))
    for key in _ALWAYS[status]:
        node.key(key)
    return Candidate(
        strategy=node.key("strategy").text(),
        status=status,
        source=node.maybe("source", lambda each: each.optional(Node.text), None),
        verdict=node.maybe("verdict", lambda each: each.optional(_read_verdict), None),
        wall_s=node.maybe("wall_s", lambda each: each.optional(_read_quantity), None),
        cpu_s=node.maybe("cpu_s", lambda each: each.optional(_read_quantity), None),
        peak_bytes=node.maybe("peak_bytes", lambda each: each.optional(Node.integer), None),
        speedup=node.maybe("speedup", lambda each: each.optional(_read_estimate), None),
        ceiling=node.maybe("ceiling", lambda each: each.optional(Node.number), None),
        counters=node.maybe("counters", lambda each: each.entries(Node.integer), {}),
        assumptions=node.maybe("assumptions", lambda each: each.items(Node.text), ()),
        reason=node.maybe("reason", lambda each: each.optional(Node.text), None),
        lines=node.maybe("lines", lambda each: each.optional(_read_lines), None),
        hint=node.maybe("hint", lambda each: each.optional(Node.text), None),
        error=node.maybe("error", lambda each: each.optional(_read_error), None),
        schedules=node.maybe("schedules", lambda each: each.optional(_read_schedules), None),
        usage=node.maybe("usage", lambda each: each.optional(_read_usage), None),
        transfer=node.maybe("transfer", lambda each: each.optional(_read_transfer), None),
    )


def _read_status(node: Node) -> CandidateStatus:
    return CandidateStatus(_one_of(node, tuple(CandidateStatus)))


def _one_of(node: Node, choices: tuple[str, ...]) -> str:
    text = node.text()
    if text not in choices:
        message = f"{node.path} is {text!r}; it must be one of: {', '.join(choices)}"
        raise ExportError(message)
    return text


def _read_lines(node: Node) -> tuple[int, int]:
    lines = node.items(Node.integer)
    if len(lines) != 2:  # noqa: PLR2004 - the first and the last
        message = f"{node.path} must hold the first and the last line, not {len(lines)} numbers"
        raise ExportError(message)
    return lines[0], lines[1]


def _read_verdict(node: Node) -> Verdict:
    return Verdict(
        status=Status(_one_of(node.key("status"), tuple(Status))),
        checked=node.key("checked").items(Node.text),
        unchecked=node.key("unchecked").items(Node.text),
        differences=node.key("differences").items(_read_difference),
    )


def _read_difference(node: Node) -> Difference:
    return Difference(
        path=node.key("path").text(), expected=node.key("expected").text(), actual=node.key("actual").text()
    )


def _read_quantity(node: Node) -> Quantity:
    return Quantity(
        median=node.key("median").number(),
        low=node.key("low").number(),
        high=node.key("high").number(),
        samples=node.key("samples").items(Node.number),
    )


def _read_estimate(node: Node) -> Estimate:
    return Estimate(
        value=node.key("value").number(),
        low=node.key("low").number(),
        high=node.key("high").number(),
        confidence=node.key("confidence").optional(Node.number),
        method=node.key("method").text(),
    )


def _read_error(node: Node) -> ErrorInfo:
    return ErrorInfo(type=node.key("type").text(), message=node.key("message").text())


def _read_schedules(node: Node) -> Schedules:
    return Schedules(
        tried=node.key("tried").integer(),
        different=node.key("different").integer(),
        finding=node.key("finding").optional(Node.text),
        lines=node.key("lines").optional(_read_lines),
    )


def _read_usage(node: Node) -> Usage:
    return Usage(
        cpu_share=node.key("cpu_share").number(),
        waiting_share=node.key("waiting_share").number(),
        lock_share=node.key("lock_share").optional(Node.number),
        probe_factor=node.maybe("probe_factor", lambda each: each.optional(Node.number), None),
    )


def _read_transfer(node: Node) -> Transfer:
    return Transfer(
        sent_bytes=node.key("sent_bytes").integer(),
        received_bytes=node.key("received_bytes").integer(),
        seconds=node.key("seconds").number(),
    )
