import pytest

from perfmagic.reports import markdown
from perfmagic.reports.markdown import escaped
from tests.reports.examples import DIFFERENT, GATHERED, WIN


def test_the_first_line_is_the_headline_in_bold():
    first = markdown.render(WIN).split("\n")[0]
    assert first == "**gather is 2.96x faster (2.91-3.00) of at most 3.00x; results equal**"


def test_the_winner_is_bold():
    assert "| **gather** | **equal** | **308 ms (304-316)** | **2.96x (2.91-3.00)** |" in markdown.render(WIN)


def test_the_environment_is_a_footnote():
    assert markdown.render(WIN).split("\n")[-2].startswith("<sub>Python 3.13.0 with the GIL, 2 CPUs, ")


def test_the_code_to_keep_is_a_block():
    assert f"```python\n{GATHERED}```\n" in markdown.render(WIN)


def test_a_wrong_result_has_its_differences_in_its_cell():
    row = markdown.render(DIFFERENT).split("\n")[6]
    assert row.startswith(
        "| **threads** | **different**<br>orders&#91;3&#93;.price: expected 12.5, got 13.0<br>"
    )


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        pytest.param("a 2.96x (2.9-3.0), 99 % of 'x'; b: c", "a 2.96x (2.9-3.0), 99 % of 'x'; b: c", id="harmless"),
        pytest.param("a|b", "a&#124;b", id="pipe"),
        pytest.param("`a`", "&#96;a&#96;", id="backtick"),
        pytest.param("<b>&lt;", "&#60;b&#62;&#38;lt;", id="markup"),
        pytest.param("@me #1", "&#64;<!-- -->me &#35;<!-- -->1", id="mention and issue"),
        pytest.param("$x$", "<span>&#36;</span>x<span>&#36;</span>", id="formula"),
        pytest.param("http://a www.b", "http&#58;//a www&#46;b", id="addresses"),
        pytest.param(":tada:", "&#58;tada:", id="emoji name"),
        pytest.param("a\nb", "a&#92;nb", id="line break"),
    ],
)  # fmt: skip
def test_only_what_could_mean_something_is_escaped(text, safe):
    assert escaped(text) == safe
