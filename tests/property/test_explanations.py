"""Whatever the cell, its explanation is whole: every refusal advises, every report can be drawn."""

import ast
import xml.etree.ElementTree as ET

import pytest

from perfmagic.comparing.explain import explain
from perfmagic.model.cell import Cell
from perfmagic.model.options import Options
from perfmagic.reports import explanation_html, explanation_text
from tests.property.choosing import Seeded
from tests.property.ipython_text import python_of
from tests.property.judging import planners
from tests.property.programs import program
from tests.property.running import namespace


def program_that_compiles(seed):
    """Some generated programs are no Python: then the next one is taken."""
    for each in range(seed, seed + 10_000, 1000):
        source = program(Seeded(each)).source
        try:
            compile(python_of(source), "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError:
            continue
        return source
    raise AssertionError("ten programs in a row are no Python")


@pytest.mark.parametrize("seed", range(1000, 1025))
def test_a_generated_program_is_explained_whole(seed):
    source = program_that_compiles(seed)
    found = explain(Cell(source=source, python=python_of(source)), namespace(), planners(), Options())
    assert all(each.source is not None or (each.reason and each.hint) for each in found.answers)
    for block in found.blocks:
        levels = [each.level for each in block.pieces]
        assert all(
            levels[each.later]
            >= levels[each.earlier] + (block.pieces[each.later].waits and block.pieces[each.earlier].waits)
            for each in block.links
            if not (each.binds or each.waived or each.kind in {"anti", "output"})
        )
    assert explanation_text.render(found).endswith("\n")
    assert ET.fromstring(explanation_html.fragment(found).replace("<br>", "<br/>")).tag == "div"
