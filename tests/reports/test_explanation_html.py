import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from perfmagic.reports.explanation_html import fragment, render
from perfmagic.reports.explanation_svg import MOST_PIECES, STROKES
from perfmagic.reports.explanation_words import conclusion, headline
from tests.reports.explanations import (
    DIAMOND,
    EVERY_KIND,
    EXPLANATIONS,
    block_of,
    explanation_of,
    hostile_explanation,
    piece,
)
from tests.reports.hostile import STRINGS

every_explanation = pytest.mark.parametrize("explanation", EXPLANATIONS.values(), ids=EXPLANATIONS)


def tree(explanation):
    """The fragment as a tree; it is XML but for the line breaks and a space."""
    return ET.fromstring(fragment(explanation).replace("<br>", "<br/>"))


def words(element):
    return "".join(element.itertext())


@every_explanation
def test_the_fragment_is_well_formed_loads_nothing_and_runs_nothing(explanation):
    elements = list(tree(explanation).iter())
    assert not {each.tag for each in elements} & {"script", "style", "link", "img", "iframe", "a", "use"}
    attributes = {name for each in elements for name in each.attrib}
    assert not {name for name in attributes if name.startswith("on")} | attributes & {"src", "href", "id"}


@every_explanation
def test_each_block_has_a_drawing_whose_label_states_the_conclusion(explanation):
    drawings = tree(explanation).findall(".//svg[@role='img']")
    labels = [each.get("aria-label") for each in drawings]
    assert labels == [f"{each.title}: {conclusion(each)}" for each in explanation.blocks]


@every_explanation
def test_the_table_says_all_that_the_drawing_shows(explanation):
    for block, found in zip(explanation.blocks, tree(explanation).findall(".//table"), strict=True):
        assert {each.get("scope") for each in found.findall(".//thead/tr/th")} == {"col"}
        rows = found.findall(".//tbody/tr")
        assert [words(row[2]) for row in rows] == [each.code for each in block.pieces]
        assert [words(row[1]) for row in rows] == [
            str(each.level) if each.waits else "" for each in block.pieces
        ]
        for each in block.links:
            assert (each.reason in words(rows[each.later][3])) is not each.implied


def test_the_drawing_shows_each_statement_and_each_dependence_that_holds():
    (drawing,) = tree(EVERY_KIND).findall(".//svg[@role='img']")
    texts = [words(each) for each in drawing.findall("text")]
    assert [each for each in texts if "await" in each] == [
        f"{line}  x{line} = await f({line})" for line in range(1, 9)
    ]
    names = {name for each in texts for name in each.split(", ")}
    assert {"flow", "anti", "output", "stdout"} <= names
    assert not {"hidden", "told", "control"} & names
    arrows = [each for each in drawing.findall("path") if each.get("d").endswith("z")]
    assert len(arrows) == sum(not (each.implied or each.waived) for each in EVERY_KIND.blocks[0].links)


def test_every_text_has_the_width_that_the_layout_gave_it():
    (drawing,) = tree(DIAMOND).findall(".//svg[@role='img']")
    assert all(float(each.get("textLength")) > 0 for each in drawing.findall("text"))


def test_wide_drawings_scroll_inside_and_can_be_reached_by_keyboard():
    frames = [each for each in tree(DIAMOND).iter("div") if "overflow-x:auto" in each.get("style", "")]
    assert frames
    assert all(each.get("tabindex") == "0" for each in frames)


def test_long_words_break_instead_of_widening_the_page():
    assert tree(DIAMOND).get("style") == "overflow-wrap:anywhere"


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("ground", ["#ffffff", "#111111", "#0d1117", "#1e1e1e"])
@pytest.mark.parametrize("kind", [kind for kind, stroke in STROKES.items() if stroke.colour.startswith("#")])
def test_lines_are_seen_on_light_and_on_dark_ground(kind, ground):
    """Contrast of graphics as WCAG 2 asks for: at least 3 to 1."""
    dark, light = sorted([luminance(STROKES[kind].colour), luminance(ground)])
    assert (light + 0.05) / (dark + 0.05) >= 3


def test_no_two_kinds_have_the_same_dashes_so_colour_is_never_needed():
    assert len({stroke.dashes for stroke in STROKES.values()}) == len(STROKES)


def test_the_page_is_whole_and_its_title_is_the_headline():
    page = render(DIAMOND)
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert f"<title>{headline(DIAMOND)}</title>" in page


class Page(HTMLParser):
    """Tags and the names of their attributes, but for those that hold formulas and lines apart."""

    def __init__(self, source):
        super().__init__()
        self.tags = set()
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add((tag, tuple(sorted(name for name, _ in attrs))))

    def handle_comment(self, data):
        self.tags.add(("comment", data))


@pytest.mark.parametrize("name", STRINGS)
def test_no_string_adds_a_tag_or_an_attribute(name):
    benign = Page(fragment(hostile_explanation("word $"))).tags
    assert Page(fragment(hostile_explanation(STRINGS[name]))).tags <= benign


@pytest.mark.parametrize("name", STRINGS)
def test_the_fragment_stays_well_formed_with_any_string(name):
    found = tree(hostile_explanation(STRINGS[name]))
    for text in found.iter("text"):
        assert not re.search(r"[\x00-\x1f\x7f\u202a-\u202e]", words(text))


def test_a_long_cell_is_cut_and_the_rest_counted():
    pieces = [piece(line, f"x{line} = 1", 0, "statement") for line in range(1, MOST_PIECES + 6)]
    found = tree(explanation_of([block_of(pieces)], source=""))
    assert len(found.findall(".//tbody/tr")) == MOST_PIECES
    assert "and 5 more statements" in words(found)
