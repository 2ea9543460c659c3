import json as standard
import math
from dataclasses import replace

import pytest

from perfmagic.errors import ExportError
from perfmagic.model.schema import to_dict
from perfmagic.reports import json
from tests.reports.examples import EXAMPLES, WIN


@pytest.mark.parametrize("comparison", EXAMPLES.values(), ids=EXAMPLES)
def test_what_is_written_is_the_schema_and_is_read_back(comparison):
    written = json.render(comparison)
    assert standard.loads(written) == to_dict(comparison)
    assert json.parse(written) == comparison


def test_a_number_that_is_not_finite_is_refused():
    with pytest.raises(ExportError, match="not finite"):
        json.render(replace(WIN, candidates=(replace(WIN.candidates[1], ceiling=math.inf),)))


@pytest.mark.parametrize("text", ["", "{", "nonsense", "[" * 200_000])
def test_what_is_not_json_is_refused(text):
    with pytest.raises(ExportError, match="this is not JSON"):
        json.parse(text)
