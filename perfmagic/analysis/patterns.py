"""Patterns of ``match``: names that they bind."""

import ast

from perfmagic.analysis import bindings
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.operators import read_deep
from perfmagic.analysis.values import UNKNOWN, Value


def bind_pattern(machine: Machine, pattern: ast.pattern, subject: Value) -> None:
    """Bind the names of a pattern; parts of the subject are not followed."""
    read_deep(machine, pattern, [subject])
    for each in ast.walk(pattern):
        match each:
            case ast.MatchAs(name=str(name)) if each is pattern:
                bindings.bind(machine, each, name, subject)
            case (
                ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name))
            ):
                bindings.bind(machine, each, name, UNKNOWN)
            case ast.MatchValue(value=value):
                machine.evaluate(machine, value)
            case ast.MatchClass(cls=cls):
                machine.evaluate(machine, cls)
            case _:
                pass
