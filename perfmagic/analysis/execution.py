"""Statements in program order: branches are joined, loops run until nothing new is seen."""

import ast
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from perfmagic.analysis import bindings, live
from perfmagic.analysis.ageing import age
from perfmagic.analysis.expressions import capture, defaults_of
from perfmagic.analysis.importing import import_from, import_module
from perfmagic.analysis.kinds import bound, is_user_code, is_users, lookup
from perfmagic.analysis.machine import MAX_STEPS, Frame, Machine
from perfmagic.analysis.memory import attribute_key, new, site_of, store, stored
from perfmagic.analysis.operators import enter, iterate, leave, operate, truth
from perfmagic.analysis.patterns import bind_pattern
from perfmagic.analysis.scopes import Scope, names_of
from perfmagic.analysis.targets import assign, delete
from perfmagic.analysis.values import (
    NEVER,
    NONE,
    UNKNOWN,
    Arguments,
    Atom,
    Class,
    Fresh,
    Function,
    Live,
    Unknown,
    Value,
    join,
    just,
)

if TYPE_CHECKING:
    from perfmagic.analysis.name_state import NameKey

_MAX_TURNS = 5


def execute(machine: Machine, body: list[ast.stmt]) -> None:
    """Run statements in order."""
    for statement in body:
        machine.steps += 1
        if machine.steps > MAX_STEPS:
            machine.barrier(statement, "the analysis stops here: the code is too large")
            machine.hazard(statement, "unknown", "the code is too large to be analysed", "the cell")
            continue
        rule = RULES.get(type(statement))
        if rule is None:
            machine.barrier(statement, f"line {machine.line(statement)} holds a statement that is not known")
        else:
            _run_rule(machine, rule, statement)


def _run_rule(machine: Machine, rule: Callable[..., None], statement: ast.stmt) -> None:
    """Execute one statement; one that is nested too deeply for Python's own stack is given up, in the cell's own frame."""
    depth = machine.names.depth()
    try:
        rule(machine, statement)
    except RecursionError:
        if len(machine.frames) > 1:
            raise
        machine.names.cut(depth)
        for each in ast.walk(statement):
            if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load):
                machine.names.put((machine.cell.number, each.id), UNKNOWN)
        line = machine.line(statement)
        machine.barrier(statement, f"line {line} is nested too deeply to be analysed")
        machine.hazard(statement, "unknown", f"line {line} is nested too deeply to be analysed", "the cell")


def _expression(machine: Machine, node: ast.Expr) -> None:
    machine.evaluate(machine, node.value)


def _assign(machine: Machine, node: ast.Assign) -> None:
    value = machine.evaluate(machine, node.value)
    for target in node.targets:
        assign(machine, target, value)


def _annotated(machine: Machine, node: ast.AnnAssign) -> None:
    if machine.frame.function is None:
        machine.evaluate(machine, node.annotation)
    if node.value is not None:
        assign(machine, node.target, machine.evaluate(machine, node.value))


def _augmented(machine: Machine, node: ast.AugAssign) -> None:
    load = _as_load(node.target)
    before = machine.evaluate(machine, load)
    value = machine.evaluate(machine, node.value)
    name = _IN_PLACE[type(node.op)]
    result = operate(machine, node, (f"__i{name}__", f"__{name}__"), (before,))
    others = operate(machine, node, (f"__r{name}__",), (value,)) if _has_user_value(value) else NEVER
    for atom in before:
        if isinstance(atom, Live | Fresh) and isinstance(node.op, ast.Add):
            store(machine, atom, ("[]", None), _elements(machine, node, value))
    assign(machine, node.target, join(result, others))


def _has_user_value(value: Value) -> bool:
    return any(isinstance(atom, Live | Fresh | Unknown) for atom in value)


def _elements(machine: Machine, node: ast.AST, value: Value) -> Value:
    return iterate(machine, node, frozenset(each for each in value if isinstance(each, Live | Fresh)))


_IN_PLACE: Mapping[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv", ast.Mod: "mod", ast.Pow: "pow",
    ast.MatMult: "matmul", ast.LShift: "lshift", ast.RShift: "rshift", ast.BitOr: "or", ast.BitAnd: "and", ast.BitXor: "xor",
}  # fmt: skip


def _as_load(target: ast.expr) -> ast.expr:
    """Return the same target as an expression that reads it; its parts are the same nodes, so effects land on them."""
    match target:
        case ast.Name(id=name):
            return ast.copy_location(ast.Name(id=name, ctx=ast.Load()), target)
        case ast.Attribute(value=value, attr=attr):
            return ast.copy_location(ast.Attribute(value=value, attr=attr, ctx=ast.Load()), target)
        case ast.Subscript(value=value, slice=key):
            return ast.copy_location(ast.Subscript(value=value, slice=key, ctx=ast.Load()), target)
        case _:
            return target


def _delete(machine: Machine, node: ast.Delete) -> None:
    for target in node.targets:
        delete(machine, target)


def _if(machine: Machine, node: ast.If) -> None:
    truth(machine, node.test, machine.evaluate(machine, node.test))
    machine.names.push()
    machine.execute(machine, node.body)
    one = machine.names.pop()
    machine.names.push()
    machine.execute(machine, node.orelse)
    machine.names.merge(one, machine.names.pop())


def _turns(machine: Machine, node: ast.AST, turn: Callable[[], None]) -> None:
    """Run the body of a loop until its names and the heap do not change any more."""
    start, outer = len(machine.created), machine.dirty
    machine.dirty = set()
    facts = -1
    for _ in range(_MAX_TURNS):
        machine.names.push()
        turn()
        changes = machine.names.pop()
        known, facts = facts, age(machine, machine.created[start:], changes)
        del machine.created[start:]
        news = machine.names.merge(changes, {})
        if known == facts and not news:
            break
    else:
        machine.barrier(node, f"what the loop in line {machine.line(node)} holds does not settle")
    machine.dirty |= outer


def _for(machine: Machine, node: ast.For | ast.AsyncFor) -> None:
    iterated = machine.evaluate(machine, node.iter)

    def turn() -> None:
        elements = iterate(machine, node.iter, iterated, asynchronous=isinstance(node, ast.AsyncFor))
        assign(machine, node.target, elements)
        machine.execute(machine, node.body)

    _turns(machine, node, turn)
    machine.execute(machine, node.orelse)


def _while(machine: Machine, node: ast.While) -> None:
    def turn() -> None:
        truth(machine, node.test, machine.evaluate(machine, node.test))
        machine.execute(machine, node.body)

    _turns(machine, node, turn)
    machine.execute(machine, node.orelse)


def _with(machine: Machine, node: ast.With | ast.AsyncWith) -> None:
    asynchronous = isinstance(node, ast.AsyncWith)
    managers: list[tuple[ast.expr, Value]] = []
    held = len(machine.held_pools)
    for item in node.items:
        manager = machine.evaluate(machine, item.context_expr)
        value = enter(machine, item.context_expr, manager, asynchronous=asynchronous)
        managers.append((item.context_expr, manager))
        for atom in manager:
            for pool in stored(machine, atom, attribute_key("perfmagic.pool")):
                machine.held_pools.append((pool, machine.line(item.context_expr)))
        if item.optional_vars is not None:
            assign(machine, item.optional_vars, value)
    machine.execute(machine, node.body)
    del machine.held_pools[held:]
    for place, manager in reversed(managers):
        leave(machine, place, manager, asynchronous=asynchronous)


def _try(machine: Machine, node: ast.Try) -> None:
    names = machine.names
    names.push()
    machine.execute(machine, node.body)
    after = names.pop()
    branches: list[Mapping[NameKey, Value]] = [{}] if node.finalbody and not node.handlers else []
    for handler in node.handlers:
        names.push()
        names.merge(after, {})
        _handler(machine, handler)
        branches.append(names.pop())
    names.push()
    names.apply(after)
    machine.execute(machine, node.orelse)
    names.merge(names.pop(), *branches)
    machine.execute(machine, node.finalbody)


def _handler(machine: Machine, handler: ast.ExceptHandler) -> None:
    kinds = [machine.evaluate(machine, each) for each in _types(handler)]
    if handler.name is not None:
        classes = [{atom for atom in kind if isinstance(atom, Live | Class)} for kind in kinds]
        caught = [new(machine, handler, each, "caught") for each in frozenset[Live | Class]().union(*classes)]
        value: Value = frozenset(caught) if classes and all(classes) else UNKNOWN
        bindings.bind(machine, handler, handler.name, value)
    machine.execute(machine, handler.body)


def _types(handler: ast.ExceptHandler) -> list[ast.expr]:
    match handler.type:
        case None:
            return []
        case ast.Tuple(elts=elts):
            return elts
        case single:
            return [single]


def _raise(machine: Machine, node: ast.Raise) -> None:
    for each in (node.exc, node.cause):
        value = machine.evaluate(machine, each) if each is not None else NEVER
        for atom in value:
            if isinstance(atom, Class) or (isinstance(atom, Live) and isinstance(each, ast.Name)):
                machine.call(machine, node, just(atom), Arguments()) if _is_class(atom) else None


def _is_class(atom: Class | Live) -> bool:
    return isinstance(atom, Class) or type(atom.value) is type


def _assert(machine: Machine, node: ast.Assert) -> None:
    truth(machine, node.test, machine.evaluate(machine, node.test))
    if node.msg is not None:
        machine.evaluate(machine, node.msg)


def _return(machine: Machine, node: ast.Return) -> None:
    machine.frame.returns.update(machine.evaluate(machine, node.value) if node.value is not None else NONE)


def _define(machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    capture(machine.frame.scope)
    defaults = defaults_of(machine, node.args)
    value = just(Function(node, machine.frame.scope, defaults, node.name))
    bindings.bind(machine, node, node.name, _decorated(machine, node, value))


def _decorated(
    machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, value: Value
) -> Value:
    decorators = [machine.evaluate(machine, each) for each in node.decorator_list]
    for place, decorator in zip(reversed(node.decorator_list), reversed(decorators), strict=True):
        value = machine.call(machine, place, decorator, Arguments(positional=(value,)))
    return value


def _class(machine: Machine, node: ast.ClassDef) -> None:
    bases = [machine.evaluate(machine, each) for each in node.bases]
    atoms = tuple(next(iter(each)) if len(each) == 1 else Unknown("a base class") for each in bases)
    given = {each.arg: machine.evaluate(machine, each.value) for each in node.keywords}
    if given or any(_has_users_metaclass(each) for each in atoms):
        reason = f"line {machine.line(node)} defines {node.name}, a class with a metaclass or keywords"
        machine.barrier(node, reason)
        if (
            not given
            or None in given
            or not all(_is_library_class(each) for each in given.get("metaclass", ()))
        ):
            machine.hazard(node, "unknown", reason, node.name)
    scope = Scope(
        number=site_of(machine, node), sort="class", names=names_of(node), parent=machine.frame.scope
    )
    capture(scope)
    cls = Class(node, atoms, scope)
    frame = Frame(scope=scope, in_cell=machine.frame.in_cell, function=machine.frame.function, call_node=node)
    with machine.activation(frame):
        machine.execute(machine, node.body)
    for name in scope.names.bound:
        value = machine.names.get((scope.number, name))
        if value is not None:
            store(machine, cls, attribute_key(name), _owned(value, cls))
    for base in atoms:
        hook = lookup(machine, base, "__init_subclass__") if isinstance(base, Live | Class) else None
        if hook is not None and is_user_code(_unwrapped(hook[1])):
            machine.call(machine, node, bound(_unwrapped(hook[1]), cls), Arguments())
    bindings.bind(machine, node, node.name, _decorated(machine, node, just(cls)))


def _is_library_class(atom: Atom) -> bool:
    return isinstance(atom, Live) and live.is_class(atom.value) and not is_users(atom.value)


def _has_users_metaclass(base: Atom) -> bool:
    return isinstance(base, Live) and live.is_class(base.value) and is_users(type(base.value))


def _unwrapped(raw: Value) -> Value:
    """Return the functions below ``classmethod`` objects."""
    return frozenset(
        Live(live.wrapped_function(each.value)) if isinstance(each, Live) else each for each in raw
    )


def _owned(value: Value, cls: Class) -> Value:
    return frozenset(
        Function(each.node, each.scope, each.defaults, each.name, cls)
        if isinstance(each, Function) and each.owner is None
        else each
        for each in value
    )


def _match(machine: Machine, node: ast.Match) -> None:
    subject = machine.evaluate(machine, node.subject)
    branches: list[Mapping[NameKey, Value]] = [{}]
    for case in node.cases:
        machine.names.push()
        bind_pattern(machine, case.pattern, subject)
        if case.guard is not None:
            truth(machine, case.guard, machine.evaluate(machine, case.guard))
        machine.execute(machine, case.body)
        branches.append(machine.names.pop())
    machine.names.merge(*branches)


def _nothing(machine: Machine, node: ast.stmt) -> None:
    """``pass``, ``break``, ``global``...: no effect of their own."""


RULES: Mapping[type[ast.stmt], Callable[..., None]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Delete: _delete,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.Return: _return,
    ast.Import: import_module,
    ast.ImportFrom: import_from,
    ast.FunctionDef: _define,
    ast.AsyncFunctionDef: _define,
    ast.ClassDef: _class,
    ast.Match: _match,
    ast.Pass: _nothing,
    ast.Break: _nothing,
    ast.Continue: _nothing,
    ast.Global: _nothing,
    ast.Nonlocal: _nothing,
}
