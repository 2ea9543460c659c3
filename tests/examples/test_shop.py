"""The shop answers over HTTP as its routes promise, on SQLite."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from shop import DashboardService, Orders, SqliteDatabase, Stock, Users, create_app


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(str(tmp_path / "shop.sqlite"), round_trip_s=0.0)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as client,
    ):
        yield client


async def got(client: httpx.AsyncClient, path: str) -> dict:
    response = await client.get(path)
    assert response.status_code == 200, response.text
    return response.json()


async def test_the_dashboard_sums_up_three_queries(client: httpx.AsyncClient) -> None:
    dashboard = await got(client, "/dashboard")
    orders = await got(client, "/orders?status=open&size=100")
    low = await got(client, "/stock?below=5&sort=on_hand")
    newest = await got(client, "/users?sort=-joined&size=1")
    assert dashboard == {
        "users": 60,
        "newest_user": newest["items"][0]["name"],
        "open_orders": orders["total"],
        "open_cents": sum(order["total_cents"] for order in orders["items"]),
        "running_low": [item["title"] for item in low["items"]],
    }
    assert orders["total"] == 48
    assert len(low["items"]) == 4


async def test_users_are_filtered_by_city(client: httpx.AsyncClient) -> None:
    page = await got(client, "/users?city=Oslo")
    assert page["total"] == len(page["items"]) == 12
    assert {user["city"] for user in page["items"]} == {"Oslo"}


@pytest.mark.parametrize(
    ("path", "key", "descending"),
    [
        ("/users?sort=name", "name", False),
        ("/users?sort=-name", "name", True),
        ("/users?sort=joined", "joined_on", False),
        ("/users?sort=-joined", "joined_on", True),
        ("/orders?sort=placed", "placed_on", False),
        ("/orders?sort=-placed", "placed_on", True),
        ("/orders?sort=total", "total_cents", False),
        ("/orders?sort=-total", "total_cents", True),
        ("/stock?sort=sku", "sku", False),
        ("/stock?sort=on_hand", "on_hand", False),
        ("/stock?sort=-on_hand", "on_hand", True),
        ("/stock?sort=price", "price_cents", False),
        ("/stock?sort=-price", "price_cents", True),
    ],
)
async def test_lists_are_sorted(client: httpx.AsyncClient, path: str, key: str, descending: bool) -> None:
    values = [item[key] for item in (await got(client, f"{path}&size=100"))["items"]]
    assert values == sorted(values, reverse=descending)
    assert len(set(values)) > 1


async def test_pages_join_to_the_whole_list(client: httpx.AsyncClient) -> None:
    whole = (await got(client, "/orders?size=100&status=shipped"))["items"]
    pages = [await got(client, f"/orders?status=shipped&size=40&page={page}") for page in (1, 2, 3, 4)]
    assert [len(page["items"]) for page in pages] == [40, 40, 16, 0]
    assert [item for page in pages for item in page["items"]] == whole
    assert {page["total"] for page in pages} == {96}


async def test_orders_of_a_user_are_that_users(client: httpx.AsyncClient) -> None:
    page = await got(client, "/users/7/orders?sort=total")
    assert page["total"] == 4
    assert {order["user_id"] for order in page["items"]} == {7}


async def test_an_order_has_lines_that_add_up_to_its_total(client: httpx.AsyncClient) -> None:
    order = await got(client, "/orders/11")
    assert len(order["lines"]) == 3
    assert sum(line["quantity"] * line["price_cents"] for line in order["lines"]) == order["total_cents"]


async def test_goods_that_come_in_are_added(client: httpx.AsyncClient) -> None:
    before = await got(client, "/stock/CHA-001")
    response = await client.post("/stock/CHA-001/arrivals", json={"quantity": 5})
    assert response.json() == {**before, "on_hand": before["on_hand"] + 5}
    assert await got(client, "/stock/CHA-001") == response.json()


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/users/61", "there is no user 61"),
        ("/users/61/orders", "there is no user 61"),
        ("/orders/241", "there is no order 241"),
        ("/stock/NONE", "there is no item NONE"),
    ],
)
async def test_what_does_not_exist_is_404(client: httpx.AsyncClient, path: str, detail: str) -> None:
    response = await client.get(path)
    assert (response.status_code, response.json()) == (404, {"detail": detail})


async def test_goods_for_an_unknown_item_are_404(client: httpx.AsyncClient) -> None:
    response = await client.post("/stock/NONE/arrivals", json={"quantity": 5})
    assert response.status_code == 404


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/users?sort=name;DROP TABLE users", "sort"),
        ("/users?page=0", "page"),
        ("/users?size=101", "size"),
        ("/users/zero", "user_id"),
        ("/users/0", "user_id"),
        ("/users/9999999999", "user_id"),
        ("/orders?status=lost", "status"),
        ("/stock?below=-1", "below"),
    ],
)
async def test_a_bad_parameter_is_422_and_named(client: httpx.AsyncClient, path: str, parameter: str) -> None:
    response = await client.get(path)
    assert response.status_code == 422
    assert [error["loc"][-1] for error in response.json()["detail"]] == [parameter]


@pytest.mark.parametrize("quantity", [0, -3, "many", None])
async def test_a_bad_quantity_is_422(client: httpx.AsyncClient, quantity: object) -> None:
    response = await client.post("/stock/CHA-001/arrivals", json={"quantity": quantity})
    assert response.status_code == 422


async def test_a_quote_in_a_filter_is_data(client: httpx.AsyncClient) -> None:
    assert (await got(client, "/users?city=' OR '1'='1"))["items"] == []


async def test_the_database_is_the_same_every_time(tmp_path: Path) -> None:
    first, second = (
        SqliteDatabase.open(tmp_path / name, round_trip_s=0.0) for name in ("a.sqlite", "b.sqlite")
    )
    assert await Orders(first).open() == await Orders(second).open()


async def test_opening_an_existing_database_leaves_its_rows_alone(tmp_path: Path) -> None:
    first = SqliteDatabase.open(tmp_path / "shop.sqlite", round_trip_s=0.0)
    await Stock(first).add("CHA-001", 1)
    changed = await Stock(first).find("CHA-001")
    again = SqliteDatabase.open(tmp_path / "shop.sqlite", round_trip_s=0.0)
    assert await Stock(again).find("CHA-001") == changed


async def test_a_select_cannot_write(tmp_path: Path) -> None:
    database = SqliteDatabase.open(tmp_path / "shop.sqlite", round_trip_s=0.0)
    with pytest.raises(Exception, match="readonly"):
        await database.fetch("DELETE FROM users")


async def test_every_query_waits_for_the_simulated_round_trip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = SqliteDatabase.open(tmp_path / "shop.sqlite", round_trip_s=0.05)
    waits = []

    async def record(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("shop.sqlite.asyncio.sleep", record)
    await DashboardService(users=Users(database), orders=Orders(database), stock=Stock(database)).dashboard()
    assert waits == [0.05, 0.05, 0.05]
