"""Rows of a real server are compared by their columns and values."""

import asyncpg
import pytest

import perfmagic
from perfmagic.model.verdict import Status

pytestmark = pytest.mark.postgres


async def test_equal_rows_are_equal(pool: asyncpg.Pool):
    rows = [await pool.fetch("SELECT 1 AS id, 'a' AS name, now()::date AS day") for _ in range(2)]
    assert perfmagic.same(*rows).status is Status.EQUAL


@pytest.mark.parametrize(
    "query",
    ["SELECT 2 AS id, 'a' AS name", "SELECT 1 AS id, 'b' AS name", "SELECT 1 AS number, 'a' AS name"],
    ids=["another number", "another text", "another column name"],
)
async def test_other_rows_are_different(pool: asyncpg.Pool, query: str):
    expected, actual = await pool.fetch("SELECT 1 AS id, 'a' AS name"), await pool.fetch(query)
    assert perfmagic.same(expected, actual).status is Status.DIFFERENT
