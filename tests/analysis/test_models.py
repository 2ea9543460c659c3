"""Libraries that are known without their source: queries, connections, pools, clients."""

import sys
import types

import pytest

from perfmagic.analysis.models.table import MODELS, find
from tests.analysis.inference import infer, namespace, order

LIBRARIES = {
    "asyncpg.pool": """
class Pool:
    async def close(self): pass
    def __init__(self, n): self._maxsize = n
    async def fetch(self, q, *a): pass
    async def execute(self, q, *a): pass
    def acquire(self): pass
class PoolConnectionProxy: pass
""",
    "asyncpg.connection": """
class Connection:
    async def fetch(self, q, *a): pass
    async def execute(self, q): pass
    def transaction(self): pass
""",
    "httpx": """
class AsyncClient:
    async def aclose(self): pass
    async def get(self, u): pass
    async def post(self, u): pass
    async def request(self, m, u): pass
""",
    "aiosqlite.core": """
class Connection:
    async def execute_fetchall(self, q): pass
""",
}


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """A namespace with one object of each library class, made of stand-ins in an installed package's place."""
    made: dict[str, types.ModuleType] = {}
    for name, text in LIBRARIES.items():
        module = types.ModuleType(name)
        module.__file__ = f"/lib/site-packages/{name.replace('.', '/')}.py"
        exec(compile(text, module.__file__, "exec"), module.__dict__)
        monkeypatch.setitem(sys.modules, name, module)
        made[name] = module
    found = namespace("async def rows(c, q):\n    r = await c.fetch(q)\n    return [dict(x) for x in r]\n")
    pools = made["asyncpg.pool"]
    found |= {"one": pools.Pool(1), "pool": pools.Pool(10), "conn": made["asyncpg.connection"].Connection()}
    found |= {"client": made["httpx"].AsyncClient(), "lite": made["aiosqlite.core"].Connection()}
    return found


OVERLAP = {
    "pool_reads": "a = await pool.fetch('select 1')\nb = await pool.fetch('select 2')",
    "gets": "a = await client.get('/1')\nb = await client.get('/2')\nc = a.json()['x']",
    "requests": "a = await client.request('GET', '/1')\nb = await client.request('head', '/2')",
    "through_a_function": "a = await rows(pool, 'select 1')\nb = await rows(pool, 'select 2')",
    "two_connections": "async with pool.acquire() as c:\n    a = await c.fetch('select 1')\nb = await conn.fetch('select 1')",
    "number_in_text": "k = 3\na = await pool.fetch(f'select {k}')\nb = await pool.fetch('select ' + '1')",
    "get_and_select": "a = await pool.fetch('select 1')\nb = await client.get('/x')",
}
KEEP = {
    "post_then_select": "a = await client.post('/x')\nb = await pool.fetch('select 1')",
    "insert_then_get": "a = await pool.execute('insert into t values (1)')\nb = await client.get('/x')",
    "get_then_close": "a = await client.get('/1')\nawait client.aclose()",
    "select_then_close": "a = await pool.fetch('select 1')\nawait pool.close()",
    "clock_of_the_server": "a = await pool.fetch('select now()')\nb = await pool.fetch('select 1')",
    "second_connection_of_a_pool": "async with pool.acquire() as c:\n    a = await pool.fetch('select 1')\n    b = await pool.fetch('select 2')",
    "one_connection": "a = await conn.fetch('select 1')\nb = await conn.fetch('select 2')",
    "acquired": "async with pool.acquire() as c:\n    a = await c.fetch('select 1')\n    b = await c.fetch('select 2')",
    "write_then_read": "a = await pool.execute('insert into t values (1)')\nb = await pool.fetch('select 1')",
    "read_then_write": "a = await pool.fetch('select 1')\nb = await pool.execute('delete from t')",
    "unknown_text": "q = input()\na = await pool.fetch(q)\nb = await pool.fetch(q)",
    "text_of_a_variable": "t = 'x' if input() else 'y'\na = await pool.fetch(f'select * from {t}')\nb = await pool.fetch('select 1')",
    "posts": "a = await client.post('/1')\nb = await client.get('/1')",
    "unknown_verb": "v = input()\na = await client.request(v, '/1')\nb = await client.get('/1')",
    "through_a_function": "a = await rows(conn, 'select 1')\nb = await rows(conn, 'select 2')",
    "pool_of_one": "async with one.acquire() as c:\n    a = await c.fetch('select 1')\n    b = await one.fetch('select 2')",
    "sqlite": "a = await lite.execute_fetchall('select 1')\nb = await lite.execute_fetchall('select 2')",
    "transaction": "async with conn.transaction():\n    a = await conn.fetch('select 1')\n    b = await conn.fetch('select 1')",
}


@pytest.mark.parametrize("cell", OVERLAP.values(), ids=OVERLAP.keys())
def test_shared_resources_may_be_used_at_once(names: dict[str, object], cell: str) -> None:
    assert order(cell, names=names) == set()


@pytest.mark.parametrize("cell", KEEP.values(), ids=KEEP.keys())
def test_exclusive_resources_and_writes_keep_their_order(names: dict[str, object], cell: str) -> None:
    assert order(cell, names=names) != set()


def test_the_size_of_a_pool_bounds_its_operations(names: dict[str, object]) -> None:
    tree, effects = infer("a = await pool.fetch('select 1')", names=names)
    callee = effects.callee(tree.body[0].value)
    assert (callee.kind, callee.label, callee.slots, callee.awaits) == ("modelled", "Pool.fetch", 10, True)


def test_reads_are_no_hazard_and_writes_are(names: dict[str, object]) -> None:
    _, effects = infer(
        "a = await pool.fetch('select 1')\nb = await client.get('/')\nc = await conn.fetch('select 1')",
        names=names,
    )
    assert effects.hazards == ()
    _, effects = infer("await pool.execute('insert into t values (1)')\nawait client.post('/')", names=names)
    assert [(hazard.kind, hazard.line) for hazard in effects.hazards] == [("outside", 1), ("outside", 2)]


def test_a_pool_of_one_that_is_held_is_named(names: dict[str, object]) -> None:
    assert any("whose only connection" in reason for reason in order(KEEP["pool_of_one"], names=names))


def test_models_are_found_by_class_then_by_module() -> None:
    assert find(("builtins.list.append",)) is MODELS["builtins.list.append"]
    assert find(("math.sqrt",)) is MODELS["math.*"]
    assert find(("nobody.knows",)) is None


def test_a_user_class_with_the_name_of_a_library_class_is_read_by_its_source() -> None:
    setup = "class Pool:\n    def __init__(self): self.n = 0\n    async def fetch(self, q):\n        v = self.n\n        await wait()\n        self.n = v + 1\npool = Pool()"
    assert order("a = await pool.fetch('select 1')\nb = await pool.fetch('select 1')", setup) == {
        "object: pool"
    }
