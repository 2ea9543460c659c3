"""What generated programs once found stays found."""

import pytest

from perfmagic.model.options import Options
from perfmagic.model.plan import Plan
from tests.property.found_cells import CELLS
from tests.property.judging import NOT_RUN, differences, expected_of, planners
from tests.property.running import analysed
from tests.property.text_kept import missing


@pytest.mark.parametrize("source", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("strategy", planners())
def test_a_plan_gives_the_outcome_of_the_cell_and_keeps_its_text(strategy, source):
    answer = planners()[strategy](analysed(source), Options())
    if not isinstance(answer, Plan):
        assert answer.reason.endswith(".")
        return
    assert list(missing(source, answer.source)) == []
    if strategy not in NOT_RUN:
        assert list(differences(source, answer, expected_of(source, 1), 1)) == []
