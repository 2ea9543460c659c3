"""Why a cell is not run again, what it may change, and which names it binds."""

import pytest

from tests.analysis.inference import infer

SETUP = """
import subprocess, io, urllib.request, array
STATE = {"x": [], "y": {"z": []}}
class Basket:
    total = 0
    def __init__(self): self.items, self.n = [], 0
    def add(self, x): self.items.append(x); self.n += 1
    @classmethod
    def count(cls): cls.total += 1
    @property
    def size(self): return len(self.items)
basket = Basket()
def make():
    n, seen = 0, []
    def inc():
        nonlocal n
        n += 1
        seen.append(n)
        return n
    return inc
inc = make()
def remember(x, seen=[]): seen.append(x); return seen
gen = (v for v in [1, 2])
it = iter([1, 2])
buffer = io.StringIO()
numbers = array.array("i", [1])
alias = STATE["y"]
rows = [{"id": i, "n": 0} for i in range(100)]
total = 0
def tally():
    global total
    total += 1
"""

HAZARDS = {
    "open_for_writing": ("open('f', 'w').write('x')", "outside", 1),
    "open_mode_unknown": ("m = input()\nopen('f', m)", "outside", 2),
    "remove": ("x = 1\nos.remove('f')", "outside", 2),
    "subprocess": ("subprocess.run(['ls'])", "outside", 1),
    "input": ("name = input('?')", "outside", 1),
    "post": ("urllib.request.urlopen('http://x', data=b'1')", "outside", 1),
    "in_a_function_of_the_cell": (
        "def save():\n    with open('f', 'a') as f:\n        f.write('x')\nsave()",
        "outside",
        2,
    ),
    "generator": ("x = 1\ny = next(gen)", "iterator", 2),
    "iterator": ("for v in it: print(v)", "iterator", 1),
    "unpacked_generator": ("a, b = gen", "iterator", 1),
    "module_attribute": ("math.pi = 3", "module", 1),
    "opaque": ("buffer.write('x')", "opaque", 1),
    "unknown": ("numbers.append(1)", "unknown", 1),
    "exec": ("exec('x = 1')", "dynamic", 1),
    "globals": ("globals()['x'] = 1", "dynamic", 1),
    "star_import": ("from math import *", "dynamic", 1),
}


@pytest.mark.parametrize(("cell", "kind", "line"), HAZARDS.values(), ids=HAZARDS.keys())
def test_what_cannot_be_put_back_is_named_with_its_line(cell: str, kind: str, line: int) -> None:
    _, effects = infer(cell, SETUP)
    assert (kind, line) in {(hazard.kind, hazard.line) for hazard in effects.hazards}


HARMLESS = {
    "state": "STATE['x'].append(1)\nSTATE['y']['z'] = 2\nbasket.add(3)\nBasket.count()",
    "closure_and_default": "inc()\nremember(1)",
    "reads": "a = len(STATE), basket.size, sum(r['n'] for r in rows)\nprint(a, rows)",
    "global": "tally()\ntotal = 2",
    "open_for_reading": "text = open('f').read()\nwith open('f', 'rb') as f: data = f.read()",
    "random": "random.random(); random.shuffle(STATE['x'])",
    "own_iterator": "v = next(iter(STATE))\nfor a, b in zip([1], map(str, [2])): print(a)",
    "environment": "os.environ['A'] = '1'; os.chdir('/')",
    "definitions": "import json as j\nclass A:\n    x = 1\ndef f(): return j.dumps(A.x)\nf()",
    "waiting": "await wait(1)\nawait asyncio.gather(wait(1), wait(2))",
    "get": "data = urllib.request.urlopen('http://x').read()",
    "uncalled": "def clean(): os.remove('f')",
    "reading_a_clock": "t = time.time(); d = datetime.datetime.now()",
    "frames": "import pandas as pd",
}


@pytest.mark.parametrize("cell", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_can_be_put_back_is_no_hazard(cell: str) -> None:
    _, effects = infer(cell, SETUP)
    assert effects.hazards == ()


TOUCHED = {
    "element": ("STATE['x'].append(1)", {"STATE['x']"}),
    "container": ("STATE['new'] = 1", {"STATE"}),
    "alias": ("alias['z'].append(1)", {"alias['z']"}),
    "method": ("basket.add(1)", {"basket", "basket.items"}),
    "class_attribute": ("Basket.count()", {"Basket"}),
    "closure": ("inc()", {"closure variable n", "seen"}),
    "default": ("remember(1)", {"default seen of remember"}),
    "deleted": ("del STATE['x']", {"STATE"}),
    "in_a_loop": ("for k in STATE: STATE[k].clear()", {"STATE[...]"}),
    "nothing": ("x = len(STATE), basket.size, STATE['x'] + [1]", set()),
    "own_objects": ("x = []\nx.append(STATE)\ny = {'k': x}\ny['k'] = 2", set()),
}


@pytest.mark.parametrize(("cell", "labels"), TOUCHED.values(), ids=TOUCHED.keys())
def test_objects_that_may_change_are_named(cell: str, labels: set[str]) -> None:
    _, effects = infer(cell, SETUP)
    assert {each.label for each in effects.touched} == labels


def test_every_row_of_a_large_list_may_be_touched_by_a_computed_index() -> None:
    _, effects = infer("for row in rows: row['n'] += 1", SETUP)
    assert len(effects.touched) == 100


def test_unknown_code_may_touch_all_it_can_reach() -> None:
    _, effects = infer("undefined_here(basket)", SETUP)
    assert {each.label for each in effects.touched} >= {"basket", "basket.items"}


def test_names_that_called_functions_rebind_are_bound() -> None:
    _, effects = infer(
        "import os.path as p\nfor i in [1]:\n    with open('f') as f: pass\ntally()\ndel basket", SETUP
    )
    assert effects.bound_names == {"p", "i", "f", "total", "basket"}


def test_names_that_called_functions_read_are_read() -> None:
    _, effects = infer("x = tally", SETUP)
    assert effects.read_names == {"tally"}
    _, effects = infer("x = tally()", SETUP)
    assert effects.read_names == {"tally", "total"}


def test_functions_that_were_entered_are_listed_with_their_calls() -> None:
    cell = "async def a(x): return x\nasync def b(): return 1\nasync def c(): pass\nawait a(1)\nawait a([2])\nb()"
    tree, effects = infer(cell)
    assert {node.name: called.count for node, called in effects.called.items()} == {"a": 2}
    assert not effects.called[tree.body[0]].uniform


def test_a_function_handed_to_unknown_code_has_escaped() -> None:
    tree, effects = infer("async def a(): return 1\nawait undefined_here(a)")
    assert effects.called[tree.body[0]].escaped
