"""Whether the text of a query only reads, and whether it tells the time."""

import pytest

from perfmagic.analysis.sql import is_read, tells_time

READS = [
    "select 1",
    "SELECT count(*), max(x) FROM t WHERE a = $1 -- insert",
    "with q as (select 1) select * from q;",
    "values (1), (2)",
    "show server_version",
    "explain select 1",
    "select 'insert into t' as text",
    'select "update" from t',
    "select * from t where id in (select id from u) order by lower(name)",
    "select date_trunc('day', at), row_number() over (partition by a) from t",
    "/* delete */ select 1",
    "pragma table_info(t)",
    "select a, 'it''s -- x' from t where b ~ '\\d+'",
    "select copy, lock, call from t",
    "with q (a, b) as (select 1, 2), r (c) as materialized (select 3) select * from q, r",
    "pragma user_version",
    "pragma main.table_info(t)",
    "select $1::int, $2",
    "select * from t where at > now() - interval '1 day'",
    "select count(*) filter (where a > 1) from t",
    "explain select nextval('s')",
    "select x[1:2] from t",
    "select pg_sleep(0.1)",
]
WRITES = [
    "",
    "insert into t values (1)",
    "insert into t values (1) returning id",
    "select nextval('s')",
    "select * from t for update",
    "select * from t for no key update skip locked",
    "select my_function(1)",
    "with d as (delete from t returning *) select * from d",
    "explain analyze delete from t",
    "EXPLAIN (ANALYZE) insert into t values (1)",
    "select 1; delete from t",
    "select * into u from t",
    "call p()",
    "do $$ begin end $$",
    "pragma journal_mode = wal",
    "select pg_advisory_lock(1)",
    "select setval('s', 1)",
    "update t set a = 1",
    "select set_config('a', 'b', false)",
    "select id, nextval('s') as n from t",
    "select '--', nextval('s')",
    "select '/*', nextval('s'), '*/'",
    "select E'\\'', nextval('s'), 'x'",
    "pragma journal_mode(wal)",
    "pragma wal_checkpoint",
    "pragma user_version = 3",
    "select seq.nextval from dual",
    "select next value for s",
    'select "evil"(1)',
    "select `evil`(1)",
    "select [evil](1)",
    "select s . evil (1)",
    "select s.count(1)",
    "select écount(1)",
    "select a, evil(1) as b from t",
    "with q as (select 1), evil (1) as b select 1",
    "select $a$ x $a$, 1",
    "select /* /* */ */ 1",
    "select * from t for share",
    "select * from t lock in share mode",
    "select @a := 1",
    "select txid_current()",
    "select 'open",
]
TELLING = [
    "select now()",
    "select clock_timestamp() as t from x",
    "select (select current_timestamp)",
    "select datetime('now')",
    "select a from (select now() a) t",
    "select 'open",
]
TIMELESS = [
    "select * from t where at > now() - interval '1 day'",
    "select * from t join u on u.at < current_timestamp",
    "select * from (select * from t where at < now()) q",
    'select "now" from t',
    "select 'now()' as text",
]


@pytest.mark.parametrize("text", READS)
def test_a_query_of_harmless_functions_reads(text: str) -> None:
    assert is_read(text)


@pytest.mark.parametrize("text", WRITES)
def test_any_other_query_may_write(text: str) -> None:
    assert not is_read(text)


@pytest.mark.parametrize("text", TELLING)
def test_a_query_that_returns_the_clock_tells_the_time(text: str) -> None:
    assert tells_time(text)


@pytest.mark.parametrize("text", TIMELESS)
def test_a_query_that_only_compares_with_the_clock_does_not(text: str) -> None:
    assert not tells_time(text)
