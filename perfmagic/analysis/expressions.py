"""Expressions: the abstract value of each kind, with its effects recorded where they happen."""

import ast
import itertools
from collections.abc import Callable, Mapping

from perfmagic.analysis import attributes, bindings
from perfmagic.analysis.comprehensions import comprehension, generator
from perfmagic.analysis.machine import MAX_STEPS, Callee, Machine, note_callee
from perfmagic.analysis.memory import ELEMENTS, KEYS, element, look, new, store
from perfmagic.analysis.operators import await_all, iterate, operate, read_deep, run_hooks, truth
from perfmagic.analysis.scopes import Scope
from perfmagic.analysis.subscripts import subscript
from perfmagic.analysis.targets import assign
from perfmagic.analysis.values import (
    NONE,
    SCALAR,
    UNKNOWN,
    Arguments,
    Atom,
    Const,
    Fresh,
    Function,
    Live,
    Pending,
    Scalar,
    Unknown,
    Value,
    join,
    just,
)

_OPERATORS: Mapping[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv", ast.Mod: "mod", ast.Pow: "pow",
    ast.MatMult: "matmul", ast.LShift: "lshift", ast.RShift: "rshift", ast.BitOr: "or", ast.BitAnd: "and", ast.BitXor: "xor",
    ast.UAdd: "pos", ast.USub: "neg", ast.Invert: "invert",
}  # fmt: skip
_COMPARISONS = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")


def evaluate(machine: Machine, node: ast.expr) -> Value:
    """Return the abstract value of an expression."""
    machine.steps += 1
    if machine.steps > MAX_STEPS:
        machine.barrier(node, "the analysis stops here: the code is too large")
        return UNKNOWN
    rule = RULES.get(type(node))
    if rule is None:
        machine.barrier(node, f"line {machine.line(node)} holds syntax that is not known")
        return UNKNOWN
    return rule(machine, node)


def _constant(_machine: Machine, node: ast.Constant) -> Value:
    return just(Const(node.value))


def _name(machine: Machine, node: ast.Name) -> Value:
    return bindings.load(machine, node, node.id)


def _attribute(machine: Machine, node: ast.Attribute) -> Value:
    return attributes.get(machine, node, evaluate(machine, node.value), node.attr)


def _display(machine: Machine, node: ast.List | ast.Tuple | ast.Set) -> Value:
    kind = {ast.List: "builtins.list", ast.Tuple: "builtins.tuple", ast.Set: "builtins.set"}[type(node)]
    fresh = new(machine, node, kind)
    exact = kind != "builtins.set"
    for index, each in enumerate(node.elts):
        if isinstance(each, ast.Starred):
            exact = False
            store(machine, fresh, ELEMENTS, iterate(machine, each, evaluate(machine, each.value)))
            continue
        value = evaluate(machine, each)
        store(machine, fresh, ("[]", Const(index)) if exact else ELEMENTS, value)
        if kind == "builtins.set":
            read_deep(machine, node, [value])
    return just(fresh)


def _dict(machine: Machine, node: ast.Dict) -> Value:
    fresh = new(machine, node, "builtins.dict")
    for key, each in zip(node.keys, node.values, strict=True):
        if key is None:
            _merge(machine, each, fresh)
            continue
        known = evaluate(machine, key)
        value = evaluate(machine, each)
        put_item(machine, fresh, known, value)
        read_deep(machine, node, [known])
    return just(fresh)


def _merge(machine: Machine, node: ast.expr, fresh: Fresh) -> None:
    for atom in evaluate(machine, node):
        if isinstance(atom, Live | Fresh):
            hooks = run_hooks(machine, node, atom, ("keys", "__getitem__"), _ANY_KEY)
            store(machine, fresh, KEYS, SCALAR if hooks else iterate(machine, node, just(atom)))
            store(machine, fresh, ELEMENTS, element(machine, atom) | (hooks or frozenset()))
        elif isinstance(atom, Unknown):
            machine.barrier(node, f"line {machine.line(node)} unpacks {atom.reason}")
            store(machine, fresh, ELEMENTS, UNKNOWN)


def put_item(machine: Machine, container: Fresh | Live, key: Value, value: Value) -> None:
    """Keep an element under a key, exactly if the key is one constant."""
    constants = [atom for atom in key if isinstance(atom, Const) and type(atom.value) in (str, int)]
    exact = constants[0] if len(key) == 1 and constants else None
    store(machine, container, ("[]", exact), value)
    store(machine, container, KEYS, key)


def _joined(machine: Machine, node: ast.JoinedStr) -> Value:
    parts: list[str] | None = []
    for each in node.values:
        value = evaluate(machine, each)
        text = next(iter(value)) if len(value) == 1 else None
        if parts is not None and isinstance(text, Const) and type(text.value) in (str, int):
            parts.append(str(text.value))
        else:
            parts = None
    return just(Const("".join(parts))) if parts is not None else just(Scalar("str"))


def _formatted(machine: Machine, node: ast.FormattedValue) -> Value:
    value = evaluate(machine, node.value)
    if node.format_spec is not None:
        evaluate(machine, node.format_spec)
    read_deep(machine, node, [value])
    return value if node.format_spec is None and node.conversion == -1 else just(Scalar("str"))


def _binary(machine: Machine, node: ast.BinOp) -> Value:
    operands = (evaluate(machine, node.left), evaluate(machine, node.right))
    name = _OPERATORS[type(node.op)]
    if isinstance(node.op, ast.Mod):
        read_deep(machine, node, operands)
    if isinstance(node.op, ast.Mult):
        for atom in operands[0] | operands[1]:
            run_hooks(machine, node, atom, ("__index__",), Arguments())
    if isinstance(node.op, ast.Add):
        text = _concatenated(*operands)
        if text is not None:
            return text
    return operate(machine, node, (f"__{name}__", f"__r{name}__"), operands)


def _concatenated(left: Value, right: Value) -> Value | None:
    if len(left) != 1 or len(right) != 1:
        return None
    (one,), (other,) = left, right
    if (
        isinstance(one, Const)
        and isinstance(other, Const)
        and type(one.value) is str
        and type(other.value) is str
    ):
        return just(Const(one.value + other.value))
    return None


def _unary(machine: Machine, node: ast.UnaryOp) -> Value:
    value = evaluate(machine, node.operand)
    if isinstance(node.op, ast.Not):
        truth(machine, node, value)
        return just(Scalar("bool"))
    if (
        isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
        and type(node.operand.value) is int
    ):
        return just(Const(-node.operand.value))
    return operate(machine, node, (f"__{_OPERATORS[type(node.op)]}__",), (value,))


def _boolean(machine: Machine, node: ast.BoolOp) -> Value:
    values = [machine.evaluate(machine, node.values[0])]
    for before, each in itertools.pairwise(node.values):
        truth(machine, before, values[-1])
        machine.names.push()
        values.append(machine.evaluate(machine, each))
        machine.names.merge(machine.names.pop(), {})
    return join(*values)


def _compare(machine: Machine, node: ast.Compare) -> Value:
    operands = (evaluate(machine, node.left), *(evaluate(machine, each) for each in node.comparators))
    if all(isinstance(each, ast.Is | ast.IsNot) for each in node.ops):
        return just(Scalar("bool"))
    names: tuple[str, ...] = _COMPARISONS
    if any(isinstance(each, ast.In | ast.NotIn) for each in node.ops):
        names = ("__contains__", "__iter__", *_COMPARISONS, "__hash__")
    read_deep(machine, node, operands)
    library = operate(machine, node, names, operands)
    return library if any(isinstance(each, Fresh) for each in library) else just(Scalar("bool"))


def _conditional(machine: Machine, node: ast.IfExp) -> Value:
    truth(machine, node.test, evaluate(machine, node.test))
    machine.names.push()
    one = evaluate(machine, node.body)
    first = machine.names.pop()
    machine.names.push()
    other = evaluate(machine, node.orelse)
    machine.names.merge(first, machine.names.pop())
    return join(one, other)


def _slice(machine: Machine, node: ast.Slice) -> Value:
    for each in (node.lower, node.upper, node.step):
        for atom in evaluate(machine, each) if each is not None else ():
            run_hooks(machine, node, atom, ("__index__",), Arguments())
    return SCALAR


def _call(machine: Machine, node: ast.Call) -> Value:
    callee = evaluate(machine, node.func)
    arguments = arguments_of(machine, node)
    if not callee:
        reason = f"line {machine.line(node)} calls {ast.unparse(node.func)}, which the analysis does not know"
        machine.barrier(node, reason)
        machine.hazard(node, "unknown", reason, ast.unparse(node.func))
        note_callee(machine, node, Callee(kind="unknown", label=ast.unparse(node.func), blocking=True))
        return UNKNOWN
    return machine.call(machine, node, callee, arguments)


def _mapped(machine: Machine, node: ast.AST, atom: Atom) -> Value:
    """Return what ``**mapping`` may hand on."""
    if not isinstance(atom, Live | Fresh):
        return UNKNOWN
    look(machine, node, atom)
    found = run_hooks(machine, node, atom, ("keys", "__iter__", "__getitem__"), _ANY_KEY)
    return element(machine, atom) if found is None else join(found, element(machine, atom))


_ANY_KEY = Arguments(rest=SCALAR, starred=True)


def arguments_of(machine: Machine, node: ast.Call) -> Arguments:
    """Return the evaluated arguments of a call."""
    positional: list[Value] = []
    rest: list[Value] = []
    keywords: dict[str, Value] = {}
    for each in node.args:
        if isinstance(each, ast.Starred):
            rest.append(iterate(machine, each, evaluate(machine, each.value)))
        elif rest:
            rest.append(evaluate(machine, each))
        else:
            positional.append(evaluate(machine, each))
    for keyword in node.keywords:
        value = evaluate(machine, keyword.value)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
        else:
            rest.extend(_mapped(machine, keyword.value, atom) for atom in value)
    starred = bool(rest) or any(isinstance(each, ast.Starred) for each in node.args)
    return Arguments(positional=tuple(positional), keywords=keywords, rest=join(*rest), starred=starred)


def _await(machine: Machine, node: ast.Await) -> Value:
    value = evaluate(machine, node.value)
    for atom in value:
        if isinstance(atom, Pending):
            inner = machine.callees.get(id(atom.site))
            kind = inner.kind if inner is not None else "user"
            slots = inner.slots if inner is not None else None
            label = inner.label if inner is not None else atom.label
            note_callee(machine, node, Callee(kind=kind, label=label, awaits=True, slots=slots))
        elif isinstance(atom, Unknown):
            note_callee(machine, node, Callee(kind="unknown", label=atom.reason, awaits=True))
        else:
            note_callee(machine, node, Callee(kind="modelled", label="an awaitable", awaits=True))
    return await_all(machine, node, value)


def _lambda(machine: Machine, node: ast.Lambda) -> Value:
    capture(machine.frame.scope)
    return just(Function(node, machine.frame.scope, defaults_of(machine, node.args), "<lambda>"))


def capture(scope: Scope | None) -> None:
    """Note that something defined in a scope may use its names later."""
    while scope is not None and not scope.captured:
        scope.captured = True
        scope = scope.parent


def defaults_of(machine: Machine, arguments: ast.arguments) -> dict[str, Value]:
    """Return the evaluated defaults of a definition by parameter."""
    ordered = [*arguments.posonlyargs, *arguments.args]
    found: dict[str, Value] = {}
    offset = len(ordered) - len(arguments.defaults)
    for parameter, default in zip(ordered[offset:], arguments.defaults, strict=True):
        found[parameter.arg] = evaluate(machine, default)
    for parameter, maybe in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if maybe is not None:
            found[parameter.arg] = evaluate(machine, maybe)
    return found


def _named(machine: Machine, node: ast.NamedExpr) -> Value:
    value = evaluate(machine, node.value)
    assign(machine, node.target, value)
    return value


def _yield(machine: Machine, node: ast.Yield) -> Value:
    machine.frame.yields.update(evaluate(machine, node.value) if node.value is not None else NONE)
    return SCALAR


def _yield_from(machine: Machine, node: ast.YieldFrom) -> Value:
    machine.frame.yields.update(iterate(machine, node, evaluate(machine, node.value)))
    return UNKNOWN


def _starred(machine: Machine, node: ast.Starred) -> Value:
    return iterate(machine, node, evaluate(machine, node.value))


RULES: Mapping[type[ast.AST], Callable[..., Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.List: _display,
    ast.Tuple: _display,
    ast.Set: _display,
    ast.Dict: _dict,
    ast.JoinedStr: _joined,
    ast.FormattedValue: _formatted,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.Compare: _compare,
    ast.IfExp: _conditional,
    ast.Subscript: subscript,
    ast.Slice: _slice,
    ast.Call: _call,
    ast.Await: _await,
    ast.Lambda: _lambda,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.DictComp: comprehension,
    ast.GeneratorExp: generator,
    ast.NamedExpr: _named,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.Starred: _starred,
}
