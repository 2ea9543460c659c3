"""An explanation as JSON, for programs: the fields of `perfmagic.model.explanation`, under their names.

Dependences that others imply are left out: there may be as many as pairs of statements.
"""

import json
from dataclasses import asdict, replace

from perfmagic.model.explanation import Explanation

suffixes = (".json",)

SCHEMA = "perfmagic.explanation/1"


def render(explanation: Explanation) -> str:
    """Return the explanation as JSON text in ASCII; keys are only ever added to it."""
    short = replace(
        explanation,
        blocks=tuple(
            replace(block, links=tuple(each for each in block.links if not each.implied))
            for block in explanation.blocks
        ),
    )
    return json.dumps({"schema": SCHEMA, **asdict(short)}, indent=1) + "\n"
