"""``%%concurrent`` in a real shell on a real server: everything between the magic line and the answer of PostgreSQL."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest
from IPython.core.interactiveshell import InteractiveShell
from shop import Orders, Stock, Users
from traitlets.config import Config

import perfmagic
from perfmagic.model.comparison import CandidateStatus, Comparison

pytestmark = pytest.mark.postgres

DEADLOCK_S = 60
THREE_SLOW = """\
first = await source.fetchval("SELECT slept FROM slow")
second = await source.fetchval("SELECT slept FROM slow")
third = await source.fetchval("SELECT slept FROM slow")
"""
THREE_OF_THE_SHOP = """\
everyone = await users.everyone()
waiting = await orders.open()
low = await stock.running_low()
"""
HELD = """\
async with pool.acquire() as connection:
    first = await connection.fetchval("SELECT slept FROM slow")
    second = await connection.fetchval("SELECT slept FROM slow")
"""


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.run_line_magic("load_ext", "perfmagic")
    yield shell
    shell.run_line_magic("unload_ext", "perfmagic")
    InteractiveShell.clear_instance()


async def compared(shell: InteractiveShell, cell: str, line: str = "", **names: object) -> Comparison:
    """Run the cell under the magic on the loop of the test, where its pools live."""
    shell.push(names)
    text = f"%%concurrent {line}\n{cell}"
    async with asyncio.timeout(DEADLOCK_S):
        result = await shell.run_cell_async(
            text, store_history=True, transformed_cell=shell.transform_cell(text)
        )
    result.raise_error()
    return perfmagic.last()


@pytest.fixture
async def repositories(pool: asyncpg.Pool) -> dict[str, object]:
    return {"users": Users(pool), "orders": Orders(pool), "stock": Stock(pool)}


async def test_a_pool_speeds_up(shell: InteractiveShell, pool: asyncpg.Pool) -> None:
    comparison = await compared(shell, THREE_SLOW, "--rounds 6 --no-profile", source=pool)
    for name in ("gather", "tasks"):
        candidate = comparison.candidate(name)
        assert candidate.status is CandidateStatus.RAN
        assert candidate.verdict is not None
        assert candidate.verdict.status == "equal"
        assert candidate.speedup is not None
        # Three waits of 100 ms at once: even a busy machine leaves half of the gain.
        assert candidate.speedup.value > 1.5
        assert candidate.ceiling == pytest.approx(3.0, abs=0.5)


async def test_the_three_queries_of_the_shop_are_equal_under_every_plan(
    shell: InteractiveShell, repositories: dict[str, object]
) -> None:
    comparison = await compared(shell, THREE_OF_THE_SHOP, "--rounds 3 --no-profile", **repositories)
    assert {comparison.candidate(name).verdict.status for name in ("gather", "tasks")} == {"equal"}
    assert len(shell.user_ns["everyone"]) == 60
    assert len(shell.user_ns["low"]) == 4


async def test_one_connection_is_refused_with_the_reason(
    shell: InteractiveShell, connection: asyncpg.Connection
) -> None:
    comparison = await compared(shell, THREE_SLOW, source=connection)
    for name in ("gather", "tasks"):
        candidate = comparison.candidate(name)
        assert candidate.status is CandidateStatus.REFUSED
        assert "source, which allows one operation at a time" in (candidate.reason or "")
        assert candidate.lines is not None
    assert comparison.recommendation.strategy is None
    assert comparison.executions == 1


async def test_a_shared_connection_that_is_forced_never_shows_interface_error(
    shell: InteractiveShell, connection: asyncpg.Connection
) -> None:
    """The user's assumption is wrong: a candidate may fail, the cell does not."""
    comparison = await compared(shell, THREE_SLOW, "--assume-independent --rounds 3", source=connection)
    statuses = {comparison.candidate(name).status for name in ("gather", "tasks")}
    assert statuses <= {CandidateStatus.REFUSED, CandidateStatus.FAILED}
    assert comparison.recommendation.strategy is None
    assert await connection.fetchval("SELECT 1") == 1


async def test_a_pool_of_one_that_is_held_is_refused_not_deadlocked(
    shell: InteractiveShell, pool_of_one: asyncpg.Pool
) -> None:
    comparison = await compared(shell, HELD, pool=pool_of_one)
    assert comparison.candidate("gather").status is CandidateStatus.REFUSED
    assert comparison.candidate("tasks").status is CandidateStatus.REFUSED
    assert await pool_of_one.fetchval("SELECT 1") == 1


async def test_a_write_is_not_run_again(shell: InteractiveShell, pool: asyncpg.Pool) -> None:
    stock = Stock(pool)
    before = await stock.find("CHA-001")
    comparison = await compared(
        shell, 'await stock.add("CHA-001", 5)\nitem = await stock.find("CHA-001")\n', stock=stock
    )
    assert comparison.executions == 1
    assert (await stock.find("CHA-001"))["on_hand"] == before["on_hand"] + 5
