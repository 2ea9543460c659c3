"""An explanation as JSON, for programs: the fields of `perfmagic.model.explanation`, under their names."""

import json
from dataclasses import asdict

from perfmagic.model.explanation import Explanation

suffixes = (".json",)

SCHEMA = "perfmagic.explanation/1"


def render(explanation: Explanation) -> str:
    """Return the explanation as JSON text in ASCII; keys are only ever added to it."""
    return json.dumps({"schema": SCHEMA, **asdict(explanation)}, indent=1) + "\n"
