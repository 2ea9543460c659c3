"""Every report of every kind of comparison is as it was when somebody last read it."""

import pytest

from tests.reports.examples import EXAMPLES
from tests.reports.regenerate import CASES, GOLDEN, path_of


@pytest.mark.parametrize(("name", "report"), CASES, ids=[path_of(*case).name for case in CASES])
def test_the_report_is_the_golden_one(name, report):
    assert report.render(EXAMPLES[name]) == path_of(name, report).read_text(encoding="utf-8")


def test_there_is_no_golden_file_that_nothing_writes():
    assert {path.name for path in GOLDEN.iterdir()} == {path_of(*case).name for case in CASES}
