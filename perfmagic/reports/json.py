"""The whole comparison as JSON, schema ``perfmagic/1``: what was written can be read back."""

import json

from perfmagic.errors import ExportError
from perfmagic.model.comparison import Comparison
from perfmagic.model.schema import from_dict, to_dict

suffixes = (".json",)


def render(comparison: Comparison) -> str:
    """Return the comparison as JSON in plain ASCII, so that any string survives any encoding.

    Raises
    ------
    ExportError
        If a number is not finite, which JSON cannot say.
    """
    try:
        return json.dumps(to_dict(comparison), indent=1, allow_nan=False) + "\n"
    except ValueError as error:
        message = f"the comparison holds a number that is not finite: {error}"
        raise ExportError(message) from error


def parse(text: str) -> Comparison:
    """Return the comparison that `render` wrote.

    Raises
    ------
    ExportError
        If the text is no JSON, or not a comparison of this schema; the message says where.
    """
    try:
        data: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"this is not JSON: {error}"
        raise ExportError(message) from error
    return from_dict(data)
