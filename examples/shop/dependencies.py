"""How a request gets its services: FastAPI injects them, tests may override them."""

from typing import Annotated

from fastapi import Depends, Query, Request

from shop.database import Database
from shop.models import Paging
from shop.repositories import Orders, Stock, Users
from shop.services import DashboardService, OrderService, StockService, UserService


def get_database(request: Request) -> Database:
    """Return the database that the lifespan opened."""
    database: Database = request.app.state.database
    return database


DatabaseDependency = Annotated[Database, Depends(get_database)]


def get_paging(
    page: Annotated[int, Query(ge=1, le=1_000)] = 1, size: Annotated[int, Query(ge=1, le=100)] = 20
) -> Paging:
    """Return the part of a list that the query string asks for."""
    return Paging(page=page, size=size)


def get_user_service(database: DatabaseDependency) -> UserService:
    """Return the service for customers."""
    return UserService(users=Users(database))


def get_order_service(database: DatabaseDependency) -> OrderService:
    """Return the service for orders."""
    return OrderService(orders=Orders(database), users=Users(database))


def get_stock_service(database: DatabaseDependency) -> StockService:
    """Return the service for the warehouse."""
    return StockService(stock=Stock(database))


def get_dashboard_service(database: DatabaseDependency) -> DashboardService:
    """Return the service for the dashboard."""
    return DashboardService(users=Users(database), orders=Orders(database), stock=Stock(database))


PagingDependency = Annotated[Paging, Depends(get_paging)]
UserServiceDependency = Annotated[UserService, Depends(get_user_service)]
OrderServiceDependency = Annotated[OrderService, Depends(get_order_service)]
StockServiceDependency = Annotated[StockService, Depends(get_stock_service)]
DashboardServiceDependency = Annotated[DashboardService, Depends(get_dashboard_service)]
