"""Which context managers keep to what they give, and which change the world around their body.

A pool's connection or a session's response belongs to the body of its ``with`` statement alone, so other code may run before,
beside or after it as its effects tell. A deadline, a lock, a redirected stream or a changed setting reaches everything that
happens meanwhile. The invariant: a manager about which that is not known changes the world.
"""

import ast
import inspect
import types
from collections.abc import Mapping

from perfmagic.analysis.effect_map import EffectMap
from perfmagic.analysis.effects import Kind
from perfmagic.analysis.sources import function_node

AMBIENT = frozenset({Kind.TASK, Kind.LOOP, Kind.CONTEXT, Kind.STDOUT, Kind.ENVIRONMENT, Kind.RANDOM})
"""What a manager must not touch if it is to keep to itself."""

RESOURCES = frozenset({Kind.EXTERNAL, Kind.EXCLUSIVE, Kind.FILE})
"""What tells a library's manager of a resource from one of a setting."""


def keeps_to_itself(manager: ast.expr, effects: EffectMap, namespace: Mapping[str, object]) -> bool:
    """Whether entering and leaving a context manager concerns nothing but what it gives."""
    touched = effects.of(manager)
    locations = touched.reads | touched.writes
    if touched.barriers or any(each.kind in AMBIENT for each in locations):
        return False
    if effects.callee(manager).kind == "user":
        return not _nests(manager, effects, namespace)
    return any(each.kind in RESOURCES for each in locations)


def _nests(manager: ast.expr, effects: EffectMap, namespace: Mapping[str, object]) -> bool:
    """Whether the manager may be a generator, which can hold another manager open."""
    if not isinstance(manager, ast.Call):
        return True
    name = effects.callee(manager).label.rpartition(".")[2]
    if any(each.name == name and each.decorator_list for each in effects.called):
        return True
    found = live(manager.func, namespace)
    wrapped = getattr(found, "__wrapped__", None) if isinstance(found, types.FunctionType) else None
    if not isinstance(wrapped, types.FunctionType):
        return False
    node = function_node(wrapped.__code__)
    return node is None or any(isinstance(each, ast.With | ast.AsyncWith) for each in ast.walk(node))


def live(expression: ast.expr, namespace: Mapping[str, object]) -> object:
    """Return the object that a dotted name refers to, found without running any code; ``None`` if that is not sure."""
    if isinstance(expression, ast.Name):
        return namespace.get(expression.id)
    if not isinstance(expression, ast.Attribute):
        return None
    base = live(expression.value, namespace)
    if base is None:
        return None
    if isinstance(base, types.ModuleType):
        return vars(base).get(expression.attr)
    found: object = inspect.getattr_static(base, expression.attr, None)
    return found
