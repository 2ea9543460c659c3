"""Functions that Cython compiled are found in the models by their public name."""

import ast

import numpy as np
import numpy.random  # loaded on first use otherwise
import pytest

from perfmagic.analysis.effect_map import infer_effects
from perfmagic.analysis.effects import Kind


@pytest.mark.parametrize(
    "source", ["x = np.random.rand()", "x = np.random.normal(size=3)", "x = np.random.permutation(4)"]
)
def test_a_function_of_numpys_global_stream_reads_and_writes_that_stream(source):
    tree = ast.parse(source)
    effects = infer_effects(tree, {"np": np})
    found = effects.of(tree.body[0])
    assert not effects.hazards
    assert not found.barriers
    assert Kind.RANDOM in {each.kind for each in found.writes}


def test_a_seeded_generator_made_by_the_cell_is_the_cells_own():
    tree = ast.parse("x = np.random.default_rng(3).normal()")
    effects = infer_effects(tree, {"np": np})
    assert not effects.hazards
    assert not effects.touched
