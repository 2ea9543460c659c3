"""The routes: a path identifies, a query string filters, sorts and pages, and one service answers."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from shop.dependencies import (
    DashboardServiceDependency,
    OrderServiceDependency,
    PagingDependency,
    StockServiceDependency,
    UserServiceDependency,
)
from shop.models import (
    Arrival,
    Dashboard,
    Order,
    OrderDetail,
    OrderSort,
    OrderStatus,
    Page,
    StockItem,
    StockSort,
    User,
    UserSort,
)

router = APIRouter()

# PostgreSQL's INTEGER ends here; beyond it a number is a bad parameter, not a missing row.
Identifier = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/dashboard")
async def dashboard(service: DashboardServiceDependency) -> Dashboard:
    """Return the shop at a glance."""
    return await service.dashboard()


@router.get("/users")
async def list_users(
    service: UserServiceDependency,
    paging: PagingDependency,
    city: Annotated[str | None, Query(max_length=50)] = None,
    sort: UserSort = UserSort.NAME,
) -> Page[User]:
    """Return one page of users."""
    return await service.page(city=city, sort=sort, paging=paging)


@router.get("/users/{user_id}")
async def read_user(service: UserServiceDependency, user_id: Identifier) -> User:
    """Return one user."""
    return await service.find(user_id)


@router.get("/users/{user_id}/orders")
async def list_orders_of_user(
    service: OrderServiceDependency,
    paging: PagingDependency,
    user_id: Identifier,
    status: OrderStatus | None = None,
    sort: OrderSort = OrderSort.PLACED_DOWN,
) -> Page[Order]:
    """Return one page of the orders of a user."""
    return await service.page_of_user(user_id, status=status, sort=sort, paging=paging)


@router.get("/orders")
async def list_orders(
    service: OrderServiceDependency,
    paging: PagingDependency,
    status: OrderStatus | None = None,
    sort: OrderSort = OrderSort.PLACED_DOWN,
) -> Page[Order]:
    """Return one page of orders."""
    return await service.page(user_id=None, status=status, sort=sort, paging=paging)


@router.get("/orders/{order_id}")
async def read_order(service: OrderServiceDependency, order_id: Identifier) -> OrderDetail:
    """Return one order with its lines."""
    return await service.find(order_id)


@router.get("/stock")
async def list_stock(
    service: StockServiceDependency,
    paging: PagingDependency,
    below: Annotated[int | None, Query(ge=0, le=1_000_000)] = None,
    sort: StockSort = StockSort.SKU,
) -> Page[StockItem]:
    """Return one page of items."""
    return await service.page(below=below, sort=sort, paging=paging)


@router.get("/stock/{sku}")
async def read_item(service: StockServiceDependency, sku: Annotated[str, Path(max_length=20)]) -> StockItem:
    """Return one item."""
    return await service.find(sku)


@router.post("/stock/{sku}/arrivals")
async def receive(
    service: StockServiceDependency, sku: Annotated[str, Path(max_length=20)], arrival: Arrival
) -> StockItem:
    """Add goods that came in."""
    return await service.receive(sku, arrival.quantity)
