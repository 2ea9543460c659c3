"""Statements that only give a name to a text, a constant or another name's value: to run them twice changes nothing."""

import ast

from perfmagic.analysis.analysis import Analysis


def only_names(statement: ast.stmt, analysis: Analysis) -> bool:
    """Whether a statement is one of them."""
    if not (isinstance(statement, ast.Assign) and len(statement.targets) == 1):
        return False
    effects = analysis.effects.of(statement.value)
    target = statement.targets[0]
    plain = isinstance(target, ast.Name) and not effects.writes and not effects.barriers
    return plain and _is_text_or_name(statement.value)


def _is_text_or_name(node: ast.expr) -> bool:
    match node:
        case ast.Constant() | ast.Name() | ast.JoinedStr():
            return True
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            texts = [
                isinstance(each, ast.JoinedStr)
                or (isinstance(each, ast.Constant) and isinstance(each.value, str))
                for each in (left, right)
            ]
            return any(texts) and all(map(_is_text_or_name, (left, right)))
        case _:
            return False
