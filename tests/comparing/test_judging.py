"""Responses that the cell keeps: what differs between runs of the cell as written is not held against a candidate."""

import itertools
from collections.abc import Callable

import httpx
import pytest

from perfmagic.model.verdict import Status
from perfmagic.verification.responses import EXCHANGE
from tests.comparing.laboratory import Experiment, experiment

CELL = "time.sleep(0.25)\nr = answer(slow=True)\n"
QUICK = {"threads": "time.sleep(0.125)\nr = answer(slow=False)\n"}


def compared(answer: Callable[[int, bool], httpx.Response], **options: object) -> Experiment:
    """Compare a cell whose response depends on the number of the request, and on who asks."""
    numbers = itertools.count()
    names = {"answer": lambda slow: answer(next(numbers), slow)}
    return experiment(CELL, QUICK, names=names, rerun=True, rounds=7, **options)


def response(body: object = 1, status: int = 200, **headers: object) -> httpx.Response:
    texts = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    return httpx.Response(status, json=body, headers=texts, request=httpx.Request("GET", "http://a.b/"))


def test_responses_that_differ_in_time_stamps_are_equal_and_have_a_speedup() -> None:
    found = compared(lambda number, _: response(date=number, x_request_id=number))
    verdict = found["threads"].verdict
    assert (verdict.status, verdict.unchecked) == (Status.EQUAL, (EXCHANGE,))
    assert found["threads"].speedup.value == 2


def test_headers_that_vary_by_themselves_are_passed_over_and_listed() -> None:
    found = compared(lambda number, _: response(x_nonce=number, x_node=number))
    verdict = found["threads"].verdict
    assert verdict.status is Status.EQUAL
    assert verdict.unchecked[1:] == (
        "responses: runs of the cell as written differ in header x-node, x-nonce",
    )
    assert found["threads"].speedup is not None
    assert not found.doubts("candidates[0].verdict")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        pytest.param(
            lambda number, _: response(number, x_nonce=number), "unknown", id="every body is another"
        ),
        pytest.param(lambda number, _: response(etag=number), "unknown", id="every etag is another"),
        pytest.param(lambda _, slow: response(x_page=slow), "unknown", id="a header only of the candidate"),
        pytest.param(
            lambda number, slow: response(x_nonce=number, x_page=slow), "unknown", id="a second such header"
        ),
        pytest.param(lambda _, slow: response(slow), "different", id="a body only of the candidate"),
        pytest.param(
            lambda number, slow: response(slow, x_nonce=number), "different", id="such a body and a nonce"
        ),
        pytest.param(
            lambda _, slow: response(status=200 if slow else 500),
            "different",
            id="a status only of the candidate",
        ),
        pytest.param(
            lambda _, slow: response(location=slow), "different", id="a redirect only of the candidate"
        ),
    ],
)
def test_what_the_response_says_is_never_passed_over(
    answer: Callable[[int, bool], httpx.Response], status: str
) -> None:
    found = compared(answer)
    assert found["threads"].verdict.status == status
    assert found["threads"].speedup is None


def test_a_varying_header_is_no_difference_where_no_run_of_the_cell_came_first() -> None:
    """The budget leaves no rerun of the cell, so that nothing is known about its headers."""
    found = compared(lambda number, _: response(x_nonce=number), budget_s=0.3)
    assert found["threads"].verdict.status is Status.UNKNOWN
    assert found["threads"].speedup is None


def test_a_response_of_an_earlier_cell_that_the_cell_writes_to_is_not_rerun() -> None:
    """Its connection and its body cannot be put back, and nothing is asked twice."""
    made = response()
    made.seen = 1
    cell = "time.sleep(0.25)\nr.seen = r.seen + 1\n"
    found = experiment(cell, {"threads": cell.replace("0.25", "0.125")}, names={"r": made}, rounds=3)
    assert made.seen == 2
    assert found.comparison.executions == 1
    assert found["threads"].reason == (
        "r (Response) cannot be put back: what it holds of its connection is not saved"
    )


def test_a_response_of_an_earlier_cell_that_is_only_read_is_no_obstacle() -> None:
    made = response([1, 2])
    cell = "time.sleep(0.25)\nx = r.json()\n"
    found = experiment(cell, {"threads": cell.replace("0.25", "0.125")}, names={"r": made}, rounds=3)
    assert found["threads"].verdict.status is Status.EQUAL
    assert found.names == {"r": made, "x": [1, 2]}


def test_the_response_of_the_committed_run_is_the_one_that_stays() -> None:
    found = compared(lambda number, _: response(date=number))
    assert found.comparison.executions > 2
    assert found.names["r"].headers["date"] == "0"
