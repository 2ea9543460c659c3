"""What goes over the wire."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class OrderStatus(StrEnum):
    """How far an order has come."""

    OPEN = "open"
    PAID = "paid"
    SHIPPED = "shipped"
    RETURNED = "returned"


class UserSort(StrEnum):
    """Orders in which users can be listed; a minus means descending."""

    NAME = "name"
    NAME_DOWN = "-name"
    JOINED = "joined"
    JOINED_DOWN = "-joined"


class OrderSort(StrEnum):
    """Orders in which orders can be listed; a minus means descending."""

    PLACED = "placed"
    PLACED_DOWN = "-placed"
    TOTAL = "total"
    TOTAL_DOWN = "-total"


class StockSort(StrEnum):
    """Orders in which the stock can be listed; a minus means descending."""

    SKU = "sku"
    ON_HAND = "on_hand"
    ON_HAND_DOWN = "-on_hand"
    PRICE = "price"
    PRICE_DOWN = "-price"


class Paging(_Model):
    """Which part of a list is wanted."""

    page: int
    size: int

    @property
    def offset(self) -> int:
        """Rows before the page."""
        return (self.page - 1) * self.size


class Page(_Model, Generic[Item]):
    """A part of a list, and how long the whole list is."""

    items: tuple[Item, ...]
    page: int
    size: int
    total: int


class User(_Model):
    """A customer."""

    id: int
    name: str
    city: str
    joined_on: date


class StockItem(_Model):
    """Something the shop sells."""

    sku: str
    title: str
    on_hand: int
    price_cents: int


class Order(_Model):
    """An order without its lines."""

    id: int
    user_id: int
    status: OrderStatus
    placed_on: date
    total_cents: int


class Line(_Model):
    """One line of an order."""

    sku: str
    title: str
    quantity: int
    price_cents: int


class OrderDetail(Order):
    """An order with its lines."""

    lines: tuple[Line, ...]


class Arrival(_Model):
    """Goods that came in."""

    quantity: Annotated[int, Field(ge=1, le=10_000)]


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """The shop at a glance; the services make it, so there is nothing to validate."""

    users: int
    newest_user: str
    open_orders: int
    open_cents: int
    running_low: tuple[str, ...]
