"""Which context managers may keep an error from going on when their block is left."""

from perfmagic.analysis.kinds import kind_of, names_for
from perfmagic.analysis.values import Atom, Const, Value

PASS_ERRORS_ON = (
    "aiohttp", "aiosqlite", "asyncio", "asyncpg", "builtins", "httpx", "_io", "io", "psycopg", "redis", "requests",
    "sqlalchemy", "sqlite3", "_thread", "threading",
)  # fmt: skip
"""Packages whose context managers let every error go on."""


def may_keep_errors(managers: Value, result: Value) -> bool:
    """Whether one of the managers may, given what leaving them returned: anything true keeps an error."""
    if all(isinstance(each, Const) and not each.value for each in result):
        return False
    return not all(_passes_errors_on(each) for each in managers)


def _passes_errors_on(atom: Atom) -> bool:
    kind = kind_of(atom)
    names = names_for(kind) if kind is not None else ()
    return bool(names) and names[0].split(".", maxsplit=1)[0] in PASS_ERRORS_ON
