"""The shop's repositories and routes do on PostgreSQL what they do on SQLite."""

from pathlib import Path

import asyncpg
import httpx
import pytest
from shop import DashboardService, Orders, SqliteDatabase, Stock, Users, create_app, open_database

pytestmark = pytest.mark.postgres

PATHS = (
    "/dashboard",
    "/users?city=Oslo&sort=-joined",
    "/users?sort=name&size=7&page=3",
    "/users/7",
    "/users/61",
    "/users/7/orders?status=shipped&sort=total",
    "/orders?status=open&sort=-placed&size=100",
    "/orders/11",
    "/stock?below=5&sort=on_hand",
    "/stock?sort=-price&size=5",
    "/stock/CHA-001",
    "/users?sort=lost",
    "/users/2147483648",
)


@pytest.mark.parametrize("path", PATHS)
async def test_a_route_answers_the_same_on_both_databases(
    path: str, database_url: str, tmp_path: Path
) -> None:
    answers = []
    for url in (database_url, str(tmp_path / "shop.sqlite")):
        app = create_app(url, round_trip_s=0.0)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://shop") as client,
        ):
            response = await client.get(path)
            answers.append((response.status_code, response.json()))
    assert answers[0] == answers[1]


async def test_the_dashboard_is_the_same_on_both_databases(pool: asyncpg.Pool, tmp_path: Path) -> None:
    sqlite = SqliteDatabase.open(tmp_path / "shop.sqlite", round_trip_s=0.0)
    here, there = await dashboard(pool), await dashboard(sqlite)
    assert here == there
    assert here.users == 60


async def test_goods_that_come_in_are_added(pool: asyncpg.Pool) -> None:
    stock = Stock(pool)
    before = await stock.find("CHA-001")
    await stock.add("CHA-001", 5)
    after = await stock.find("CHA-001")
    assert before is not None
    assert after == {**before, "on_hand": before["on_hand"] + 5}


async def test_opening_twice_fills_once(database_url: str) -> None:
    for _ in range(2):
        async with open_database(database_url) as pool:
            assert await pool.fetchval("SELECT count(*) FROM orders") == 240


async def test_a_quote_in_a_filter_is_data(pool: asyncpg.Pool) -> None:
    assert await Users(pool).count(city="' OR '1'='1") == 0


async def dashboard(database: object) -> object:
    return await DashboardService(
        users=Users(database), orders=Orders(database), stock=Stock(database)
    ).dashboard()
