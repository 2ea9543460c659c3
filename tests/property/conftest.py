"""Prints, at the end of a run, what the generated programs were like."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the line of each test that left one; workers send theirs along with the report."""
    for reports in list(terminalreporter.stats.values()):
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name in {"programs", "ceilings"} and getattr(report, "when", "") == "call":
                    terminalreporter.write_line(f"{name}: {value}")
