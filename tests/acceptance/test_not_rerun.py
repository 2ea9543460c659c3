"""What cannot be put back runs once, and the report names the object and the line; with `--rerun` it runs again."""

import shutil

import pytest

import perfmagic
from tests.acceptance.notebook import Notebook, counted, process_put_back
from tests.acceptance.twin import check, statuses

TWO = "a = await work(1)\nb = await work(2)\n"

# name: setup, cell, word that the reason names, line (the first line is `begin()`), probe
CASES = {
    "file opened for writing": ("1", TWO + "with open('out.txt', 'w') as out:\n    out.write('x')", "out.txt|open", 4, "pathlib.Path('out.txt').read_text()"),
    "file opened for appending": ("1", TWO + "with open('log.txt', 'a') as out:\n    out.write('x')", "log.txt|open", 4, "pathlib.Path('log.txt').read_text()"),
    "path written": ("path = pathlib.Path('p.txt')", TWO + "path.write_text('x')", "path|write_text", 4, "path.read_text()"),
    "path made": ("path = pathlib.Path('folder')", TWO + "path.mkdir()", "path|mkdir", 4, "path.is_dir()"),
    "file removed": ("pathlib.Path('gone.txt').write_text('x');", TWO + "os.remove('gone.txt')", "os.remove|remove", 4, "os.path.exists('gone.txt')"),
    "file of an earlier cell written": ("out = open('old.txt', 'a')", TWO + "out.write('x')\nout.flush()", "out", 4, "out.close(); pathlib.Path('old.txt').read_text()"),
    "array saved": ("x = np.ones(2)", TWO + "np.save('x.npy', x)", "np.save|save", 4, "np.load('x.npy')"),
    "frame saved": ("df = pd.DataFrame({'x': [1]})", TWO + "df.to_csv('x.csv', index=False)", "to_csv|df", 4, "pathlib.Path('x.csv').read_text()"),
    "subprocess": ("import subprocess", TWO + "subprocess.run(['sh', '-c', 'echo x >> ran.txt'])\nNone", "subprocess", 4, "pathlib.Path('ran.txt').read_text()"),
    "os.system": ("1", TWO + "code = os.system('echo x >> ran.txt')", "system", 4, "pathlib.Path('ran.txt').read_text()"),
    "shell command": ("1", TWO + "!echo x >> ran.txt", "system|getoutput", 4, "pathlib.Path('ran.txt').read_text()"),
    "shell command assigned": ("1", TWO + "lines = !echo x >> ran.txt; echo y", "system|getoutput", 4, "list(lines), pathlib.Path('ran.txt').read_text()"),
    "generator consumed by next": ("gen = (x for x in range(9))", TWO + "c = next(gen)", "gen", 4, "next(gen)"),
    "generator consumed by list": ("gen = (x for x in range(9))", TWO + "c = list(gen)", "gen", 4, "list(gen)"),
    "generator consumed by a loop": ("def g():\n    yield from range(3)\ngen = g()", TWO + "for c in gen:\n    break", "gen", 4, "list(gen)"),
    "generator consumed by unpacking": ("gen = (x for x in range(2))", TWO + "c, d = gen", "gen", 4, "list(gen)"),
    "generator consumed by sum": ("gen = (x for x in range(5))", TWO + "c = sum(gen)", "gen", 4, "list(gen)"),
    "generator consumed by in": ("gen = (x for x in range(5))", TWO + "c = 2 in gen", "gen", 4, "list(gen)"),
    "generator sent to": ("def g():\n    got = 0\n    while True:\n        got = yield got\ngen = g(); next(gen);", TWO + "c = gen.send(a)", "gen", 4, "gen.send(7)"),
    "iterator consumed": ("it = iter([1, 2, 3])", TWO + "c = next(it)", "it", 4, "list(it)"),
    "zip consumed": ("pairs = zip([1, 2], [3, 4])", TWO + "c = dict(pairs)", "pairs", 4, "list(pairs)"),
    "map consumed": ("strs = map(str, [1, 2])", TWO + "c = ','.join(strs)", "strs", 4, "list(strs)"),
    "file iterated": ("pathlib.Path('in.txt').write_text('1\\n2\\n3\\n'); f = open('in.txt')", TWO + "c = f.readline()", "f", 4, "c, f.read(), f.close()"),
    "generator in an attribute": ("class C:\n    pass\nc = C(); c.gen = iter(range(9))", TWO + "x = next(c.gen)", "gen", 4, "next(c.gen)"),
    "generator in a list": ("gens = [iter(range(9))]", TWO + "x = next(gens[0])", "gens", 4, "next(gens[0])"),
    "generator consumed in a function": ("gen = iter(range(9))\ndef take():\n    return next(gen)", TWO + "x = take()", "gen", 4, "next(gen)"),
    "exec": ("items = []", TWO + "exec('items.append(1)')", "exec", 4, "items"),
    "eval": ("items = []", TWO + "eval('items.append(1)')\nNone", "eval", 4, "items"),
    "globals written": ("items = []", TWO + "globals()['made'] = a\nglobals()['items'].append(b)", "globals", 4, "made, items"),
    "vars written": ("items = []", TWO + "locals()['made'] = a", "locals", 4, "made"),
    "socket": ("import socket; left, right = socket.socketpair()", TWO + "n = left.send(b'x')", "left|socket", 4, "right.recv(9), left.close(), right.close()"),
    "pipe": ("r, w = os.pipe()", TWO + "n = os.write(w, b'x')", "os.write|write", 4, "os.read(r, 9), os.close(r), os.close(w)"),
    "database written": ("import sqlite3; db = sqlite3.connect(':memory:'); db.execute('create table t (x)');", TWO + "db.execute('insert into t values (1)')\nNone", "db|Connection", 4, "db.execute('select count(*) from t').fetchall(), db.close()"),
    "database committed": ("import sqlite3; db = sqlite3.connect('t.db'); db.execute('create table t (x)');", TWO + "db.execute('insert into t values (1)')\ndb.commit()", "db|Connection", 4, "db.execute('select count(*) from t').fetchall(), db.close()"),
    "POST": ("class Client:\n    def __init__(self):\n        self.conn = __import__('_io').open('posts.txt', 'a')\n    async def post(self, url):\n        self.conn.write(url); self.conn.flush()\nclient = Client()", TWO + "await client.post('x')", "client|post", 4, "client.conn.close(); pathlib.Path('posts.txt').read_text()"),
    "requests.post by name": ("import urllib.request\ndef fake(*args, **kw):\n    with open('posts.txt', 'a') as f:\n        f.write('x')", TWO + "fake('x')", "fake|open", 4, "pathlib.Path('posts.txt').read_text()"),
    "task left behind": ("seen = []\nasync def later():\n    await asyncio.sleep(0.001)\n    seen.append(1)", TWO + "t = asyncio.create_task(later())", "t|task|create_task", 4, "await t; seen"),
    "thread left behind": ("import threading; go = threading.Event(); seen = []\ndef later():\n    go.wait(5)\n    seen.append(1)", TWO + "t = threading.Thread(target=later)\nt.start()", "t|Thread", 4, "go.set(); t.join(); seen"),
    "queue drained": ("import queue; q = queue.SimpleQueue(); q.put(1); q.put(2)", TWO + "c = q.get()", "q", 4, "q.qsize()"),
    "callable without source": ("ns = {}; exec('def hidden(x):\\n    kept.append(x)', ns); ns['kept'] = kept = []; hidden = ns['hidden']", TWO + "hidden(a)", "hidden", 4, "kept"),
    "mmap written": ("import mmap; m = mmap.mmap(-1, 8)", TWO + "m[0] = m[0] + a", "m", 4, "m[0], m.close()"),
}  # fmt: skip


SEEN_AT_THE_END = ("thread left behind",)
"""What is noticed only after the body ended; no line can be named."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def empty(folder):
    """Empty the folder, so that both twins start alike."""
    for each in folder.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()


@pytest.mark.parametrize("name", CASES)
def test_runs_once_and_names_object_and_line(name, folder):
    setup, cell, words, line, probe = CASES[name]
    left = check(cell, setup=(setup,), probes=(probe,), between=lambda: empty(folder))
    assert left.runs == 1
    candidates = left.comparison.candidates
    assert left.comparison.recommendation.strategy is None
    assert set(statuses(left.comparison).values()) <= {"ran", "refused", "not run"}
    assert [each.strategy for each in candidates if each.status == "ran"] == ["sequential"]
    stopped = [each for each in candidates if each.status == "not run"]
    assert stopped or name == "task left behind", [
        (each.strategy, each.status, each.reason) for each in candidates
    ]
    for each in stopped:
        assert each.source is not None
        assert any(word in each.reason for word in words.split("|")), each.reason
        assert name in SEEN_AT_THE_END or f"line {line}" in each.reason, each.reason
        assert "--rerun" in each.hint


@pytest.mark.parametrize(
    "name", ["file opened for appending", "os.system", "generator consumed by next", "exec", "pipe"]
)
def test_runs_again_when_asked(name, folder):
    setup, cell, *_ = CASES[name]
    with process_put_back():
        notebook = Notebook(magic=True)
        notebook.ran(setup)
        with counted(notebook["begin"]) as count:
            notebook.run("%%concurrent --rounds 2 --quiet --rerun\nbegin()\n" + cell)
        notebook.run("for each in ('r', 'w'):\n    os.close(globals()[each]) if each in globals() else None")
        assert count[0] == perfmagic.last().executions > 1
