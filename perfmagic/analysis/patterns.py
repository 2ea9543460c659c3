"""Patterns of ``match``: names that they bind, and what they read and ask of the subject."""

import ast
from typing import cast

from perfmagic.analysis import bindings
from perfmagic.analysis.attributes import get
from perfmagic.analysis.instance_checks import ask
from perfmagic.analysis.kinds import is_users
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import element, is_exact
from perfmagic.analysis.operators import read_deep
from perfmagic.analysis.values import UNKNOWN, Class, Const, Fresh, Live, Value, join


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
            case _:
                pass
    _look_into(machine, pattern, subject)


def _look_into(machine: Machine, pattern: ast.pattern, subject: Value) -> None:
    """Record what the class patterns in a pattern read of the subject and of its parts."""
    match pattern:
        case ast.MatchClass():
            _look_at_attributes(machine, pattern, subject)
        case ast.MatchSequence(patterns=parts) | ast.MatchMapping(patterns=parts):
            inside = join(*(element(machine, atom) for atom in subject if isinstance(atom, Live | Fresh)))
            for each in parts:
                _look_into(machine, each, inside)
        case ast.MatchOr(patterns=parts):
            for each in parts:
                _look_into(machine, each, subject)
        case ast.MatchAs(pattern=ast.pattern() as part):
            _look_into(machine, part, subject)
        case _:
            pass


def _look_at_attributes(machine: Machine, pattern: ast.MatchClass, subject: Value) -> None:
    classes = machine.evaluate(machine, pattern.cls)
    ask(machine, pattern, classes, subject)
    if pattern.patterns:
        named = join(
            subject, *(get(machine, pattern, subject, each) for each in _placed(machine, pattern, classes))
        )
        for part in pattern.patterns:
            _look_into(machine, part, named)
    for name, part in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
        _look_into(machine, part, get(machine, pattern, subject, name))


def _placed(machine: Machine, pattern: ast.MatchClass, classes: Value) -> list[str]:
    """Return the attributes that parts without a name may stand for; a class like `int` gives the subject itself."""
    found: list[object] = []
    for cls in classes:
        if not isinstance(cls, Class) and not (isinstance(cls, Live) and is_users(cls.value)):
            continue
        for atom in get(machine, pattern, frozenset((cls,)), "__match_args__"):
            if isinstance(atom, Live):
                found.extend(cast("tuple[object, ...]", atom.value) if is_exact(atom.value, (tuple,)) else ())
            elif isinstance(atom, Fresh):
                found.extend(each.value for each in element(machine, atom) if isinstance(each, Const))
    return [each for each in found if type(each) is str]
