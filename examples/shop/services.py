"""The logic of the shop: what to ask the repositories for, and what to make of the answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from shop.models import (
    Dashboard,
    Order,
    OrderDetail,
    OrderSort,
    OrderStatus,
    Page,
    Paging,
    StockItem,
    StockSort,
    User,
    UserSort,
)
from shop.repositories import Orders, Row, Stock, Users


class NotFoundError(LookupError):
    """The thing that a request names does not exist."""


@dataclass(frozen=True)
class UserService:
    """What can be asked about customers."""

    users: Users

    async def page(self, *, city: str | None, sort: UserSort, paging: Paging) -> Page[User]:
        """Return one page of users."""
        rows = await self.users.page(city=city, sort=sort, paging=paging)
        total = await self.users.count(city=city)
        return Page[User].model_validate(
            {"items": rows, "page": paging.page, "size": paging.size, "total": total}
        )

    async def find(self, user_id: int) -> User:
        """Return one user, or raise `NotFoundError`."""
        return User.model_validate(_found(await self.users.find(user_id), f"user {user_id}"))


@dataclass(frozen=True)
class OrderService:
    """What can be asked about orders."""

    orders: Orders
    users: Users

    async def page(
        self, *, user_id: int | None, status: OrderStatus | None, sort: OrderSort, paging: Paging
    ) -> Page[Order]:
        """Return one page of orders."""
        rows = await self.orders.page(user_id=user_id, status=status, sort=sort, paging=paging)
        total = await self.orders.count(user_id=user_id, status=status)
        return Page[Order].model_validate(
            {"items": rows, "page": paging.page, "size": paging.size, "total": total}
        )

    async def page_of_user(
        self, user_id: int, *, status: OrderStatus | None, sort: OrderSort, paging: Paging
    ) -> Page[Order]:
        """Return one page of the orders of a user, or raise `NotFoundError`."""
        _found(await self.users.find(user_id), f"user {user_id}")
        return await self.page(user_id=user_id, status=status, sort=sort, paging=paging)

    async def find(self, order_id: int) -> OrderDetail:
        """Return one order with its lines, or raise `NotFoundError`."""
        order = _found(await self.orders.find(order_id), f"order {order_id}")
        return OrderDetail.model_validate({**order, "lines": await self.orders.lines(order_id)})


@dataclass(frozen=True)
class StockService:
    """What can be asked about the warehouse, and the one thing that changes it."""

    stock: Stock

    async def page(self, *, below: int | None, sort: StockSort, paging: Paging) -> Page[StockItem]:
        """Return one page of items."""
        rows = await self.stock.page(below=below, sort=sort, paging=paging)
        total = await self.stock.count(below=below)
        return Page[StockItem].model_validate(
            {"items": rows, "page": paging.page, "size": paging.size, "total": total}
        )

    async def find(self, sku: str) -> StockItem:
        """Return one item, or raise `NotFoundError`."""
        return StockItem.model_validate(_found(await self.stock.find(sku), f"item {sku}"))

    async def receive(self, sku: str, quantity: int) -> StockItem:
        """Add goods that came in and return the item as it is now, or raise `NotFoundError`."""
        await self.stock.add(sku, quantity)
        return await self.find(sku)


@dataclass(frozen=True)
class DashboardService:
    """The shop at a glance."""

    users: Users
    orders: Orders
    stock: Stock

    async def dashboard(self) -> Dashboard:
        """Ask three questions, one after the other, and sum up the answers.

        No answer is needed to ask the next question: this is the code that perfmagic is pointed at.
        """
        users = await self.users.everyone()
        orders = await self.orders.open()
        stock = await self.stock.running_low()
        return summary(users, orders, stock)


def summary(users: Sequence[Row], orders: Sequence[Row], stock: Sequence[Row]) -> Dashboard:
    """Return the figures of the dashboard; ``users`` are the newest first."""
    return Dashboard(
        users=len(users),
        newest_user=users[0]["name"] if users else "",
        open_orders=len(orders),
        open_cents=sum(order["total_cents"] for order in orders),
        running_low=tuple(item["title"] for item in stock),
    )


def _found(row: Row | None, what: str) -> Row:
    if row is None:
        raise NotFoundError(f"there is no {what}")
    return row
