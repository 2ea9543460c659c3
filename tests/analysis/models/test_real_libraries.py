"""Every entry about a client library names something that the installed library has, and waits the way the entry says."""

import importlib
import inspect

import fastapi
import pytest

from perfmagic.analysis.models.databases import DATABASES
from perfmagic.analysis.models.model import Model
from perfmagic.analysis.models.web import WEB

ENTRIES = {name: model for name, model in {**DATABASES, **WEB}.items() if not name.endswith(".*")}
GIVE_AWAITABLES = (
    "aiosqlite.core.Connection",
    "redis.asyncio.client.",
    "asyncpg.pool.PoolAcquireContext.__await__",
    "aiohttp.client._BaseRequestContextManager.__await__",
    "sqlalchemy.ext.asyncio.engine.AsyncConnection.__await__",
)
"""Where an ordinary function gives something to await, such as a context manager of its own."""


def find(name: str) -> object:
    """Return what a qualified name stands for in the installed library."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            found = inspect.getattr_static(found, part)
        return found
    raise AttributeError(name)


def is_set_in_init(name: str) -> bool:
    """Tell whether an attribute is one that only instances have."""
    owner, _, attribute = name.rpartition(".")
    try:
        find(name)
    except AttributeError:
        cls = find(owner)
        return inspect.isclass(cls) and f"self.{attribute}" in inspect.getsource(cls.__init__)
    return False


def _is_data(found: object) -> bool:
    return not inspect.isroutine(found) or type(found).__name__ in ("property", "reify", "cached_property")


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_exists_in_the_library(name: str) -> None:
    """It fails with the name that is missing."""
    assert (ENTRIES[name].attribute and is_set_in_init(name)) or find(name) is not NotImplemented


@pytest.mark.parametrize(
    ("name", "model"),
    [
        (name, model)
        for name, model in ENTRIES.items()
        if model.awaits and not name.startswith(GIVE_AWAITABLES)
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_is_awaited_is_a_coroutine_function(name: str, model: Model) -> None:
    assert inspect.iscoroutinefunction(inspect.unwrap(find(name))), name


@pytest.mark.parametrize(
    "name", [name for name, model in ENTRIES.items() if not model.awaits and not is_set_in_init(name)]
)
def test_what_is_not_awaited_is_no_coroutine_function(name: str) -> None:
    found = find(name)
    function = found.__func__ if isinstance(found, staticmethod | classmethod) else found
    assert not inspect.iscoroutinefunction(function), name


@pytest.mark.parametrize(
    ("name", "model"),
    [(name, model) for name, model in ENTRIES.items() if not is_set_in_init(name)],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_an_attribute_is_data_and_a_method_is_none(name: str, model: Model) -> None:
    assert _is_data(find(name)) == model.attribute or not model.attribute, name
    assert model.attribute or callable(find(name)) or isinstance(find(name), staticmethod | classmethod)


MADE = sorted(
    {model.result.partition(":")[2] for model in ENTRIES.values() if model.result.startswith("new:")}
)


@pytest.mark.parametrize("name", MADE)
def test_the_class_that_a_method_makes_exists(name: str) -> None:
    assert inspect.isclass(find(name))


@pytest.mark.parametrize("owner", [fastapi.FastAPI(), fastapi.APIRouter()], ids=["FastAPI", "APIRouter"])
@pytest.mark.parametrize(
    "method", ["get", "post", "put", "delete", "patch", "options", "head", "trace", "websocket"]
)
def test_a_route_gives_back_the_function_as_it_is(owner: object, method: str) -> None:
    async def handler(item: int) -> int:
        return item

    assert getattr(owner, method)("/{item}")(handler) is handler
