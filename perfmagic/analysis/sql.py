"""Whether the text of a query only reads."""

import re

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r"'(?:[^']|'')*'")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_CALL = re.compile(r"([a-z_][a-z0-9_.]*)\s*\(")
_WRITES = re.compile(
    r"\b(insert|update|delete|merge|into|create|drop|alter|truncate|grant|revoke|call|copy|lock|vacuum|listen|notify|returning"
    r"|for\s+(no\s+key\s+)?update|for\s+(key\s+)?share)\b"
)
_READS = re.compile(r"^(select|values|show|table|with)\b")
_EXPLAIN = re.compile(r"^explain\b(?!.*\banalyze\b)", re.DOTALL)
_PRAGMA = re.compile(r"^pragma\s+[a-z_.]+\s*(\([^)=]*\))?\s*$")
_KEYWORDS = frozenset(
    "select from where and or not in exists as on using values over partition by order group having any all some filter within "
    "when then else case between like ilike join lateral union except intersect limit offset distinct interval array row is with "
    "recursive materialized rows range preceding at zone".split()
)
HARMLESS = frozenset(
    "count sum avg min max coalesce nullif greatest least length lower upper trim ltrim rtrim btrim substr substring replace "
    "position strpos left right lpad rpad concat concat_ws split_part string_agg array_agg json_agg jsonb_agg json_build_object "
    "jsonb_build_object json_build_array row_to_json to_json to_jsonb json_extract json_each jsonb_array_elements json_array_elements "
    "array_length unnest cardinality generate_series round floor ceil ceiling abs mod power sqrt exp ln log sign trunc random "
    "extract date_trunc date_part age now current_timestamp current_date clock_timestamp localtimestamp to_char to_date to_timestamp "
    "make_date make_interval date time datetime julianday strftime cast typeof row_number rank dense_rank percent_rank ntile lag lead "
    "first_value last_value nth_value percentile_cont percentile_disc stddev variance stddev_pop stddev_samp var_pop corr bool_and "
    "bool_or every ifnull iif instr printf format hex quote total group_concat md5 pg_sleep pg_sleep_for pg_typeof version "
    "current_setting pg_relation_size pg_total_relation_size pg_database_size numeric decimal varchar char timestamp int float "
    "regexp_replace regexp_matches regexp_match similarity tsrange daterange int4range to_tsvector to_tsquery plainto_tsquery ts_rank "
    "width_bucket array_position array_to_string string_to_array sleep".split()
)
"""SQL functions without effects on data. (``random()`` and the clock only change what is read.)"""


def is_read(text: str) -> bool:
    """Tell whether a query certainly changes nothing: one SELECT (or WITH, VALUES, SHOW, EXPLAIN) of harmless functions."""
    plain = _QUOTED.sub("q", _STRING.sub("''", _COMMENT.sub(" ", text))).strip().rstrip(";").strip().lower()
    if ";" in plain or not plain or "$$" in plain:
        return False
    if _EXPLAIN.match(plain) or _PRAGMA.match(plain):
        return True
    if not _READS.match(plain) or _WRITES.search(plain):
        return False
    names = {name.removeprefix("pg_catalog.") for name in _CALL.findall(plain)}
    return not names - HARMLESS - _KEYWORDS - _with_names(plain)


def _with_names(text: str) -> set[str]:
    """Return the names of common table expressions and aliases that are followed by a list of columns."""
    return set(re.findall(r"(?:with|recursive|,)\s+([a-z_][a-z0-9_]*)\s*\([^()]*\)\s+as\b", text))
