"""A small shop: a FastAPI application over a database, used as real input for perfmagic.

    routes  ->  services  ->  repositories  ->  database

Routes read the request and call one service. Services hold the logic. Repositories hold the SQL. The database is SQLite
(embedded, with a simulated network round trip) or PostgreSQL (a pool of asyncpg connections), and the repositories do not
know which.
"""

from shop.app import create_app
from shop.database import Database, open_database
from shop.repositories import Orders, Stock, Users
from shop.services import DashboardService, summary
from shop.sqlite import SqliteDatabase

__all__ = [
    "DashboardService",
    "Database",
    "Orders",
    "SqliteDatabase",
    "Stock",
    "Users",
    "create_app",
    "open_database",
    "summary",
]
