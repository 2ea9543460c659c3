"""Writes the golden files anew: ``python -m tests.reports.regenerate``, then read the difference before committing it."""

from pathlib import Path

from perfmagic.reports import csv, html, json, markdown, text
from tests.reports.examples import EXAMPLES

GOLDEN = Path(__file__).parents[1] / "golden"
REPORTS = (text, markdown, html, csv, json)
CASES = [(name, report) for name in EXAMPLES for report in REPORTS]


def path_of(name, report):
    return GOLDEN / f"{name}{report.suffixes[0]}"


def main():
    for name, report in CASES:
        path_of(name, report).write_text(report.render(EXAMPLES[name]), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
