"""Objects of the user that refuse a second operation while one runs, as connections do.

The sign is in the source: a coroutine method raises if an attribute of its object is set, sets it, and waits. Running two of
these at once raises, so the object counts as one that allows one operation at a time.
"""

import ast

from perfmagic.analysis.effects import Kind, Location
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import label_of
from perfmagic.analysis.sources import FunctionNode
from perfmagic.analysis.values import Fresh, Live, Value


def occupy_receivers(machine: Machine, node: FunctionNode, receivers: Value) -> None:
    """Note that running the method keeps its receivers busy, if its source says that they refuse company."""
    if not refuses_company(node):
        return
    for atom in receivers:
        if isinstance(atom, Live | Fresh):
            key = ("busy", id(atom.value)) if isinstance(atom, Live) else atom
            machine.read(node, Location(Kind.EXCLUSIVE, key, label_of(machine, atom)))


def refuses_company(node: FunctionNode) -> bool:
    """Whether a method raises if a flag of its object is set, sets that flag, and then waits."""
    if not isinstance(node, ast.AsyncFunctionDef) or not node.args.args:
        return False
    receiver = node.args.args[0].arg
    checked = {flag for each in node.body if (flag := _checked(each, receiver)) is not None}
    return bool(checked & _set_flags(node, receiver)) and any(
        isinstance(each, ast.Await) for each in ast.walk(node)
    )


def _checked(statement: ast.stmt, receiver: str) -> str | None:
    """Return the flag of ``if self.flag: raise ...`` or ``assert not self.flag``."""
    match statement:
        case ast.If(test=test, body=[ast.Raise()]):
            return _attribute(test, receiver)
        case ast.Assert(test=ast.UnaryOp(op=ast.Not(), operand=test)):
            return _attribute(test, receiver)
        case _:
            return None


def _attribute(test: ast.expr, receiver: str) -> str | None:
    match test:
        case ast.Attribute(value=ast.Name(id=name), attr=flag) if name == receiver:
            return flag
        case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot()], comparators=[ast.Constant()]):
            return _attribute(left, receiver)
        case _:
            return None


def _set_flags(node: ast.AST, receiver: str) -> set[str]:
    return {
        flag
        for each in ast.walk(node)
        if isinstance(each, ast.Assign)
        for target in each.targets
        if (flag := _attribute(target, receiver)) is not None
    }
