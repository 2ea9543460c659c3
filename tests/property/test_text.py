"""Every plan for a generated program keeps the text that it does not change."""

import pytest
from hypothesis import given

from perfmagic.model.options import Options
from perfmagic.model.plan import Plan
from tests.property.deep import examples
from tests.property.judging import planners
from tests.property.programs import programs
from tests.property.running import analysed
from tests.property.text_kept import missing


@examples(fast=60, deep=800)
@given(programs())
def test_a_plan_keeps_comments_strings_blank_lines_and_untouched_statements(program):
    analysis = analysed(program.source)
    for name, plan in planners().items():
        answer = plan(analysis, Options())
        if isinstance(answer, Plan):
            lost = list(missing(program.source, answer.source))
            assert not lost, f"{name}: {lost}\n{program.source}\n--- plan\n{answer.source}"


@pytest.mark.parametrize(
    ("rewritten", "lost"),
    [
        ("a = 1\n\nb = 'x'\n", "comment"),
        ('a = 1  # one\n\nb = "x"\n', "string"),
        ("a = 1  # one\nb = 'x'\n", "blank lines"),
        ("a = 2  # one\n\nb = 'x'\n", "statement"),
        ("a = 1  # one\n\n\rb = 'x'\n", "line ends"),
    ],
)
def test_a_loss_is_noticed(rewritten, lost):
    assert any(lost in each for each in missing("a = 1  # one\n\nb = 'x'\n", rewritten))
