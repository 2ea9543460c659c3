"""The candidates as comma-separated values: one row each, plain numbers with the unit in the column's name."""

import csv
import io

from perfmagic.model.comparison import Comparison
from perfmagic.reports.records import COLUMNS, records
from perfmagic.reports.safe_text import visible

suffixes = (".csv",)

_FORMULA = "=+-@\t\r\n'＝＋－＠"  # noqa: RUF001 - spreadsheets take the wide ones for the narrow ones


def render(comparison: Comparison) -> str:
    """Return the candidates as CSV with a header line.

    A text that a spreadsheet would run, and one that starts with an apostrophe, gets an apostrophe in front.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_field(each) for each in record] for record in records(comparison))
    return stream.getvalue()


def _field(value: str | float | None) -> str:
    if not isinstance(value, str):
        return "" if value is None else repr(value)
    text = visible(value)
    return f"'{text}" if text.lstrip().startswith(tuple(_FORMULA)) else text
