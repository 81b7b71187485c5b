"""Writes src/borealis/catalog/system/columns.tsv and static/*.tsv from a PostgreSQL 16: `python tools/dump_system_catalogs.py URI`.

columns.tsv: every table of pg_catalog with its columns; static: the rows of those catalogs that say what is built in, reg*
values as oids, access lists and node trees left out.
"""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg

FOLDER = Path(__file__).parent.parent / "src/borealis/catalog/system"
STATIC = [
    "pg_aggregate",
    "pg_amop",
    "pg_amproc",
    "pg_cast",
    "pg_collation",
    "pg_conversion",
    "pg_description",
    "pg_language",
    "pg_opclass",
    "pg_operator",
    "pg_opfamily",
    "pg_proc",
    "pg_range",
    "pg_ts_config",
    "pg_ts_config_map",
    "pg_ts_dict",
    "pg_ts_parser",
    "pg_ts_template",
    "pg_type",
]
_COLUMNS = """
    SELECT c.oid, c.relname, a.attnum, a.attname, a.atttypid, a.attnotnull::int
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 ORDER BY c.relname, a.attnum
"""
_WHERE = {
    # Row types of the catalogs' own tables, and their arrays, follow from the tables.
    "pg_type": "WHERE typrelid = 0 AND oid < 10000 AND typelem NOT IN (SELECT oid FROM pg_type WHERE typrelid <> 0)",
    # Aurora DSQL has the simple configuration only.
    "pg_ts_config": "WHERE cfgname = 'simple'",
    "pg_ts_config_map": "WHERE mapcfg = 'simple'::regconfig",
    "pg_ts_dict": "WHERE dictname = 'simple'",
    "pg_collation": "WHERE collname IN ('default', 'C', 'POSIX', 'ucs_basic')",
    "pg_language": "WHERE lanname IN ('internal', 'sql')",
    # Of what is listed here: no schemas, which may be commented on, and no relations.
    "pg_description": """WHERE classoid IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass)
        OR classoid = 'pg_language'::regclass AND objoid IN (SELECT oid FROM pg_language WHERE lanname IN ('internal', 'sql'))
        OR classoid = 'pg_collation'::regclass AND objoid IN (SELECT oid FROM pg_collation WHERE collname IN ('default', 'C', 'POSIX', 'ucs_basic'))
        OR classoid IN ('pg_ts_config'::regclass, 'pg_ts_dict'::regclass) AND objoid IN
            (SELECT oid FROM pg_ts_config WHERE cfgname = 'simple' UNION SELECT oid FROM pg_ts_dict WHERE dictname = 'simple')
        OR classoid IN ('pg_ts_parser'::regclass, 'pg_ts_template'::regclass)""",
    "pg_opclass": "WHERE opcmethod IN (403, 405)",
    "pg_opfamily": "WHERE opfmethod IN (403, 405)",
    "pg_amop": "WHERE amopmethod IN (403, 405)",
    "pg_amproc": "WHERE amprocfamily IN (SELECT oid FROM pg_opfamily WHERE opfmethod IN (403, 405))",
}
_LEFT_OUT = frozenset({194, 1034, 2277})  # pg_node_tree, aclitem[], anyarray
_REGISTERED = frozenset({24, 2206})


def main() -> None:
    with psycopg.connect(sys.argv[1]) as connection:
        columns = connection.execute(_COLUMNS).fetchall()
        lines = ["\t".join(map(str, row)) for row in columns]
        (FOLDER / "columns.tsv").write_text("\n".join(lines) + "\n")
        for relation in STATIC:
            terms = [
                "NULL" if type_ in _LEFT_OUT else f"{name}::oid" if type_ in _REGISTERED else name
                for _, owner, _, name, type_, _ in columns
                if owner == relation
            ]
            query = f"COPY (SELECT {', '.join(terms)} FROM {relation} {_WHERE.get(relation, '')} ORDER BY 1, 2) TO STDOUT"
            with connection.cursor().copy(query) as copy:  # type: ignore[arg-type] # our own words
                (FOLDER / "static" / f"{relation}.tsv").write_bytes(b"".join(map(bytes, copy)))


if __name__ == "__main__":
    main()
