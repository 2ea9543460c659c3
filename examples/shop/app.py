"""The application: opens its database when it starts, closes it when it ends."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from shop.database import open_database
from shop.routes import router
from shop.services import NotFoundError


def create_app(database_url: str | None = None, *, round_trip_s: float = 0.05) -> FastAPI:
    """Return the application.

    Parameters
    ----------
    database_url
        ``postgresql://...`` or the path of a SQLite file; ``None`` takes the environment variable ``SHOP_DATABASE``,
        and ``shop.sqlite`` in the working directory where that is not set.
    round_trip_s
        Seconds of simulated network round trip before every query on SQLite.
    """
    url = database_url or os.environ.get("SHOP_DATABASE", "shop.sqlite")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_database(url, round_trip_s=round_trip_s) as database:
            app.state.database = database
            yield

    app = FastAPI(title="Shop", lifespan=lifespan)
    app.include_router(router)
    app.add_exception_handler(NotFoundError, _not_found)
    return app


async def _not_found(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=404)
