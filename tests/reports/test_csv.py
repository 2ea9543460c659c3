import csv as standard
import io

import pytest

from perfmagic.reports import csv
from perfmagic.reports.records import COLUMNS, records
from tests.reports.examples import EXAMPLES, WIN


def read(comparison):
    return list(standard.DictReader(io.StringIO(csv.render(comparison))))


@pytest.mark.parametrize("comparison", EXAMPLES.values(), ids=EXAMPLES)
def test_every_field_is_that_of_the_payload(comparison):
    rows = read(comparison)
    assert len(rows) == len(comparison.candidates)
    for row in rows:
        candidate = comparison.candidate(row["strategy"])
        assert row["status"] == candidate.status
        assert row["verdict"] == (candidate.verdict.status if candidate.verdict else "")
        assert row["recommended"] == str(candidate.strategy == comparison.recommendation.strategy)
        for column, value in {
            "wall_median_s": candidate.wall_s and candidate.wall_s.median,
            "wall_low_s": candidate.wall_s and candidate.wall_s.low,
            "wall_high_s": candidate.wall_s and candidate.wall_s.high,
            "rounds": candidate.wall_s and len(candidate.wall_s.samples),
            "cpu_median_s": candidate.cpu_s and candidate.cpu_s.median,
            "peak_bytes": candidate.peak_bytes,
            "speedup": candidate.speedup and candidate.speedup.value,
            "speedup_low": candidate.speedup and candidate.speedup.low,
            "speedup_high": candidate.speedup and candidate.speedup.high,
            "confidence": candidate.speedup and candidate.speedup.confidence,
            "ceiling": candidate.ceiling,
            "first_line": candidate.lines and candidate.lines[0],
            "last_line": candidate.lines and candidate.lines[1],
        }.items():
            assert (float(row[column]) if row[column] else None) == value
        row = {column: field.removeprefix("'") for column, field in row.items()}
        assert (row["reason"], row["hint"]) == (candidate.reason or "", candidate.hint or "")
        error = candidate.error
        assert (row["error_type"], row["error_message"]) == (
            (error.type, error.message) if error else ("", "")
        )


def test_every_record_has_a_value_for_each_column():
    assert {len(record) for record in records(WIN)} == {len(COLUMNS)}
