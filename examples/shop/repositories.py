"""All the SQL of the shop. A repository returns rows; it does not know which database they come from.

Texts of queries are constants. The one part that varies, the order of a list, comes from an allow-list of constants, never
from the request. A filter that is not given is NULL and lets everything pass.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from shop.database import Database
from shop.models import OrderSort, OrderStatus, Paging, StockSort, UserSort

Row = dict[str, Any]

_USER_ORDER = MappingProxyType(
    {
        UserSort.NAME: "name, id",
        UserSort.NAME_DOWN: "name DESC, id",
        UserSort.JOINED: "joined_on, id",
        UserSort.JOINED_DOWN: "joined_on DESC, id",
    }
)
_ORDER_ORDER = MappingProxyType(
    {
        OrderSort.PLACED: "placed_on, id",
        OrderSort.PLACED_DOWN: "placed_on DESC, id",
        OrderSort.TOTAL: "total_cents, id",
        OrderSort.TOTAL_DOWN: "total_cents DESC, id",
    }
)
_STOCK_ORDER = MappingProxyType(
    {
        StockSort.SKU: "sku",
        StockSort.ON_HAND: "on_hand, sku",
        StockSort.ON_HAND_DOWN: "on_hand DESC, sku",
        StockSort.PRICE: "price_cents, sku",
        StockSort.PRICE_DOWN: "price_cents DESC, sku",
    }
)


@dataclass(frozen=True)
class Users:
    """Queries on customers."""

    database: Database

    async def everyone(self) -> list[Row]:
        """Return all users, the newest first."""
        rows = await self.database.fetch(
            "SELECT id, name, city, joined_on FROM users ORDER BY joined_on DESC, id"
        )
        return [dict(row) for row in rows]

    async def find(self, user_id: int) -> Row | None:
        """Return one user, ``None`` if there is no such user."""
        row = await self.database.fetchrow(
            "SELECT id, name, city, joined_on FROM users WHERE id = $1", user_id
        )
        return dict(row) if row else None

    async def page(self, *, city: str | None, sort: UserSort, paging: Paging) -> list[Row]:
        """Return one page of the users of a city, or of all."""
        rows = await self.database.fetch(
            "SELECT id, name, city, joined_on FROM users WHERE CAST($1 AS TEXT) IS NULL OR city = CAST($1 AS TEXT)"
            f" ORDER BY {_USER_ORDER[sort]} LIMIT $2 OFFSET $3",
            city,
            paging.size,
            paging.offset,
        )
        return [dict(row) for row in rows]

    async def count(self, *, city: str | None) -> int:
        """Return the number of users of a city, or of all."""
        row = await self.database.fetchrow(
            "SELECT count(*) AS total FROM users WHERE CAST($1 AS TEXT) IS NULL OR city = CAST($1 AS TEXT)",
            city,
        )
        total: int = row["total"]
        return total


@dataclass(frozen=True)
class Orders:
    """Queries on orders and their lines."""

    database: Database

    async def open(self) -> list[Row]:
        """Return the orders that are neither paid nor shipped, the oldest first."""
        rows = await self.database.fetch(
            "SELECT id, user_id, status, placed_on, total_cents FROM orders WHERE status = 'open' ORDER BY placed_on, id"
        )
        return [dict(row) for row in rows]

    async def find(self, order_id: int) -> Row | None:
        """Return one order, ``None`` if there is no such order."""
        row = await self.database.fetchrow(
            "SELECT id, user_id, status, placed_on, total_cents FROM orders WHERE id = $1", order_id
        )
        return dict(row) if row else None

    async def lines(self, order_id: int) -> list[Row]:
        """Return the lines of one order with titles and today's prices."""
        rows = await self.database.fetch(
            "SELECT lines.sku, title, quantity, price_cents FROM lines JOIN stock ON stock.sku = lines.sku"
            " WHERE order_id = $1 ORDER BY lines.sku",
            order_id,
        )
        return [dict(row) for row in rows]

    async def page(
        self, *, user_id: int | None, status: OrderStatus | None, sort: OrderSort, paging: Paging
    ) -> list[Row]:
        """Return one page of the orders of a user, of a status, of both, or of all."""
        rows = await self.database.fetch(
            "SELECT id, user_id, status, placed_on, total_cents FROM orders"
            " WHERE (CAST($1 AS INTEGER) IS NULL OR user_id = CAST($1 AS INTEGER))"
            " AND (CAST($2 AS TEXT) IS NULL OR status = CAST($2 AS TEXT))"
            f" ORDER BY {_ORDER_ORDER[sort]} LIMIT $3 OFFSET $4",
            user_id,
            status,
            paging.size,
            paging.offset,
        )
        return [dict(row) for row in rows]

    async def count(self, *, user_id: int | None, status: OrderStatus | None) -> int:
        """Return the number of orders of a user, of a status, of both, or of all."""
        row = await self.database.fetchrow(
            "SELECT count(*) AS total FROM orders"
            " WHERE (CAST($1 AS INTEGER) IS NULL OR user_id = CAST($1 AS INTEGER))"
            " AND (CAST($2 AS TEXT) IS NULL OR status = CAST($2 AS TEXT))",
            user_id,
            status,
        )
        total: int = row["total"]
        return total


@dataclass(frozen=True)
class Stock:
    """Queries on what is in the warehouse."""

    database: Database

    async def running_low(self) -> list[Row]:
        """Return what there are fewer than five of, the scarcest first."""
        rows = await self.database.fetch(
            "SELECT sku, title, on_hand, price_cents FROM stock WHERE on_hand < 5 ORDER BY on_hand, sku"
        )
        return [dict(row) for row in rows]

    async def find(self, sku: str) -> Row | None:
        """Return one item, ``None`` if there is no such item."""
        row = await self.database.fetchrow(
            "SELECT sku, title, on_hand, price_cents FROM stock WHERE sku = $1", sku
        )
        return dict(row) if row else None

    async def page(self, *, below: int | None, sort: StockSort, paging: Paging) -> list[Row]:
        """Return one page of the items of which there are fewer than ``below``, or of all."""
        rows = await self.database.fetch(
            "SELECT sku, title, on_hand, price_cents FROM stock"
            " WHERE CAST($1 AS INTEGER) IS NULL OR on_hand < CAST($1 AS INTEGER)"
            f" ORDER BY {_STOCK_ORDER[sort]} LIMIT $2 OFFSET $3",
            below,
            paging.size,
            paging.offset,
        )
        return [dict(row) for row in rows]

    async def count(self, *, below: int | None) -> int:
        """Return the number of items of which there are fewer than ``below``, or of all."""
        row = await self.database.fetchrow(
            "SELECT count(*) AS total FROM stock WHERE CAST($1 AS INTEGER) IS NULL OR on_hand < CAST($1 AS INTEGER)",
            below,
        )
        total: int = row["total"]
        return total

    async def add(self, sku: str, quantity: int) -> None:
        """Add to what is there of one item; nothing happens if there is no such item."""
        await self.database.execute("UPDATE stock SET on_hand = on_hand + $2 WHERE sku = $1", sku, quantity)
