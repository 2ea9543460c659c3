import pytest

from perfmagic.reports.safe_text import isolated, visible, visible_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a b", "a b", id="plain"),
        pytest.param("a\nb\tc\rd", "a\\nb\\tc\\rd", id="line breaks and tabs"),
        pytest.param("\x1b[2J", "\\x1b[2J", id="terminal sequence"),
        pytest.param("\x00\x7f\x9b", "\\x00\\x7f\\x9b", id="control characters"),
        pytest.param("a\u202eb", "a\\u202eb", id="bidirectional override"),
        pytest.param("\ud800", "\\ud800", id="lone surrogate"),
        pytest.param("\U000e0041", "\\U000e0041", id="invisible tag"),
        pytest.param("\u2028", "\\u2028", id="line separator"),
        pytest.param("e\u0301", "e\u0301", id="an accent stays"),
        pytest.param(
            "e" + "\u0301" * 6, "e" + "\u0301" * 4 + "\\u0301\\u0301", id="a tower of accents does not"
        ),
        pytest.param("👩\u200d💻 می\u200cخواهم", "👩\u200d💻 می\u200cخواهم", id="joiners stay"),
        pytest.param("時間", "時間", id="wide"),
        pytest.param("\\x1b", "\\x1b", id="what looks like an escape"),
    ],
)
def test_what_cannot_be_seen_becomes_an_escape(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("a\n\tb\n", ["a", "\tb"]),
        ("a\r\nb", ["a\\r", "b"]),
        ("a\x1b\n\n\nb", ["a\\x1b", "", "", "b"]),
        ("", [""]),
        ("'\\t'", ["'\\t'"]),
    ],
)
def test_sources_keep_their_lines_and_tabs(source, lines):
    assert visible_lines(source) == lines


def test_only_right_to_left_text_is_isolated():
    assert isolated("gather") == "gather"
    assert isolated("שלום") == "\u2068שלום\u2069"
