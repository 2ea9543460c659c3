import unicodedata

import pytest

from perfmagic.reports.columns import width
from perfmagic.reports.explanation_text import MOST_PIECES, render
from tests.reports.explanations import (
    CHAIN,
    DIAMOND,
    EMPTY,
    EVERY_KIND,
    EXPLANATIONS,
    LOOP,
    block_of,
    explanation_of,
    hostile_explanation,
    link,
    piece,
)
from tests.reports.hostile import STRINGS

every_explanation = pytest.mark.parametrize("explanation", EXPLANATIONS.values(), ids=EXPLANATIONS)

SHOWN = """\
%%concurrent --explain
3 operations in 2 levels: at most 1.50x faster if all take equally long;
  gather would change the cell; nothing was run

level 1 ┌ 1  a = await f(1)
        └ 2  b = await g(2)
level 2 ─ 3  c = await h(a, b)
             <- a (line 1), b (line 2)
then    · 4  print(c)
             <- c (line 3)
  flow: line 3 needs 'a' of line 1
  flow: line 3 needs 'b' of line 2
  flow: line 4 needs 'c' of line 3

gather would change the cell:
  @@ -1,4 +1,3 @@
  -a = await f(1)
  -b = await g(2)
  +a, b = await asyncio.gather(f(1), g(2))
   c = await h(a, b)
   print(c)
  no operation fails.

tasks leaves the cell as it is: line 2 reads 'x', which line 1 writes.
  hint: change it
threads leaves the cell as it is: the cell awaits.
  hint: gather applies

the cell would not be run again without --rerun, so there would be no
  comparison:
  line 2 writes a file
"""


def test_a_diamond_is_drawn_in_two_levels_with_reasons_changes_and_hazards():
    assert render(DIAMOND) == SHOWN


def test_a_loop_says_that_its_iterations_can_overlap_and_shows_its_body_inside():
    text = render(LOOP)
    assert text.splitlines()[1].startswith("the iterations of the loop on line 1 can overlap; tasks would")
    assert "\n  for x in xs (line 1): 2 operations in 2 levels of one iteration" in text
    assert "\n  level 1 ─ 2  y = await f(x)\n" in text
    assert "\na note\n" in text


def test_a_chain_says_that_nothing_can_run_together():
    assert "2 operations in 2 levels: no two can run together" in render(CHAIN)
    assert "tasks leaves the cell as it is: lines 1-2: each step needs the one before." in render(CHAIN)


def test_a_dependence_that_others_imply_is_left_out_and_a_waived_one_says_so():
    text = render(EVERY_KIND)
    assert "hidden" not in text
    assert "assumed not to matter, as told" in " ".join(text.split())
    assert "only the use of the result waits" in " ".join(text.split())


def test_an_empty_cell_has_nothing_to_draw():
    assert render(EMPTY).splitlines()[1] == "no operation; no strategy changes the cell; nothing was run"


@every_explanation
@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_no_line_but_changed_code_is_wider_than_asked(explanation, columns):
    code = {"+", "-", " ", "@"}
    for line in render(explanation, columns=columns).splitlines():
        assert width(line) <= columns or line[2:3] in code


@pytest.mark.parametrize("name", STRINGS)
def test_no_string_breaks_out_of_the_text(name):
    text = render(hostile_explanation(STRINGS[name]))
    assert text.encode()
    tabs = {"\t"} if "\t" in STRINGS[name] else set()
    forbidden = {each for each in text if unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"}} - {"\n"}
    assert forbidden <= tabs
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u200e\u200f\u061c")


def test_a_long_cell_is_cut_and_the_rest_counted():
    pieces = [piece(line, f"x{line} = 1", 0, "statement") for line in range(1, MOST_PIECES + 11)]
    links = [link(0, later, f"n{later}") for later in range(1, MOST_PIECES + 10)]
    text = render(explanation_of([block_of(pieces, links)], source=""))
    assert "and 10 more statements" in text
    assert "and 9 more dependences" in text
    assert f"x{MOST_PIECES + 1} " not in text
