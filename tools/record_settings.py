"""Record what PostgreSQL makes of SET: python tools/record_settings.py > tests/unit/settings_recorded.jsonl

Each line: the statements run before, the statement, and either what SHOW then says or the error's fields, or both notices.
Needs the pgserver wheel. tests/unit/settings_recorded_test.py holds ours to it.
"""

from __future__ import annotations

import json
import sys
import warnings

import psycopg

warnings.simplefilter("ignore")
import pgserver  # noqa: E402

NAMES = {
    "datestyle": [
        "iso",
        "ISO",
        "'ISO, DMY'",
        "iso, ymd",
        "sql",
        "sql, dmy",
        "postgres",
        "postgresql, european",
        "german",
        "german, mdy",
        "mdy",
        "'us'",
        "noneuropean",
        "'default'",
        "'default, sql'",
        "'x'",
        "'iso, x'",
        "'iso, sql'",
        "'mdy, dmy'",
        "'iso,'",
        "''",
        "'\"ISO\"'",
        "'  iso  ,  dmy  '",
        "1",
        "'iso; dmy'",
        "dmy, iso",
        "'iso, iso'",
        "default",
        "'postgres, default'",
        "'german, default'",
        "'euro'",
    ],
    "intervalstyle": [
        "postgres",
        "POSTGRES_VERBOSE",
        "sql_standard",
        "iso_8601",
        "'x'",
        "''",
        "' postgres'",
        "1",
        "default",
    ],
    "extra_float_digits": [
        "0",
        "-15",
        "3",
        "4",
        "-16",
        "'3'",
        "' 2 '",
        "'x'",
        "''",
        "1.5",
        "'1.4'",
        "0.5",
        "'0x1'",
        "'1 kB'",
        "'1e0'",
        "99999999999",
        "'99999999999'",
        "on",
        "default",
        "2.5",
        "'-1'",
        "'+1'",
        "'01'",
        "1, 2",
    ],
    "enable_seqscan": [
        "on",
        "off",
        "true",
        "'t'",
        "'F'",
        "'y'",
        "no",
        "'of'",
        "'o'",
        "1",
        "0",
        "2",
        "'x'",
        "''",
        "default",
        "'tru'",
        "' on'",
    ],
    "application_name": [
        "'x'",
        "abc",
        "'a b'",
        "''",
        "'caf\u00e9'",
        "'" + "n" * 70 + "'",
        "5",
        "1.50",
        "'tab\there'",
        "'é" + "n" * 62 + "'",
        "default",
        "a, b",
        "DeFault_x",
        "Abc",
        '"Abc"',
    ],
    "client_encoding": [
        "utf8",
        "'UTF8'",
        "'utf-8'",
        "'Unicode'",
        "'x'",
        "''",
        "default",
        "'U T F 8'",
        "SQL_ASCII",
        "'sqlascii'",
        "'MULE_INTERNAL'",
    ],
    "search_path": [
        "a",
        "a, b",
        'A, "B", "c d"',
        "'$user', public",
        '"$user"',
        "''",
        "'a, b'",
        '"user"',
        "'user'",
        "default",
        "'\"a'",
        "int",
        "'integer'",
        "zone",
        "'it''s'",
        "'a\"b'",
        "1",
        "1.5, a",
        "pg_catalog",
        "'" + "s" * 70 + "'",
        "'a-b'",
        "'_a$1'",
        "'1a'",
    ],
    "timezone": [
        "'UTC'",
        "utc",
        "'utc'",
        "'Europe/Berlin'",
        "'europe/berlin'",
        "'EUROPE/BERLIN'",
        "'GMT'",
        "gmt",
        "'gmt'",
        "'EST'",
        "'PST'",
        "'est5edt'",
        "3",
        "-3",
        "3.5",
        "-3.5",
        "'3'",
        "'-03'",
        "'+3'",
        "0",
        "''",
        "'x'",
        "'UTC+3'",
        "'UTC-3'",
        "'utc+3'",
        "'FOO5'",
        "'FOO-5:30'",
        "'<+03>-03'",
        "'<abc>5'",
        "'FOO5BAR'",
        "'foo5bar,M3.2.0,M11.1.0'",
        "200",
        "25",
        "24",
        "167",
        "168",
        "-167.99",
        "'Etc/GMT+5'",
        "'etc/gmt+5'",
        "default",
        "'America/New_York'",
        "'Asia/Kolkata'",
        "'US/Pacific'",
        "'Zulu'",
        "'localtime'",
        "'posixrules'",
        "'Factory'",
        "'../UTC'",
        "'Europe'",
        "'EST5'",
        "'A5'",
        "'AB5'",
        "'UTC 3'",
        "'+02:00'",
        "'-04:30'",
        "'00:30'",
        "'25:00'",
        "'200:00'",
        "'2:3:4'",
        "'+2:'",
        "':2'",
        "'<>3'",
        "'UTC0'",
        "'GMT+0'",
        "'GMT-0'",
        "'GMT0'",
        "1e1",
        "'1e1'",
        "0.001",
        "'nan'",
        "'inf'",
        "'UTC+24'",
        "'UTC+25'",
        "'UTC+167'",
        "'UTC+168'",
        "'Universal'",
        "a, b",
        "'PST8PDT'",
        "'Europe/Kyiv'",
        "'UTC+3:30:15'",
        "'MST'",
        "'CET'",
        "'Z'",
        "'UTC '",
        "' UTC'",
        "'-3.75'",
        "3.0001",
    ],
}
ZONES = [
    "interval '1' hour",
    "interval '-08:00' hour to minute",
    "interval '+05:30' hour to minute",
    "interval '1 day'",
    "interval '1 month'",
    "interval '1:02:03' hour to second",
    "interval '3 hours'",
    "'INTERVAL ''-08:00'''",
    "'interval ''5 hours'''",
    "'interval ''x'''",
    "local",
    "default",
    "interval '0' hour",
]
OTHER = [
    "set names 'utf8'",
    "set names utf8",
    "set names default",
    "set names 'x'",
    "set names",
    "set schema 'public'",
    "set schema 'A b'",
    "set schema 'user'",
    "set no_such = 1",
    "set no.such = 1",
    "set local datestyle = sql",
    "reset no_such",
    "show no_such",
    "show lc_nothing",
    "set datestyle from current",
    "set enable_seqscan to on, off",
    "set role none",
    "set role no_such_role",
    "set session authorization default",
    "reset session authorization",
    "reset role",
    "show role",
    "show session authorization",
    "show time zone",
    "show transaction isolation level",
    "reset all",
    "show DateStyle",
    'show "DATESTYLE"',
    "show is_superuser",
    "show server_encoding",
    "show transaction_read_only",
    "show in_hot_standby",
    "show integer_datetimes",
    "show default_transaction_read_only",
]


def text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value  # psycopg gives bytes under SQL_ASCII


def outcome(connection: psycopg.Connection, statement: str, show: str | None) -> dict:
    notices: list[list[str | None]] = []

    def handler(diagnostic) -> None:
        notices.append([diagnostic.severity, diagnostic.sqlstate, diagnostic.message_primary])

    connection.add_notice_handler(handler)
    try:
        cursor = connection.execute(statement)
        seen: dict = {"tag": cursor.statusmessage}
        if cursor.description:
            seen["columns"] = [column.name for column in cursor.description]
            seen["rows"] = [[text(value) for value in row] for row in cursor.fetchall()]
        if show is not None:
            seen["shown"] = text(connection.execute(f"show {show}").fetchone()[0])
    except psycopg.Error as error:
        diagnostic = error.diag
        seen = {
            "sqlstate": diagnostic.sqlstate,
            "message": diagnostic.message_primary,
            "detail": diagnostic.message_detail,
            "hint": diagnostic.message_hint,
        }
    finally:
        connection.remove_notice_handler(handler)
    return seen | ({"notices": notices} if notices else {})


def main() -> None:
    uri = pgserver.get_server("/tmp/pg-session", cleanup_mode=None).get_uri()
    cases = [(f"set {name} to {value}", name) for name, values in NAMES.items() for value in values]
    cases += [(f"set time zone {value}", "timezone") for value in ZONES]
    cases += [(statement, None) for statement in OTHER]
    for statement, show in cases:
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute("set timezone to 'UTC'")
            line = {"statement": statement, "show": show, **outcome(connection, statement, show)}
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


main()
