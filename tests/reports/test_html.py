import xml.etree.ElementTree as ET

import pytest

from perfmagic.reports import html
from perfmagic.reports.table import table
from tests.reports.examples import DIFFERENT, EXAMPLES, WIN

every_example = pytest.mark.parametrize("comparison", EXAMPLES.values(), ids=EXAMPLES)


def tree(comparison):
    """The fragment as a tree; it is XML but for the line breaks."""
    return ET.fromstring(html.fragment(comparison).replace("<br>", "<br/>"))


def words(element):
    return "".join(element.itertext())


@every_example
def test_the_fragment_is_well_formed_and_loads_nothing(comparison):
    elements = list(tree(comparison).iter())
    assert not {each.tag for each in elements} & {"script", "style", "link", "img", "iframe", "a"}
    assert not {name for each in elements for name in each.attrib} & {"src", "href", "onclick", "onload"}


@every_example
def test_the_table_holds_every_cell_under_scoped_headings(comparison):
    found, page = table(comparison), tree(comparison)
    heads = page.findall(".//thead/tr/th")
    assert [words(each) for each in heads] == list(found.columns)
    assert {each.get("scope") for each in heads} == {"col"}
    rows = [row for row in page.findall(".//tbody/tr") if "details" not in row.get("class")]
    assert [tuple(words(cell) for cell in row) for row in rows] == [row.cells for row in found.rows]
    assert {row[0].get("scope") for row in rows} == {"row"}


@every_example
def test_the_page_is_complete_and_says_the_headline_first(comparison):
    page = html.render(comparison)
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert page.endswith("</body></html>\n")
    assert words(tree(comparison)[0]) == table(comparison).headline


def test_a_wrong_result_is_red_on_its_own_ground_and_in_words():
    row = tree(DIFFERENT).findall(".//tbody/tr")[0]
    assert row.get("class") == "wrong"
    assert "background:#b3261e;color:#fff" in row[0][0].get("style")
    assert "different" in words(row)


def test_red_and_white_are_readable_in_any_theme():
    """Contrast as WCAG 2 computes it, at least 4.5 to 1."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert (luminance("ffffff") + 0.05) / (luminance("b3261e") + 0.05) >= 4.5


def test_the_winner_is_bold_and_its_code_is_there():
    page = tree(WIN)
    assert page.find(".//tr[@class='winner']/th/strong") is not None
    assert words(page.find(".//pre")) == WIN.candidates[1].source.rstrip("\n")


def test_four_strategies_stay_small():
    assert len(html.fragment(DIFFERENT)) < 10_000
