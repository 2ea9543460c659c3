"""Nothing in a comparison breaks out of a report, and nothing is lost in one that is read back."""

import csv
import html
import io
import re
import unicodedata
from html.parser import HTMLParser

import mistune
import pytest

from perfmagic.reports import csv as csv_report
from perfmagic.reports import html as html_report
from perfmagic.reports import json as json_report
from perfmagic.reports import markdown, text
from perfmagic.reports.columns import width
from perfmagic.reports.records import COLUMNS
from perfmagic.reports.safe_text import visible, visible_lines
from tests.reports.hostile import COMPARISONS, STRINGS, comparison_of

BENIGN = comparison_of("word")
REPORTS = {"text": text, "markdown": markdown, "html": html_report, "csv": csv_report, "json": json_report}
every_string = pytest.mark.parametrize("name", STRINGS)


def squeezed(string):
    """White space is not what these tests are about: HTML and Markdown fold it."""
    return " ".join(string.split())


class Page(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        if (tag, attrs) != ("span", []):
            self.tags.append((tag, tuple(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    def handle_comment(self, data):
        self.tags.append(("comment", data))

    @property
    def text(self):
        return squeezed("".join(self.texts))


@pytest.mark.parametrize("report", REPORTS)
@every_string
def test_every_report_is_utf8_without_control_characters(name, report):
    content = REPORTS[report].render(COMPARISONS[name])
    assert content.encode("utf-8")
    source_tabs = {"\t"} if "\t" in STRINGS[name] else set()
    forbidden = {each for each in content if unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"}} - {"\n"}
    assert forbidden <= source_tabs
    assert not set(content) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u200e\u200f\u061c")


@every_string
def test_json_gives_back_the_very_same_comparison(name):
    assert json_report.parse(json_report.render(COMPARISONS[name])) == COMPARISONS[name]


@every_string
def test_json_may_stand_in_a_script_once_its_slashes_are_escaped(name):
    """Everything outside ASCII is already escaped, so only ``<`` is left to whoever puts it into a page."""
    assert json_report.render(COMPARISONS[name]).isascii()


@every_string
def test_html_has_the_tags_of_a_harmless_comparison(name):
    hostile, benign = Page(html_report.render(COMPARISONS[name])), Page(html_report.render(BENIGN))

    def shape(page):
        return [each for each in page.tags if each[0] not in {"strong", "bdi", "pre", "code"}]

    if STRINGS[name].strip():
        assert shape(hostile) == shape(benign)
    assert {tag for tag, _ in hostile.tags} <= {tag for tag, _ in benign.tags}


@every_string
def test_html_shows_the_string_itself(name):
    page = Page(html_report.render(COMPARISONS[name]))
    assert squeezed(visible(STRINGS[name])) in page.text


@every_string
def test_html_never_has_a_formula_delimiter_beside_other_text(name):
    source = html_report.render(COMPARISONS[name]).partition("<body>")[2]
    assert "$" not in source.replace("<span>$</span>", "")


def markdown_rows(content):
    lines = [line for line in content.split("\n") if line.startswith("| ")]
    return [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]


def unmarked(cell):
    """The text of a cell, without the markup that we put around it."""
    plain = cell.strip().removeprefix("**").removesuffix("**").replace("<!-- -->", "")
    return html.unescape(re.sub(r"</?span>", "", plain))


@every_string
def test_markdown_is_one_table_with_the_payload_in_its_cells(name):
    rows = markdown_rows(markdown.render(COMPARISONS[name]))
    assert len(rows) == 2 + 6
    assert {len(row) for row in rows} == {6}
    names = sorted(squeezed(unmarked(row[0])) for row in rows[2:])
    assert names == sorted(squeezed(visible(each.strategy)) for each in COMPARISONS[name].candidates)


@every_string
def test_markdown_renders_with_only_our_own_tags(name):
    """A real Markdown parser finds no element in a hostile report that a harmless one has not."""
    parse = mistune.create_markdown(
        escape=False, plugins=["table", "strikethrough", "url", "footnotes", "task_lists", "math"]
    )
    hostile, benign = Page(parse(markdown.render(COMPARISONS[name]))), Page(parse(markdown.render(BENIGN)))
    allowed = {tag for tag, _ in benign.tags}
    assert {tag for tag, _ in hostile.tags} - {"comment"} <= allowed
    assert [each for each in hostile.tags if each[0] == "comment" and each[1].strip()] == []
    assert hostile.tags.count(("table", ())) == 1
    assert len([tag for tag, _ in hostile.tags if tag == "td"]) == 6 * 6
    assert squeezed(visible(STRINGS[name])) in hostile.text


@every_string
def test_the_code_block_of_markdown_holds_exactly_the_source(name):
    content = markdown.render(COMPARISONS[name])
    found = re.search(r"^(`{3,})python\n(.*?)\n?^\1$", content, re.DOTALL | re.MULTILINE)
    if STRINGS[name]:
        assert found[2].split("\n") == visible_lines(STRINGS[name])
    else:
        assert found is None


@every_string
def test_csv_gives_back_the_payload_and_starts_no_formula(name):
    comparison = COMPARISONS[name]
    header, *rows = csv.reader(io.StringIO(csv_report.render(comparison)))
    assert tuple(header) == COLUMNS
    assert len(rows) == 6
    for row in rows:
        for field in row:
            assert not field.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    found = {field["strategy"].removeprefix("'"): field for field in (dict(zip(header, row)) for row in rows)}
    for candidate in comparison.candidates:
        field = found[visible(candidate.strategy)]
        assert field["status"] == candidate.status
        assert field["reason"].removeprefix("'") == visible(candidate.reason or "")
        if candidate.error:
            assert field["error_message"].removeprefix("'") == visible(candidate.error.message)


@every_string
def test_text_stays_within_its_columns_except_for_code(name):
    content = text.render(COMPARISONS[name])
    report = re.split(r"^(?:the cell under |what ).*:$", content, flags=re.MULTILINE)[0]
    assert max(width(line) for line in report.split("\n")) <= 80


@every_string
def test_text_has_the_lines_of_the_table_for_every_candidate(name):
    lines = text.render(COMPARISONS[name]).split("\n")
    results = r"  (different|baseline|equal|refused|failed|not run)(  |$)"
    assert len([line for line in lines if re.search(results, line)]) == 6


@every_string
def test_colours_are_ours_alone(name):
    coloured = text.render(COMPARISONS[name], colour=True)
    assert re.sub(r"\x1b\[(1;31|1;32|2|0)m", "", coloured) == text.render(COMPARISONS[name])
