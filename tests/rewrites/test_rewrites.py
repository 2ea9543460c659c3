"""Source -> source: what each strategy makes of a cell, or why it leaves it alone.

The cases are in the text files beside this one. ``=== id`` begins a case, ``--- strategy`` an expected answer: the changed cell,
or ``! kind`` and the reason. Strategies that are not named refuse because there is nothing for them.
"""

import ast
import re
import sys
from pathlib import Path

import numpy as np  # noqa: F401 - a cell that imports it finds it loaded, whatever ran before
import pytest

from perfmagic.model.plan import Plan, Refusal
from tests.strategies.cell_runs import planned, run

HERE = Path(__file__).parent


def _cases() -> list[tuple[str, str, str, str]]:
    found = []
    for path in sorted(HERE.glob("*.txt")):
        for part in re.split(r"^=== ", path.read_text(), flags=re.M)[1:]:
            name, text = part.split("\n", 1)
            source, *answers = re.split(r"^--- ", text, flags=re.M)
            for answer in answers:
                strategy, expected = answer.split("\n", 1)
                found.append((f"{name}-{strategy}", source.rstrip("\n") + "\n", strategy, expected.rstrip("\n") + "\n"))
    return found


NEEDS_POSITIONS = {"fstring-gather", "fstring-tasks"}
"""Cases with operations inside formatted strings: before 3.12 Python does not tell where they stand."""

CASES = [each for each in _cases() if sys.version_info >= (3, 12) or each[0] not in NEEDS_POSITIONS]
NAMED = [*"abcdefghjklmnopqrstuvwxyz", "out", "total", "prices", "r1", "r2", "j1", "j2", "value_of", "é", "ß"]


@pytest.mark.parametrize(("source", "strategy", "expected"), [each[1:] for each in CASES], ids=[each[0] for each in CASES])
def test_rewrite(source, strategy, expected):
    answer = planned(source, strategy)
    if expected.startswith("! "):
        assert isinstance(answer, Refusal), answer.source
        assert f"! {answer.kind}: {answer.reason}\n" == expected
    else:
        assert isinstance(answer, Plan), answer
        names = sorted({each.id for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Name)} & set(NAMED))
        assert run(answer.source, names) == run(source, names)
        assert answer.source.rstrip("\n") + "\n" == expected


def test_at_least_four_in_ten_cases_are_left_alone():
    refused = [each for each in CASES if each[3].startswith("! ")]
    assert len(refused) >= 0.4 * len(CASES)


def test_ids_are_unique():
    ids = [each[0] for each in CASES]
    assert len(ids) == len(set(ids))
