"""Definitions, imports, the process, output and values after `%%concurrent` are those of one plain run."""

import pytest

from tests.acceptance.twin import check, statuses

TWO = "a = await work(1)\nb = await work(2)\n"

DEFINITIONS = {
    "function used later": (TWO + "def double(x):\n    'Doc.'\n    return 2 * x + a", ("double(4)", "double.__doc__", "import inspect; inspect.getsource(double)")),
    "function that reads a name set later": (TWO + "def get():\n    return late", ("late = 5", "get()")),
    "class used later": (TWO + "class P:\n    n = a\n    def m(self):\n        return super().__repr__()[:6], self.n\np = P()", ("isinstance(p, P)", "P().m()", "type(p) is P", "P.__subclasses__()")),
    "class derived from an old one": (TWO + "class Child(Base):\n    x = b", ("import gc; gc.collect(); [each.__name__ for each in Base.__subclasses__()]", "Child.x")),
    "dataclass": (TWO + "from dataclasses import dataclass\n@dataclass\nclass Q:\n    x: int\nq = Q(a)", ("q == Q(1)", "repr(q)")),
    "enum": (TWO + "import enum\nclass Colour(enum.Enum):\n    RED = 1\nred = Colour.RED", ("red is Colour.RED", "Colour(1) is red")),
    "decorated function": (TWO + "@functools.wraps(print)\ndef f(x):\n    return x", ("f.__name__", "f(3)")),
    "cached function": (TWO + "@functools.lru_cache\ndef f(x):\n    return x", ("f.cache_info()", "f(3)", "f.cache_info()")),
    "async handler": ("async def handler():\n    x = await work(1)\n    y = await work(2)\n    return x + y\nz = await handler()", ("await handler()", "handler.__name__", "import inspect; inspect.getsource(handler)")),
    "closure made in the cell": (TWO + "def make():\n    n = [a]\n    def count():\n        n.append(b)\n        return len(n)\n    return count\ncount = make()\nc = count()", ("count()",)),
    "generator made in the cell": (TWO + "gen = (x * a for x in range(3))", ("list(gen)",)),
    "iterator made in the cell": (TWO + "it = iter([a, b, 3])", ("list(it)",)),
    "context variable made in the cell": (TWO + "var = contextvars.ContextVar('var', default=b)", ("var.get()",)),
    "import": (TWO + "import json, colorsys as cs\nfrom string import digits", ("json.dumps([1])", "cs.__name__", "digits")),
    "first import of a module": (TWO + "import this_is_new", ("this_is_new.n", "import sys; 'this_is_new' in sys.modules")),
    "lambda": (TWO + "f = lambda x, y=a: x + y\ng = [lambda: i for i in range(2)]", ("f(1)", "[each() for each in g]")),
    "method added to an old class": (TWO + "def m(self):\n    return a\nBase.m = m", ("Base().m()",)),
    "exception class": (TWO + "class Oops(Exception):\n    pass", ("raise Oops('later')",)),
    "StringIO written": (TWO + "buf = io.StringIO()\nbuf.write(str(a))\nbuf.seek(0)", ("buf.read()",)),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFINITIONS)
def test_what_the_cell_defines_serves_later_cells(name, tmp_path):
    (tmp_path / "this_is_new.py").write_text("n = 7\n")
    cell, probes = DEFINITIONS[name]
    left = check(
        cell, setup=("class Base:\n    pass", f"sys.path.insert(0, {str(tmp_path)!r})"), probes=probes
    )
    assert "ran" in [statuses(left.comparison)[each] for each in ("gather", "tasks")], (
        left.comparison.candidates[1].reason
    )


PROCESS = {
    "random": ("random.seed(3)", TWO + "x = random.random()", "random.random()"),
    "random reseeded": ("random.seed(3)", TWO + "random.seed(a)", "random.random()"),
    "shuffle": ("random.seed(3); items = list(range(9))", TWO + "random.shuffle(items)", "random.random()"),
    "own random.Random": ("r = random.Random(3)", TWO + "x = r.random()", "r.random()"),
    "numpy.random": ("np.random.seed(3)", TWO + "x = np.random.rand(3)", "np.random.rand()"),
    "environ set": ("os.environ['PM_A'] = '1'", TWO + "os.environ['PM_A'] = str(b)\nos.environ['PM_B'] = 'new'", "os.environ['PM_A'], os.getenv('PM_B')"),
    "environ deleted": ("os.environ['PM_A'] = '1'", TWO + "del os.environ['PM_A']", "os.getenv('PM_A')"),
    "working directory": ("import tempfile", TWO + "os.chdir('..')", "os.getcwd()"),
    "cd magic": ("import tempfile", TWO + "%cd -q ..", "os.getcwd()"),
    "warning filters": ("1", TWO + "warnings.simplefilter('ignore')\nwarnings.filterwarnings('error', 'oops')", "len(warnings.filters)"),
    "logging handler": ("root = logging.getLogger()", TWO + "root.addHandler(logging.NullHandler())\nroot.setLevel(10)", "len(root.handlers), root.level"),
    "named logger": ("log = logging.getLogger('acceptance.x'); log.handlers.clear(); log.setLevel(0)", TWO + "log.addHandler(logging.NullHandler())\nlog.setLevel(10)", "len(log.handlers), log.level"),
    "sys.path": ("1", TWO + "sys.path.append('/nowhere')", "sys.path.count('/nowhere')"),
    "context variable set": ("var = contextvars.ContextVar('var', default=0)", TWO + "var.set(var.get() + b)\nseen = var.get()", "var.get()"),
    "module attribute": ("import colorsys; colorsys.mine = 0", TWO + "colorsys.mine += 1", "colorsys.mine"),
    "decimal context": ("import decimal; decimal.getcontext().prec = 20", TWO + "decimal.getcontext().prec += 1", "decimal.getcontext().prec"),
    "numpy print options": ("np.set_printoptions(precision=3)", TWO + "np.set_printoptions(precision=5)", "np.get_printoptions()['precision']"),
    "lru_cache of an earlier cell": ("@functools.lru_cache\ndef f(x):\n    return [x]", TWO + "y = f(a)", "f.cache_info().currsize, f(1) is y"),
    "global interpreter settings": ("old = sys.getrecursionlimit()", TWO + "sys.setrecursionlimit(old + 10)", "sys.getrecursionlimit() - old, sys.setrecursionlimit(old)"),
    "weak references": ("import weakref\nclass T:\n    pass\nt = T(); ref = weakref.WeakValueDictionary(t=t)", TWO + "ref['n'] = t\nx = T()\nref['x'] = x", "sorted(ref)"),
    "itertools.count": ("import itertools; ids = itertools.count()", TWO + "n = next(ids)", "next(ids)"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROCESS)
def test_process_and_hidden_state_are_those_of_one_plain_run(name):
    setup, cell, probe = PROCESS[name]
    check(cell, setup=(setup,), probes=(probe, probe))


OUTPUT = {
    "prints in order": "print('one')\n" + TWO + "print('two', a, b)\nprint('three', end='')",
    "prints between awaits": "a = await work(1)\nprint('a', a)\nb = await work(2)\nprint('b', b)",
    "writes to stderr": TWO + "print('oops', file=sys.stderr)",
    "displays": "display('x')\n" + TWO + "display({'a': a})\nprint('after')",
    "displays HTML": TWO + "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))",
    "updates a display": TWO + "h = display(1, display_id='d')\nh.update(2)",
    "last value": TWO + "(a, b)",
    "last value is an old object": TWO + "old.append(a)\nold",
    "last value is a new object": TWO + "new = [a]\nnew",
    "last value awaits": "a = await work(1)\nawait work(2)",
    "last value is None": TWO + "None",
    "semicolon": TWO + "a + b;",
    "semicolon and comment": TWO + "a + b;  # quiet",
    "assignment last": TWO + "c = a + b",
    "frame as the value": TWO + "pd.DataFrame({'x': [a, b]})",
    "value that prints when shown": TWO + "class R:\n    def __repr__(self):\n        return 'R!'\nR()",
    "warns": TWO + "warnings.warn('careful')",
    "logs": TWO + "logging.getLogger('x').warning('careful')",
    "prints in a function": "def say(x):\n    print('say', x)\n" + TWO + "say(a)\nsay(b)",
    "prints in a coroutine": "async def loud(x):\n    await asyncio.sleep(0.005)\n    print('loud', x)\n    return x\na = await loud(1)\nb = await loud(2)",
    "line magic": TWO + "%precision 4\na",
    "out of an earlier cell": TWO + "Out[2] if 2 in Out else 'none'",
    "underscore of an earlier cell": TWO + "c = _\nc",
    "writes to sys.stdout": TWO + "sys.stdout.write('raw\\n');",
}  # fmt: skip


@pytest.mark.parametrize("name", OUTPUT)
def test_output_and_value_are_those_of_one_plain_run(name):
    cell = OUTPUT[name]
    probes = ("_", "_ is old", "Out[max(Out)] is _", "sorted(Out)")
    check(cell, setup=("old = []", "'earlier'"), probes=probes)


RAISES = {
    "after the awaits": TWO + "items.append(a)\nraise ValueError('user')",
    "between awaits": "a = await work(1)\nitems.append(a)\n1 / 0\nb = await work(2)",
    "inside an awaited call": "a = await work(1)\nb = await bad(2)\nc = await work(3)",
    "in the first of three": "items.append(1)\na = await bad(1)\nb = await work(2)\nc = await work(3)",
    "in the second with a slow third": "a = await work(1)\nb = await bad(2)\nc = await work(3, 0.03)",
    "in two, the later sooner": "a = await bad(1, 0.02)\nb = await bad(2, 0.001)",
    "a name error": TWO + "print('so far')\nnope",
    "an exception class of the cell": TWO + "class Mine(Exception):\n    pass\nraise Mine(a, b)",
    "from another": TWO + "try:\n    {}[a]\nexcept KeyError as error:\n    raise RuntimeError('outer') from error",
    "an assertion": TWO + "assert a == b, 'differ'",
    "CancelledError": TWO + "raise asyncio.CancelledError('mine')",
    "a TimeoutError": TWO + "async with asyncio.timeout(0.001):\n    await asyncio.sleep(1)",
    "an ExceptionGroup": TWO + "raise ExceptionGroup('g', [ValueError(a), KeyError(b)])",
    "while handled": "a = await work(1)\ntry:\n    b = await bad(2)\nexcept ValueError as error:\n    b = str(error)\nc = await work(3)",
    "in a loop over a function": "for i in range(3):\n    items.append(await odd(i))",
    "SystemExit": TWO + "raise SystemExit(3)",
    "KeyboardInterrupt": TWO + "raise KeyboardInterrupt('mine')",
}  # fmt: skip


@pytest.mark.parametrize("name", RAISES)
def test_state_and_exception_are_those_of_one_plain_run(name, tmp_path):
    setup = (
        "items = []; warnings.simplefilter('ignore', UserWarning)",
        "async def bad(value, seconds=0.005):\n    await asyncio.sleep(seconds)\n    raise ValueError(f'bad {value}')",
        "async def odd(value):\n    await asyncio.sleep(0.005)\n    if value == 1:\n        raise ValueError(f'odd {value}')\n    return value",
    )
    path = tmp_path / "x.json"
    check(
        RAISES[name],
        setup=setup,
        probes=("items", "len(asyncio.all_tasks())"),
        line=f"--rounds 2 --quiet --export {path}",
    )
    assert path.exists()
