"""Edits at ast positions keep everything else as it was, also where IPython's syntax hides the positions."""

import ast

import pytest

from perfmagic.analysis.edits import (
    Changes,
    Insertion,
    Region,
    apply,
    damage,
    edits_of,
    remove,
    replace,
    segment,
    string_lines,
    to_source,
)
from perfmagic.model.cell import Cell
from perfmagic.model.plan import Edit


def test_columns_count_bytes_not_characters():
    text = "é = ü(ä)\n"
    call = ast.parse(text).body[0].value
    assert apply(text, [replace(call, "x")]) == "é = x\n"
    assert segment(text, call.args[0]) == "ä"


def test_a_segment_takes_replacements_inside_it():
    text = "r = h(await f(1), await g(2))\n"
    call = ast.parse(text).body[0].value
    assert segment(text, call, {call.args[0]: "a", call.args[1]: "b"}) == "h(a, b)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1\nb = 2\nc = 3\n", "a = 1\nc = 3\n"),
        ("a = 1\nb = 2  # why\nc = 3\n", "a = 1\n# why\nc = 3\n"),
        ("a = 1\nb = (\n  2\n)\nc = 3\n", "a = 1\nc = 3\n"),
    ],
    ids=["whole line", "comment stays", "several lines"],
)
def test_a_removed_statement_leaves_its_comment(text, expected):
    assert apply(text, edits_of(Changes(edits=(remove(ast.parse(text).body[1], text),)), text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a = """x\n y\n"""\nb\n', {2, 3}),
        ("a = f'''x\n{1}\n'''\n", {2, 3}),
        ("a = ('x'\n 'y')\n", set()),
        ("a = 'x' \\\n  'y'\n", set()),
    ],
    ids=["string", "formatted string", "joined strings", "continued line"],
)
def test_lines_inside_strings_are_known(text, expected):
    assert string_lines(text) == expected


def test_a_region_is_indented_but_not_inside_strings_and_blank_lines():
    text = 'a = """x\ny"""\n\nb = 1\n'
    edits = edits_of(Changes(regions=(Region(1, 4),)), text)
    assert apply(text, edits) == '    a = """x\ny"""\n\n    b = 1\n'


def test_insertions_of_nested_regions_close_from_the_inside():
    text = "a\nb\n"
    outer, inner = Region(1, 2), Region(2, 2)
    changes = Changes(
        insertions=(
            Insertion(line=1, side="before", lines=("outer:",), indent="", region=outer),
            Insertion(line=2, side="before", lines=("inner:",), indent="", region=inner),
            Insertion(line=2, side="after", lines=("end outer",), indent="", region=outer),
            Insertion(line=2, side="after", lines=("end inner",), indent="", region=inner),
        ),
        regions=(inner, outer),
    )
    changed = apply(text, edits_of(changes, text))
    assert changed == "outer:\n    a\n    inner:\n        b\n    end inner\nend outer\n"


def test_an_edit_inside_a_replaced_piece_is_dropped():
    text = "a = f(g(1))\n"
    call = ast.parse(text).body[0].value
    edits = edits_of(Changes(edits=(replace(call, "x"), replace(call.args[0], "y"))), text)
    assert apply(text, edits) == "a = x\n"


SHELL = Cell(source="\n  !ls\n  a = 1\n  b = 2\n", python="get_ipython().system('ls')\na = 1\nb = 2\n")


def test_edits_are_carried_over_to_the_syntax_of_ipython():
    edits = [Edit(start=(1, 0), end=(1, 0), text="    "), Edit(start=(3, 4), end=(3, 5), text="5")]
    assert to_source(SHELL, edits) == "\n    !ls\na = 1\nb = 5\n"


def test_an_edit_inside_a_line_that_ipython_rewrites_cannot_be_carried_over():
    assert to_source(SHELL, [Edit(start=(1, 0), end=(1, 5), text="x")]) is None


def test_lines_that_do_not_align_cannot_be_carried_over():
    cell = Cell(
        source="%magic a \\\n b\nx = 1\n", python="get_ipython().run_line_magic('magic', 'a b')\nx = 1\n"
    )
    assert to_source(cell, [Edit(start=(2, 4), end=(2, 5), text="2")]) is None


@pytest.mark.parametrize("end", ["", "\n"], ids=["no line end", "line end"])
def test_the_last_line_end_stays_as_it_was(end):
    cell = Cell(source=f"a = 1{end}", python="a = 1\n")
    assert to_source(cell, [Edit(start=(1, 4), end=(1, 5), text="2")]) == f"a = 2{end}"


@pytest.mark.parametrize(
    ("after", "what"),
    [
        ("a = (1\n", "does not compile"),
        ("a = 1\n", "would lose '# why'"),
        ("a = 1  # why\nb = await f()\n", None),
    ],
    ids=["syntax", "comment", "sound"],
)
def test_damage_is_noticed(after, what):
    found = damage("a = 1  # why\n", after)
    assert found is None if what is None else what in found


@pytest.mark.parametrize("end", ["\r\n", "", "\r\n\n\n"], ids=["ended", "open", "blank lines"])
def test_new_lines_take_the_line_ends_of_the_cell(end):
    text = f"\r\na = 1\r\nb = 2{end}"
    changes = Changes(
        edits=(), insertions=(Insertion(line=2, side="after", lines=("c = 3",), indent=""),), regions=()
    )
    python = text.removeprefix("\r\n")
    changed = to_source(Cell(source=text, python=python), edits_of(changes, python))
    assert changed == f"\r\na = 1\r\nb = 2\r\nc = 3{end}"


@pytest.mark.parametrize(
    ("line", "expected"),
    [("\fb = 2", "\f    b = 2"), (" \f\f b = 2", " \f\f     b = 2"), ("b = '\f'", "    b = '\f'")],
    ids=["at the start", "twice, among blanks", "in a string"],
)
def test_a_line_is_indented_behind_the_form_feeds_before_it(line, expected):
    text = f"{line}\n"
    assert apply(text, edits_of(Changes(regions=(Region(1, 1),)), text)) == f"{expected}\n"
