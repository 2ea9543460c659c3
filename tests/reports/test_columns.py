import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfmagic.reports.columns import bar, clipped, padded, width, wrapped


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("時間", 4), ("e\u0301", 1), ("ｆ", 2), ("\u2068a\u2069", 1), ("", 0)]
)
def test_width_is_that_of_a_terminal(text, columns):
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [("gather", 6, "gather"), ("gather", 5, "gath…"), ("時間時間", 8, "時間時間"), ("時間時間", 6, "時間…"), ("時間", 3, "時…")],
)  # fmt: skip
def test_long_text_is_clipped_to_terminal_columns(text, columns, shown):
    assert clipped(text, columns) == shown


def test_padding_counts_wide_characters_twice():
    assert padded("時", 4) == "時  "


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two", "three"]),
        ("onetwothree", ["onetwoth", "ree"]),
        ("a onetwothree", ["a", "onetwoth", "ree"]),
        ("時間時間時間", ["時間時間", "時間"]),
        ("", [""]),
    ],
)
def test_text_wraps_at_spaces_and_breaks_where_there_are_none(text, lines):
    assert list(wrapped(text, 8)) == lines


def test_no_room_at_all_still_comes_to_an_end():
    assert list(wrapped("時間 a", 0)) == ["時", "間", "a"]


@given(st.text(st.characters(categories=["Lu", "Lo", "Zs", "Mn"]), max_size=200), st.integers(10, 40))
def test_wrapping_never_exceeds_the_columns_and_loses_no_letter(text, columns):
    lines = list(wrapped(text, columns, indent="  "))
    assert all(width(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("share", "drawn"), [(1.0, "████"), (0.5, "██"), (0.4, "█▋"), (0.0, "▏"), (0.001, "▏"), (1.7, "████")]
)
def test_bars_are_exact_to_an_eighth_and_always_seen(share, drawn):
    assert bar(share, 4) == drawn
