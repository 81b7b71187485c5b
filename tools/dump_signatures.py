"""Write the signature tables of the built-in types, functions, operators and casts, as PostgreSQL 16 has them.

    .venv/bin/python tools/dump_signatures.py

The tables are facts (oids, names, argument types) that the binder resolves overloads against; what each function
does is written by hand in borealis.functions, keyed by `prosrc`. Needs the `pgserver` wheel of the test extra.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pgserver
import psycopg

ROOT = Path(__file__).parent.parent / "src" / "borealis"

TYPES = """
    SELECT oid, typname, format_type(oid, NULL), typlen, typtype, typcategory, typispreferred::int, typelem, typarray
    FROM pg_type
    WHERE typnamespace = 'pg_catalog'::regnamespace AND oid < 10000 AND typtype IN ('b', 'p', 'r', 'm')
    ORDER BY oid
"""
PROCS = """
    SELECT p.oid, proname, prosrc, prokind, proisstrict::int, provolatile, proretset::int, provariadic,
           prorettype, array_to_string(proargtypes::oid[], ' '), pronargdefaults,
           coalesce(array_to_string(proallargtypes, ' '), ''), coalesce(array_to_string(proargmodes, ''), ''),
           coalesce(array_to_string(proargnames, ' ', ''), ''),
           coalesce(pg_get_expr(proargdefaults, 0), ''),
           coalesce(a.aggkind::text, ''), coalesce(a.aggnumdirectargs, 0)
    FROM pg_proc p LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid
    WHERE pronamespace = 'pg_catalog'::regnamespace AND p.oid < 16384
      AND prokind IN ('f', 'a', 'w')
      AND prorettype <> ALL ('{cstring,internal,trigger,event_trigger,language_handler,fdw_handler,index_am_handler,tsm_handler,table_am_handler}'::regtype[])
      AND NOT proargtypes::oid[] && '{internal,cstring}'::regtype[]::oid[]
    ORDER BY p.oid
"""
OPERATORS = """
    SELECT o.oid, oprname, oprleft, oprright, oprresult, oprcode::oid, oprcom, oprnegate
    FROM pg_operator o WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprcode <> 0 AND o.oid < 16384
    ORDER BY o.oid
"""
CASTS = """
    SELECT castsource, casttarget, castfunc, castcontext, castmethod FROM pg_cast WHERE oid < 16384
    ORDER BY castsource, casttarget
"""


REST_OF_PROCS = """
    SELECT p.oid, proname, array_to_string(proargtypes::oid[], ' ')
    FROM pg_proc p
    WHERE pronamespace = 'pg_catalog'::regnamespace AND p.oid < 16384
      AND (prokind = 'p'
        OR prorettype = ANY ('{cstring,internal,trigger,event_trigger,language_handler,fdw_handler,index_am_handler,tsm_handler,table_am_handler}'::regtype[])
        OR proargtypes::oid[] && '{internal,cstring}'::regtype[]::oid[])
    ORDER BY p.oid
"""
SYSTEM_RELATIONS = """
    SELECT c.oid, nspname, relname, relkind FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE nspname IN ('pg_catalog', 'information_schema') AND c.oid < 16384
        AND NOT (nspname = 'pg_catalog' AND relkind = 'r')  -- catalog/system/columns.tsv has these
    ORDER BY c.oid
"""


def dump(connection: psycopg.Connection, query: str, target: Path) -> None:
    rows = connection.execute(query).fetchall()
    target.write_text("".join("\t".join(str(value) for value in row) + "\n" for row in rows))
    print(f"{target.relative_to(ROOT)}: {len(rows)} rows")


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        server = pgserver.get_server(directory)
        with psycopg.connect(server.get_uri()) as connection:
            dump(connection, TYPES, ROOT / "types" / "pg_type.tsv")
            dump(connection, PROCS, ROOT / "functions" / "pg_proc.tsv")
            dump(connection, OPERATORS, ROOT / "functions" / "pg_operator.tsv")
            registered = ROOT / "sql" / "registered"
            dump(connection, REST_OF_PROCS, registered / "internal_functions.tsv")
            dump(connection, SYSTEM_RELATIONS, registered / "system_relations.tsv")
            dump(connection, CASTS, ROOT / "functions" / "pg_cast.tsv")
        server.cleanup()


if __name__ == "__main__":
    main()
