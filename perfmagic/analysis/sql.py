"""Whether the text of a query only reads."""

import re

_LEXEME = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`", re.DOTALL)
"""Comments, strings and quoted names, found from left to right: what looks like one inside another is none."""
_DOUBTFUL = re.compile(r"\$\w*\$|/\*|\*/|'|\"|`|\]\s*\(")
"""What is left over where the text holds dollar quotes, nested comments, an open string or names in brackets."""
_CALL = re.compile(r"([^\W\d][\w$]*(?:\s*\.\s*[^\W\d][\w$]*)*)\s*\(")
_WRITES = re.compile(
    r"\b(insert|update|delete|merge|into|returning|nextval|next\s+value\s+for|lock\s+in\s+share\s+mode"
    r"|for\s+(no\s+key\s+)?update|for\s+(key\s+)?share)\b|:="
)
_READS = re.compile(r"^(select|values|show|table|with)\b")
_EXPLAIN = re.compile(r"^explain\b(?!.*\banaly[sz]e\b)", re.DOTALL)
_PRAGMA = re.compile(r"^pragma\s+(?:[a-z_]\w*\.)?([a-z_]+)\s*(\(?)")
_ASKING = frozenset(
    [
        "table_info",
        "table_xinfo",
        "table_list",
        "index_list",
        "index_info",
        "index_xinfo",
        "foreign_key_list",
        "foreign_key_check",
        "database_list",
        "collation_list",
        "function_list",
        "module_list",
        "compile_options",
        "integrity_check",
        "quick_check",
    ]
)
"""Pragmas of SQLite that only tell, with or without an argument."""
_SETTINGS = frozenset(
    [
        "user_version",
        "journal_mode",
        "page_size",
        "page_count",
        "foreign_keys",
        "encoding",
        "cache_size",
        "synchronous",
        "data_version",
        "freelist_count",
        "application_id",
        "auto_vacuum",
        "temp_store",
        "locking_mode",
        "busy_timeout",
        "schema_version",
        "query_only",
    ]
)
"""Pragmas that tell without an argument and set with one."""
_CLOCK = re.compile(
    r"\b(?:now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|sysdate|getdate|unixepoch|curtime|curdate"
    r"|localtimestamp|localtime|current_timestamp|current_time|current_date)\b|'now'"
)
_CLAUSE = re.compile(
    r"[()]|\b(?:select|from|where|having|on|order|group|limit|union|except|intersect|values|with|window)\b"
)
_CONDITIONS = frozenset({"where", "having", "on"})
_KEYWORDS = frozenset(
    [
        "select",
        "from",
        "where",
        "and",
        "or",
        "not",
        "in",
        "exists",
        "as",
        "on",
        "using",
        "values",
        "over",
        "partition",
        "by",
        "order",
        "group",
        "having",
        "any",
        "all",
        "some",
        "filter",
        "within",
        "when",
        "then",
        "else",
        "case",
        "between",
        "like",
        "ilike",
        "join",
        "lateral",
        "union",
        "except",
        "intersect",
        "limit",
        "offset",
        "distinct",
        "interval",
        "array",
        "row",
        "is",
        "with",
        "recursive",
        "materialized",
        "rows",
        "range",
        "preceding",
        "at",
        "zone",
    ]
)
HARMLESS = frozenset(
    [
        "count",
        "sum",
        "avg",
        "min",
        "max",
        "coalesce",
        "nullif",
        "greatest",
        "least",
        "length",
        "lower",
        "upper",
        "trim",
        "ltrim",
        "rtrim",
        "btrim",
        "substr",
        "substring",
        "replace",
        "position",
        "strpos",
        "left",
        "right",
        "lpad",
        "rpad",
        "concat",
        "concat_ws",
        "split_part",
        "string_agg",
        "array_agg",
        "json_agg",
        "jsonb_agg",
        "json_build_object",
        "jsonb_build_object",
        "json_build_array",
        "row_to_json",
        "to_json",
        "to_jsonb",
        "json_extract",
        "json_each",
        "jsonb_array_elements",
        "json_array_elements",
        "array_length",
        "unnest",
        "cardinality",
        "generate_series",
        "round",
        "floor",
        "ceil",
        "ceiling",
        "abs",
        "mod",
        "power",
        "sqrt",
        "exp",
        "ln",
        "log",
        "sign",
        "trunc",
        "random",
        "extract",
        "date_trunc",
        "date_part",
        "age",
        "now",
        "current_timestamp",
        "current_date",
        "clock_timestamp",
        "localtimestamp",
        "to_char",
        "to_date",
        "to_timestamp",
        "make_date",
        "make_interval",
        "date",
        "time",
        "datetime",
        "julianday",
        "strftime",
        "cast",
        "typeof",
        "row_number",
        "rank",
        "dense_rank",
        "percent_rank",
        "ntile",
        "lag",
        "lead",
        "first_value",
        "last_value",
        "nth_value",
        "percentile_cont",
        "percentile_disc",
        "stddev",
        "variance",
        "stddev_pop",
        "stddev_samp",
        "var_pop",
        "corr",
        "bool_and",
        "bool_or",
        "every",
        "ifnull",
        "iif",
        "instr",
        "printf",
        "format",
        "hex",
        "quote",
        "total",
        "group_concat",
        "md5",
        "pg_sleep",
        "pg_sleep_for",
        "pg_typeof",
        "version",
        "current_setting",
        "pg_relation_size",
        "pg_total_relation_size",
        "pg_database_size",
        "numeric",
        "decimal",
        "varchar",
        "char",
        "timestamp",
        "int",
        "float",
        "regexp_replace",
        "regexp_matches",
        "regexp_match",
        "similarity",
        "tsrange",
        "daterange",
        "int4range",
        "to_tsvector",
        "to_tsquery",
        "plainto_tsquery",
        "ts_rank",
        "width_bucket",
        "array_position",
        "array_to_string",
        "string_to_array",
        "sleep",
    ]
)
"""SQL functions without effects on data. (``random()`` and the clock only change what is read.)"""


def is_read(text: str) -> bool:
    """Tell whether a query certainly changes nothing: one SELECT (or WITH, VALUES, SHOW, EXPLAIN) of harmless functions.

    What a view, an operator or a cast of the database's own runs cannot be seen in the text and is taken for a read.
    """
    plain = _plain(text)
    if plain is None or ";" in plain or not plain:
        return False
    if _EXPLAIN.match(plain):
        return True
    pragma = _PRAGMA.match(plain)
    if pragma is not None:
        asks = pragma[1] in _ASKING or (pragma[1] in _SETTINGS and not pragma[2])
        return asks and "=" not in plain
    if not _READS.match(plain) or _WRITES.search(plain):
        return False
    names = {re.sub(r"\s", "", name).removeprefix("pg_catalog.") for name in _CALL.findall(plain)}
    return not names - HARMLESS - _KEYWORDS - _with_names(plain)


def tells_time(text: str) -> bool:
    """Tell whether the rows of a query may hold what the server's clock says; one in a condition does not count."""
    plain = _plain(text)
    if plain is None:
        return True
    clauses = [""]
    places = sorted([*_CLAUSE.finditer(plain), *_CLOCK.finditer(plain)], key=lambda each: each.start())
    for each in places:
        word = each[0]
        if word == "(":
            clauses.append("")
        elif word == ")":
            clauses = clauses[:-1] or [""]
        elif _CLOCK.fullmatch(word):
            if not _CONDITIONS.intersection(clauses):
                return True
        else:
            clauses[-1] = word
    return False


def _plain(text: str) -> str | None:
    """Return the text in lower case without comments and what strings hold; ``None`` if it cannot be told where they end."""
    lowered = _LEXEME.sub(_shortened, text.lower())
    rest = lowered.replace("'now'", "").replace("''", "")
    return None if _DOUBTFUL.search(rest) or "\\'" in text else lowered.strip().rstrip(";").strip()


def _shortened(match: re.Match[str]) -> str:
    lexeme = match[0]
    if lexeme[0] == "'":
        return "'now'" if lexeme == "'now'" else "''"
    return " " if lexeme[0] in "-/" else "q_"


def _with_names(text: str) -> set[str]:
    """Return the names of common table expressions that are followed by a list of columns."""
    if not text.startswith("with"):
        return set()
    names = re.findall(
        r"(?:with|recursive|,)\s+([^\W\d]\w*)\s*\([^()]*\)\s+as\s*(?:(?:not\s+)?materialized\s*)?\(", text
    )
    return set(names)
