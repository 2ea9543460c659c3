import copy
import json
import math
from dataclasses import replace

import pytest

from perfmagic.errors import ExportError
from perfmagic.model.schema import from_dict, to_dict
from tests.reports.examples import BASELINE, EXAMPLES, FAILED, INTERRUPTED, REFUSALS, WIN

every_example = pytest.mark.parametrize("comparison", EXAMPLES.values(), ids=EXAMPLES)


@every_example
def test_a_comparison_survives_the_round_trip_through_json(comparison):
    text = json.dumps(to_dict(comparison), allow_nan=False)
    assert from_dict(json.loads(text)) == comparison


def test_the_document_has_the_keys_of_the_schema_in_order():
    assert list(to_dict(WIN)) == [
        "schema", "id", "created", "magic", "title", "cell", "environment", "executions", "interrupted",
        "baseline", "bound", "candidates", "recommendation", "uncertain",
    ]  # fmt: skip
    assert to_dict(WIN)["schema"] == "perfmagic/1"
    assert to_dict(WIN)["bound"] == {"work_s": 0.9, "span_s": 0.3, "parallelism": pytest.approx(3.0)}
    assert to_dict(REFUSALS)["bound"] is None


@pytest.mark.parametrize(
    ("candidate", "keys"),
    [
        pytest.param(
            to_dict(WIN)["candidates"][1],
            "strategy status source verdict wall_s cpu_s peak_bytes speedup ceiling counters assumptions profile timeline usage",
            id="ran",
        ),
        pytest.param(to_dict(WIN)["candidates"][2], "strategy status reason lines hint", id="refused"),
        pytest.param(to_dict(FAILED)["candidates"][1], "strategy status source error", id="failed"),
        pytest.param(
            to_dict(INTERRUPTED)["candidates"][2], "strategy status source reason hint", id="not run"
        ),
    ],
)
def test_a_candidate_has_exactly_the_keys_of_its_status(candidate, keys):
    assert list(candidate) == keys.split()


def test_a_baseline_has_no_speedup_and_says_so():
    baseline = to_dict(WIN)["candidates"][0]
    assert baseline["speedup"] is None
    assert baseline["ceiling"] is None
    assert baseline["verdict"] == {"status": "baseline", "checked": [], "unchecked": [], "differences": []}


def test_a_field_that_a_status_does_not_always_have_is_kept_when_set():
    not_run = replace(INTERRUPTED.candidates[2], lines=(2, 2))
    found = from_dict(to_dict(replace(INTERRUPTED, candidates=(not_run,))))
    assert found.candidates == (not_run,)


def test_writing_takes_no_reference_to_the_comparison():
    data = to_dict(WIN)
    data["environment"]["packages"]["numpy"] = "9"
    data["candidates"][0]["wall_s"]["samples"].append(1.0)
    assert "numpy" not in WIN.environment.packages
    assert len(BASELINE.wall_s.samples) == 7


def test_unknown_keys_are_ignored_at_every_level():
    data = to_dict(WIN)
    for each in (data, data["cell"], data["candidates"][1], data["candidates"][1]["speedup"]):
        each["invented_later"] = {"x": 1}
    assert from_dict(data) == WIN


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("id",), None, "id must be a string, not null"),
        (("executions",), "14", "executions must be a whole number, not a string"),
        (("executions",), True, "executions must be a whole number, not true or false"),
        (("executions",), 1.5, "executions must be a whole number, not the number 1.5"),
        (("interrupted",), 0, "interrupted must be true or false, not the number 0"),
        (("cell", "source"), ["a"], "cell.source must be a string, not a list"),
        (("environment", "packages"), [], "environment.packages must be an object, not a list"),
        (("environment", "packages", "ipython"), 9, "environment.packages.ipython must be a string, not the number 9"),
        (("candidates",), {}, "candidates must be a list, not an object"),
        (("candidates", 1, "status"), "won", "candidates[1].status is 'won'; it must be one of: ran, failed, refused, not run"),
        (("candidates", 1, "verdict", "status"), "same", "candidates[1].verdict.status is 'same'; it must be one of: baseline,"),
        (("candidates", 1, "wall_s", "samples", 2), "1", "candidates[1].wall_s.samples[2] must be a finite number, not a string"),
        (("candidates", 1, "speedup", "low"), math.nan, "candidates[1].speedup.low must be a finite number, not the number nan"),
        (("candidates", 1, "speedup", "high"), math.inf, "candidates[1].speedup.high must be a finite number"),
        (("candidates", 2, "lines"), [1, 2, 3], "candidates[2].lines must hold the first and the last line, not 3 numbers"),
        (("uncertain",), [None], "uncertain[0] must be an object, not null"),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_type_is_refused_with_its_path(path, value, message):
    data = copy.deepcopy(to_dict(WIN))
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ExportError) as refusal:
        from_dict(data)
    assert str(refusal.value).startswith(message)


def keys_of(data, path=()):
    """Every path to a key that the schema requires: not to those that were added later."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key not in {
                "profile",
                "timeline",
                "parallelism",
                "perfmagic",
                "ipython",
                "usage",
                "probe_factor",
            }:
                yield (*path, key)
            yield from keys_of(value, (*path, key))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from keys_of(value, (*path, i))


@pytest.mark.parametrize("path", list(keys_of(to_dict(WIN))), ids=lambda path: ".".join(map(str, path)))
def test_every_missing_key_is_refused_with_its_path(path):
    data = copy.deepcopy(to_dict(WIN))
    place = data
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    spelled = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in path).removeprefix(".")
    with pytest.raises(ExportError) as refusal:
        from_dict(data)
    assert str(refusal.value) == f"{spelled} is missing: this is no complete comparison"


@pytest.mark.parametrize("data", [None, [], "perfmagic/1", 3], ids=["null", "a list", "a string", "a number"])
def test_what_is_no_object_is_refused(data):
    with pytest.raises(ExportError, match="the document must be an object"):
        from_dict(data)


def test_a_later_schema_is_refused_with_what_to_do():
    with pytest.raises(
        ExportError, match=r"schema is 'perfmagic/2'; this perfmagic reads 'perfmagic/1': install"
    ):
        from_dict(to_dict(WIN) | {"schema": "perfmagic/2"})


def test_a_foreign_schema_is_refused():
    with pytest.raises(ExportError, match=r"schema is 'other'; this perfmagic reads 'perfmagic/1'$"):
        from_dict(to_dict(WIN) | {"schema": "other"})
