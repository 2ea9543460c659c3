"""The shared cases that use a database or HTTP get the verdicts with real objects that they get with the stand-ins."""

import asyncio
import functools

import aiohttp
import asyncpg
import httpx
import pytest

from perfmagic.model.plan import Plan, Refusal
from perfmagic.strategies import gather, tasks
from tests.real_servers.peers import Journal
from tests.real_servers.plans import SHARED, planned, run, stand_ins

pytestmark = [pytest.mark.servers, pytest.mark.postgres]

both = pytest.mark.parametrize("strategy", [tasks, gather], ids=["tasks", "gather"])


def cell_of(name: str, **instead: str) -> str:
    """Return the cell of a shared case, with the texts of its queries turned into SQL."""
    text = SHARED[name]["cell"]
    for sign in "uop":
        text = text.replace(f"fetch('{sign}', uid)", f"fetch('select $1::int + {ord(sign)}', uid)")
    text = text.replace(".fetch('1')", ".fetch('select 1')").replace(".fetch('2')", ".fetch('select 2')")
    for old, new in instead.items():
        text = text.replace(old, new)
    return text


@pytest.fixture
async def database(pool: asyncpg.Pool, connection: asyncpg.Connection) -> dict[str, object]:
    await pool.execute("create table t (a int)")
    return {"pool": pool, "conn": connection}


REFUSED = {
    "conn_reads": "exclusive",
    "conn_in_with": "exclusive",
    "for_conn": "exclusive",
    "handler_param_conn": "exclusive",
    "write_then_read": "effect",
    "read_then_write": "effect",
}


@both
@pytest.mark.parametrize(("name", "kind"), REFUSED.items(), ids=REFUSED.keys())
async def test_a_case_of_the_database_is_refused_for_its_true_reason(
    name: str, kind: str, strategy: object, database: dict[str, object]
) -> None:
    assert SHARED[name]["verdict"] == "refuse"
    refusal = planned(strategy, cell_of(name), database)
    assert isinstance(refusal, Refusal), refusal
    assert refusal.kind == kind, refusal
    assert refusal.lines is not None
    assert isinstance(planned(strategy, SHARED[name]["cell"], stand_ins()), Refusal)
    await run(cell_of(name), database)


@both
async def test_the_handler_is_rewritten_and_answers_the_same(
    strategy: object, database: dict[str, object]
) -> None:
    assert SHARED["handler"]["verdict"] == "rewrite"
    source = cell_of("handler")
    plan = planned(strategy, source, database)
    assert isinstance(plan, Plan), plan
    assert plan.slots == 10
    before, after = await run(source, database), await run(plan.source, database)
    assert before["r"] == after["r"]
    assert isinstance(planned(strategy, SHARED["handler"]["cell"], stand_ins()), Plan)


async def test_what_is_refused_for_one_connection_does_fail(connection: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.InterfaceError, match="another operation is in progress"):
        await asyncio.gather(connection.fetch("select 1"), connection.fetch("select 2"))


@both
async def test_two_gets_and_their_bodies_overlap_with_aiohttp(
    strategy: object, session: aiohttp.ClientSession, aiohttp_peer: tuple[str, Journal]
) -> None:
    await overlaps(strategy, cell_of("http_get_json"), {"client": session}, aiohttp_peer[1], ("j1", "j2"))


@both
async def test_two_gets_and_their_bodies_overlap_with_httpx(
    strategy: object, client: httpx.AsyncClient, uvicorn_peer: tuple[str, Journal]
) -> None:
    """The body of an httpx response is there already: ``json()`` is not awaited."""
    source = cell_of("http_get_json").replace("await r1", "r1").replace("await r2", "r2")
    await overlaps(strategy, source, {"client": client}, uvicorn_peer[1], ("j1", "j2"))


@both
@pytest.mark.parametrize("library", ["aiohttp", "httpx"])
async def test_a_client_made_in_the_cell_overlaps_inside_its_block(
    library: str, strategy: object, aiohttp_peer: tuple[str, Journal], uvicorn_peer: tuple[str, Journal]
) -> None:
    url, journal = aiohttp_peer if library == "aiohttp" else uvicorn_peer
    if library == "aiohttp":
        made, status = functools.partial(aiohttp.ClientSession, url), ".status"
    else:
        made, status = functools.partial(httpx.AsyncClient, base_url=url), ".status_code"
    source = cell_of("session_with").replace(".u", status)
    await overlaps(strategy, source, {"Client": made}, journal, ("u",))


async def overlaps(
    strategy: object, source: str, names: dict[str, object], journal: Journal, checked: tuple[str, ...]
) -> None:
    plan = planned(strategy, source, names)
    assert isinstance(plan, Plan), plan
    before = await run(source, names)
    assert journal.most_at_once == 1
    after = await run(plan.source, names)
    assert journal.most_at_once == 2
    assert [before[name] for name in checked] == [after[name] for name in checked]


POSTS = {
    "post_then_get": "a = await client.post('/1')\nb = await client.get('/2')\n",
    "get_then_post": "a = await client.get('/1')\nb = await client.post('/2')\n",
    "two_posts": "a = await client.post('/1')\nb = await client.post('/2')\n",
    "request_by_verb": "a = await client.request('PUT', '/1')\nb = await client.get('/2')\n",
    "delete_in_a_loop": "for i in range(3):\n    a = await client.delete(f'/{i}')\n",
}


@both
@pytest.mark.parametrize("source", POSTS.values(), ids=POSTS.keys())
@pytest.mark.parametrize("library", ["aiohttp", "httpx"])
async def test_requests_that_may_change_something_keep_their_order(
    library: str,
    source: str,
    strategy: object,
    session: aiohttp.ClientSession,
    client: httpx.AsyncClient,
) -> None:
    refusal = planned(strategy, source, {"client": session if library == "aiohttp" else client})
    assert isinstance(refusal, Refusal), refusal
    assert refusal.kind == "effect", refusal
