"""Reading a cell executes none of the user's code and never fails, whatever the cell holds."""

import ast

import pytest

from perfmagic.analysis.effect_map import infer_effects
from tests.analysis.inference import infer, namespace

HOSTILE = """
class Hostile(Exception): pass
def fail(*_, **__): raise Hostile("user code ran")
class Meta(type):
    __getattribute__ = fail
    __instancecheck__ = fail
    __subclasscheck__ = fail
    __eq__ = fail
    __hash__ = fail
    __iter__ = fail
    __call__ = fail
    __repr__ = fail
class Trap:
    __getattr__ = __eq__ = __ne__ = __hash__ = __repr__ = __str__ = __iter__ = __len__ = __bool__ = fail
    __next__ = __call__ = __add__ = __getitem__ = __contains__ = __enter__ = __format__ = __index__ = fail
    __setattr__ = __delattr__ = __lt__ = fail
    __class__ = property(fail)
    value = property(fail)
    lazy = functools.cached_property(fail)
class Deep(Trap):
    __getattribute__ = fail
class Dict(Trap):
    __dict__ = property(fail)
class Key:
    def __hash__(self): return hash("k")
    __eq__ = fail
class List(list):
    __iter__ = __len__ = __getitem__ = fail
class Map(dict):
    __iter__ = __len__ = __getitem__ = __contains__ = items = keys = values = get = fail
t, deep, dic, lst, mp = Trap(), Deep(), Dict(), List([1]), Map(a=1)
holder = {"k": t, "l": [t, deep], "m": (dic, lst, mp)}
keyed = {Key(): 1, "j": 2}
"""

CELLS = {
    "attributes": "t.value; t.lazy; t.other; deep.x; dic.y; t.__class__; t.__dict__",
    "operators": "t + 1; 1 + t; t == 1; t < t; not t; t in [t]; f'{t}'; -t; t and t",
    "iteration": "for x in t: x\n[y for y in lst]\na, b = mp\nlist(t); next(t); sum(lst); sorted([t, deep])",
    "calls": "t(); deep(); print(t, holder); len(t); str(t); isinstance(t, Trap); hash(t); max(t, t); type(t); repr(holder)",
    "containers": "holder['k'].x; holder['l'][0] + 1; keyed['k']; keyed['j']; {t: 1}; {t}; holder.get('k').y; mp['a']; lst[0]",
    "assignments": "t.x = 1; del t.x; t['a'] = 1; t += 1; lst += [1]; setattr(t, 'x', 1); getattr(t, 'x')",
    "context": "with t as x: x\nasync with deep as y: y\nawait t\nasync for z in t: z",
    "unknown": "import array\narray.array('i', t)\nundefined(t, holder, keyed, lst, mp)",
    "classes": "class Sub(Trap): pass\ns = Sub()\ns.value; s + 1",
}


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS.keys())
def test_no_code_of_the_user_runs(cell: str) -> None:
    names = namespace(HOSTILE)
    before = dict(names)
    infer_effects(ast.parse(cell), names)
    assert names.keys() == before.keys()
    assert all(names[key] is before[key] for key in before)


def test_a_class_whose_metaclass_raises_is_only_looked_at() -> None:
    names = namespace(HOSTILE + "\nC = type.__call__(Meta, 'C', (), {'x': 1})\ncs = [C]\n")
    infer_effects(
        ast.parse("C.x; C(); C == C; [v for v in C]; C in cs; cs[0].x; print(C); isinstance(1, C)"), names
    )


ODD = {
    "empty": "",
    "return_value_of_nothing": "f = lambda: f()\nf()",
    "mutual_recursion": "def a(n): return b(n)\ndef b(n): return a(n + 1)\na(1)",
    "self_containing": "l = []\nl.append(l)\nfor x in l: x.append(l)\nl[0][0][0].append(1)",
    "unbound": "print(never_defined)\ndel never_there",
    "star_import": "from math import *\nfrom nowhere_at_all import *\nx = sqrt(2)",
    "dynamic": "exec('x = 1'); eval('x'); globals()['y'] = 1; locals(); x = y",
    "class_soup": "class A:\n    class B:\n        x = 1\n        def f(self): return self.B\n    y = B.x\nA().B().f()\nA.B.x = 2",
    "match": "match 1:\n    case {'a': [x, *y], **z} if x: pass\n    case str() | int(): pass\n    case A(b=c): pass",
    "try_star": "try:\n    pass\nexcept* ValueError as e:\n    print(e)\nelse:\n    pass\nfinally:\n    pass",
    "deep_nesting": "x = " + "(" * 60 + "1" + ")" * 60,
    "nested_loops": "\n".join("    " * i + f"for i{i} in range(2):" for i in range(8))
    + "\n"
    + "    " * 8
    + "pass",
    "walrus_comprehension": "[y := f(x) for x in range(3) if (z := x)]\nprint(y, z)",
    "generators": "def g():\n    x = yield 1\n    yield from g()\nfor v in g(): print(v)",
    "async_everything": "async def g():\n    yield 1\nasync for x in g(): pass\nz = [y async for y in g()]",
    "chained": "a = b = c = []\na, (b, *c) = 1, (2, 3)\na = b = lambda *a, k=[], **kw: (a, k, kw)\na(*b, **c)",
    "ellipsis": "x: 'int'\n...\nassert x, x\nraise ValueError from None",
    "decorated_by_unknown": "@nothing\n@nothing.at(all)\nclass A(Unknown, metaclass=M): pass\nA()",
    "super_outside": "super().x\nsuper(A, b).y",
    "lambda_default": "fs = [lambda i=i: i for i in range(3)]\nfs[0]()",
}


@pytest.mark.parametrize("cell", ODD.values(), ids=ODD.keys())
def test_odd_cells_are_read_without_failing(cell: str) -> None:
    tree, effects = infer(cell)
    assert effects.of(*tree.body) is not None


def test_a_long_cell_ends_with_barriers_instead_of_running_on() -> None:
    body = "\n".join(f"x{i} = [fn(y, {i}) for y in range(3)]" for i in range(5_000))
    cell = (
        "def fn(a, b):\n    for i in range(3):\n        for j in range(3):\n            a = a + b\n    return a\n"
        + body
    )
    tree, effects = infer(cell)
    assert {"x0", "x4999"} <= effects.bound_names
    assert any("too large" in barrier.reason for barrier in effects.of(tree.body[-1]).barriers)
    assert any(hazard.kind == "unknown" for hazard in effects.hazards)


def test_the_same_cell_gives_the_same_answer_twice() -> None:
    names = namespace("")
    cell = "for i in range(3):\n    SHARED.append(await wait(i))\nprint(SHARED)"
    first, second = (infer(cell, names=names) for _ in range(2))
    assert first[1].hazards == second[1].hazards
    assert len(first[1].of(*first[0].body).writes) == len(second[1].of(*second[0].body).writes)


def test_an_expression_nested_beyond_the_stack_is_a_barrier_and_a_hazard() -> None:
    tree, effects = infer("x = " + "+".join(["1"] * 900) + "\ny = x")
    assert any("too deeply" in barrier.reason for barrier in effects.of(tree.body[0]).barriers)
    assert [hazard.kind for hazard in effects.hazards] == ["unknown"]
    assert {"x", "y"} <= effects.bound_names
