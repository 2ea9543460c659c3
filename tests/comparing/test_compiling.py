"""A changed cell that cannot be run costs its candidate, not the user's cell."""

import pytest

from perfmagic.model.comparison import CandidateStatus
from tests.comparing.laboratory import experiment


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ("a = = 1\n", "the changed cell does not compile: SyntaxError: invalid syntax"),
        ("return 1\n", "the changed cell does not compile: SyntaxError: 'return' outside function"),
        (
            "a = '\0'\n",
            "the changed cell does not compile: SyntaxError: source code string cannot contain null bytes",
        ),
        ("await sleep(1)\n", "the changed cell awaits, and the cell as written does not"),
    ],
    ids=["no Python", "found by the compiler", "a null byte", "another kind of cell"],
)
def test_the_candidate_is_refused_and_the_cell_runs(changed, reason):
    found = experiment("a = 1\n", {"theirs": changed})
    assert found.names["a"] == 1
    assert found["theirs"].status is CandidateStatus.REFUSED
    assert found["theirs"].reason.startswith(reason)
    assert found["theirs"].hint == "report this as a fault of the strategy"


def test_the_other_candidates_are_compared():
    found = experiment(
        "a = await asyncio.sleep(0.1)\n", {"theirs": "a = = 1\n", "gather": "a = await asyncio.sleep(0.1)\n"}
    )
    assert [each.status.value for each in found.comparison.candidates] == ["ran", "refused", "ran"]
