"""One state behind two objects, or behind no object at all: who writes it and who reads it keep their order."""

import pytest

from tests.analysis.inference import namespace, order

FIRST = """
import decimal, locale, types, warnings, weakref
import numpy as np
import pandas as pd
async def first(x, k):
    v = x[0]
    await asyncio.sleep(0)
    x[0] = v + k
    return v
class O:
    n = 0
async def count(x):
    v = x.n
    await asyncio.sleep(0)
    x.n = v + 1
async def deep(x):
    x[0][0] += 1
    await asyncio.sleep(0)
async def keyed(x):
    await asyncio.sleep(0)
    x['n'] = x['n'] + 1
"""
BOTH = "a = await first(p, 1)\nb = await first(q, 2)\n"
BOTH_COUNT = "a = await count(p)\nb = await count(q)\n"
BOTH_DEEP = "a = await deep(p)\nb = await deep(q)\n"
ATTRIBUTES = "a = await count(p)\nb = await keyed(q)\n"
ALIASES = {
    "memoryview_of_a_bytearray": ("p = bytearray(4)\nq = memoryview(p)", BOTH),
    "two_memoryviews": ("base = bytearray(4)\np = memoryview(base)\nq = memoryview(base)", BOTH),
    "slice_of_a_memoryview": ("p = bytearray(4)\nq = memoryview(p)[1:]", BOTH),
    "cast_of_a_memoryview": ("p = bytearray(4)\nq = memoryview(p).cast('b')", BOTH),
    "array_over_a_bytearray": ("p = bytearray(8)\nq = np.frombuffer(p, dtype=np.uint8)", BOTH),
    "array_over_a_memoryview": ("p = bytearray(8)\nq = np.frombuffer(memoryview(p), dtype=np.uint8)", BOTH),
    "memoryview_of_an_array": ("p = np.zeros(4)\nq = memoryview(p)", BOTH),
    "flat_array": ("p = np.zeros(4)\nq = p.flat", BOTH),
    "slice_of_an_array": ("p = np.zeros(4)\nq = p[1:]", BOTH),
    "proxy": ("p = O()\nq = weakref.proxy(p)", BOTH_COUNT),
    "variables": ("p = O()\np.n = 0\nq = vars(p)", ATTRIBUTES),
    "dictionary": ("p = O()\np.n = 0\nq = p.__dict__", ATTRIBUTES),
    "mapping_proxy": (
        "p = {0: 1}\nq = types.MappingProxyType(p)",
        "a = await first(p, 1)\nb = await see(q)\n",
    ),
    "element_of_an_object_array": (
        "inner = [0]\np = np.array([inner, None], dtype=object)\nq = [inner]",
        BOTH_DEEP,
    ),
}
SEPARATE = {
    "two_bytearrays": ("p = bytearray(4)\nq = bytearray(4)", BOTH),
    "memoryviews_of_two": ("p = memoryview(bytearray(4))\nq = memoryview(bytearray(4))", BOTH),
    "two_arrays": ("p = np.zeros(4)\nq = np.zeros(4)", BOTH),
    "two_objects": ("p = O()\nq = O()", BOTH_COUNT),
    "variables_of_another": ("p = O()\nother = O()\nother.n = 0\nq = vars(other)", ATTRIBUTES),
}


@pytest.mark.parametrize("before", [True, False], ids=["made_before", "made_in_the_cell"])
@pytest.mark.parametrize(("made", "cell"), ALIASES.values(), ids=ALIASES)
def test_two_objects_with_one_state_keep_their_order(made, cell, before):
    assert order(cell, FIRST + made) if before else order(f"{made}\n{cell}", FIRST)


@pytest.mark.parametrize(("made", "cell"), SEPARATE.values(), ids=SEPARATE)
def test_objects_with_states_of_their_own_may_overlap(made, cell):
    assert not order(cell, FIRST + made)


@pytest.mark.parametrize("name", ["two_bytearrays", "memoryviews_of_two", "two_arrays", "two_objects"])
def test_objects_that_the_cell_makes_apart_may_overlap(name):
    made, cell = SEPARATE[name]
    assert not order(f"{made}\n{cell}", FIRST)


def test_a_buffer_of_a_stream_is_the_stream():
    setup = "import io\np = io.BytesIO(b'1234')\nq = p.getbuffer()\n"
    setup += "async def all_of(stream):\n    await asyncio.sleep(0)\n    return stream.getvalue()\n"
    names = namespace(FIRST + setup)
    assert order("a = await first(q, 1)\nb = await all_of(p)\n", names=names)
    names["q"].release()


SETTINGS = {
    "numpy_errors": ("np.seterr(all='raise')", "return np.geterr()"),
    "numpy_errors_and_arithmetic": ("np.seterr(all='raise')", "return ones / 0"),
    "numpy_printing": ("np.set_printoptions(precision=2)", "return np.get_printoptions()"),
    "numpy_printing_and_text": ("np.set_printoptions(precision=2)", "return str(ones)"),
    "decimal_precision": ("decimal.getcontext().prec = 5", "return decimal.Decimal(1) / 3"),
    "decimal_context": ("decimal.setcontext(decimal.Context(prec=5))", "return decimal.Decimal(1) / 3"),
    "locale": ("locale.setlocale(locale.LC_ALL, 'C')", "return locale.localeconv()"),
    "warnings": ("warnings.simplefilter('error')", "warnings.warn('x')"),
    "pandas_options": ("pd.set_option('display.width', 9)", "return pd.get_option('display.width')"),
    "pandas_option_attributes": ("pd.options.display.width = 9", "return pd.options.display.width"),
}
SETTING = FIRST + "ones = np.ones(2)\n"


def _pair(setting: str, reading: str) -> str:
    return (
        f"async def put_it():\n    await asyncio.sleep(0)\n    {setting}\n"
        f"async def get_it():\n    await asyncio.sleep(0)\n    {reading}\n"
    )


@pytest.mark.parametrize(("setting", "reading"), SETTINGS.values(), ids=SETTINGS)
def test_setting_and_using_a_setting_keep_their_order(setting, reading):
    assert order("a = await put_it()\nb = await get_it()\n", SETTING + _pair(setting, reading))


READINGS = [
    reading
    for _, reading in SETTINGS.values()
    if reading.startswith("return") and "options" not in reading and "locale" not in reading
]


@pytest.mark.parametrize("reading", READINGS)
def test_two_that_only_use_a_setting_may_overlap(reading):
    assert not order("a = await get_it()\nb = await get_it()\n", SETTING + _pair("pass", reading))


CODE = "LOG = []\n"
HIDDEN = {
    "keys_of_a_mapping_that_is_unpacked": (
        "class F:\n    def keys(self): LOG.append(1); return ['v']\n    def __getitem__(self, k): return len(LOG)\n"
        "async def call():\n    await asyncio.sleep(0)\n    return {**F()}\n"
    ),
    "keys_of_a_mapping_for_a_call": (
        "class F:\n    def keys(self): return ['v']\n    def __getitem__(self, k): LOG.append(1); return len(LOG)\n"
        "async def call():\n    await asyncio.sleep(0)\n    return dict(**F())\n"
    ),
    "property_that_a_pattern_reads": (
        "class F:\n    @property\n    def v(self): LOG.append(1); return len(LOG)\n"
        "async def call():\n    await asyncio.sleep(0)\n    match F():\n        case F(v=x): return x\n"
    ),
    "property_that_a_pattern_reads_by_place": (
        "class F:\n    __match_args__ = ('v',)\n    @property\n    def v(self): LOG.append(1); return len(LOG)\n"
        "async def call():\n    await asyncio.sleep(0)\n    match F():\n        case F(x): return x\n"
    ),
    "metaclass_that_is_asked": (
        "class M(type):\n    def __instancecheck__(cls, x): LOG.append(1); return len(LOG) > 1\n"
        "class F(metaclass=M): pass\nasync def call():\n    await asyncio.sleep(0)\n    return isinstance(1, F)\n"
    ),
    "metaclass_that_is_asked_by_a_pattern": (
        "class M(type):\n    def __instancecheck__(cls, x): LOG.append(1); return len(LOG) > 1\n"
        "class F(metaclass=M): pass\n"
        "async def call():\n    await asyncio.sleep(0)\n    match 1:\n        case F(): return 1\n"
    ),
}
OPEN = {
    "keys_of_a_mapping_that_is_unpacked": (
        "class F:\n    def keys(self): return ['v']\n    def __getitem__(self, k): return 1\n"
        "async def call():\n    await asyncio.sleep(0)\n    return {**F()}\n"
    ),
    "property_that_a_pattern_reads": (
        "class F:\n    @property\n    def v(self): return 1\n"
        "async def call():\n    await asyncio.sleep(0)\n    match F():\n        case F(v=x): return x\n"
    ),
    "metaclass_that_is_asked": (
        "class M(type):\n    def __instancecheck__(cls, x): return True\n"
        "class F(metaclass=M): pass\nasync def call():\n    await asyncio.sleep(0)\n    return isinstance(1, F)\n"
    ),
}
TWICE = "a = await call()\nb = await call()\n"


@pytest.mark.parametrize("before", [True, False], ids=["made_before", "made_in_the_cell"])
@pytest.mark.parametrize("made", HIDDEN.values(), ids=HIDDEN)
def test_code_that_the_language_runs_by_itself_is_followed(made, before):
    assert order(TWICE, CODE + made) if before else order(made + TWICE, CODE)


@pytest.mark.parametrize("made", OPEN.values(), ids=OPEN)
def test_such_code_without_effects_may_overlap(made):
    assert not order(TWICE, CODE + made)


ENVIRONMENT = (
    "import os, pathlib, getpass, shutil, tempfile, time",
    (
        "os.path.expanduser('~')",
        "os.path.expandvars('$HOME')",
        "pathlib.Path('~').expanduser()",
        "pathlib.Path.home()",
        "getpass.getuser()",
        "shutil.which('ls')",
        "tempfile.gettempdir()",
        "os.getenv('HOME')",
        "time.localtime(0)",
        "time.strftime('%H')",
        "time.mktime((2000, 1, 1, 0, 0, 0, 0, 1, 0))",
        "datetime.datetime.fromtimestamp(0)",
        "datetime.datetime.now()",
    ),
)


@pytest.mark.parametrize("expression", ENVIRONMENT[1])
def test_what_reads_the_environment_keeps_its_order_with_who_sets_it(expression):
    setup = f"{ENVIRONMENT[0]}\nasync def e():\n    await asyncio.sleep(0)\n    return {expression}\n"
    setup += "async def s():\n    await asyncio.sleep(0)\n    os.environ['HOME'] = '/b'\n"
    assert order("a = await e()\nb = await s()\n", setup)


STORED = ("__defaults__ = (2,)", "__code__ = other.__code__", "__kwdefaults__ = {}")


@pytest.mark.parametrize("before", [True, False], ids=["made_before", "made_in_the_cell"])
@pytest.mark.parametrize("stored", STORED)
def test_a_store_to_what_a_function_is_keeps_its_order_with_its_calls(stored, before):
    made = "async def e(n=1):\n    await asyncio.sleep(0)\n    return n\nasync def other(n=2): return n\n"
    made += f"async def s():\n    await asyncio.sleep(0)\n    e.{stored}\n"
    cell = "a = await e()\nb = await s()\n"
    assert order(cell, made) if before else order(made + cell)


def test_a_view_shows_what_is_added_to_its_dict_later():
    cell = "l = []\nd = {}\nv = d.values()\nd['b'] = l\n"
    cell += "async def last(xs):\n    await asyncio.sleep(0)\n    for x in xs: x.append(1)\n"
    assert order(f"{cell}a = await put(l, 1)\nb = await last(v)\n")


def test_a_view_of_another_dict_shows_nothing_of_it():
    cell = "l = []\nd = {'a': []}\nv = d.values()\n"
    cell += "async def last(xs):\n    await asyncio.sleep(0)\n    for x in xs: x.append(1)\n"
    assert not order(f"{cell}a = await put(l, 1)\nb = await last(v)\n")
