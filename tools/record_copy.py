"""Record what a real PostgreSQL makes of COPY's inputs, outputs and options, for tests/wire/recorded/copy_*.json.

    .venv/bin/python tools/record_copy.py

Bytes stand in the files as Latin-1 text. Most inputs are random strings over the few bytes that mean something to COPY;
the seed is fixed, so a new recording differs only where PostgreSQL does.
"""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import pq
from wire_proxy import DATA, start_postgres

TARGET = Path(__file__).parent.parent / "tests" / "wire" / "recorded"
SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)

Options = dict[str, object]


def options_sql(options: Options) -> str:
    """Write options as SQL: None stands alone, a list is of columns, '*' for force_quote is the star."""
    written = []
    for name, value in options.items():
        match value:
            case None:
                written.append(name)
            case bool() | int() | float():
                written.append(f"{name} {str(value).lower()}")
            case list():
                written.append(f"{name} ({', '.join(value)})")
            case "*" if name.startswith("force"):
                written.append(f"{name} *")
            case _:
                escaped = "".join(f"\\x{byte:02x}" for byte in str(value).encode())
                written.append(f"{name} E'{escaped}'")
    return f"({', '.join(written)})" if written else ""


# Inputs


def text_inputs() -> Iterator[tuple[Options, int, bytes]]:
    fixed = [
        b"", b"\n", b"a\tb\n", b"a\tb", b"a\n", b"a\tb\tc\n", b"\\N\t\\n\n", b"\\N\\N\tb\n", b"a\\\tb\tc\n",
        b"\\.\n", b"a\tb\n\\.\nmore\n", b"a\tb\\.\n", b"\\.x\n", b"\\.", b"a\tb\r\n\\.\n", b"a\tb\r\n\\.\r\n", b"a\tb\n\\.\r\n",
        b"a\tb\r\nc\td\n", b"a\tb\nc\td\r\n", b"a\tb\rc\td\r", b"a\tb\rc\td\n", b"a\tb\r\nc\rd\te\r\n", b"a\\\nb\tc\n", b"a\\\r\nb\tc\n",
        b"\\x41\\x4\\x\\xg\t\\101\\7\\778\\400\n", b"\\b\\f\\n\\r\\t\\v\\\\\t\\q\\.\n", b"a\tb\\", b"a\tb\\\n",
        b"\xff\tb\n", b"a\tb\nc\t\xe9d\n", b"a\tb\n\xe2\x82", b"a\t\\xff\n", b"a\t\\xe2\\x82\\xac\n", b"\\0\tb\n", b"a\0b\tc\n", b"a\t\\x00\n",
        "é€😀\tü\n".encode(), b"a\tb\n" * 50 + b"bad\n", b"x" * 250 + b"\n", "ä".encode() * 80 + b"\n", b"a\tb\n\n",
    ]  # fmt: skip
    for data in fixed:
        yield {}, 2, data
    for options, data in (
        ({"delimiter": "|", "null": ""}, b"a|\n||\n"),
        ({"delimiter": "|", "null": "NULL"}, b"NULL|b\n\\NULL|N\n"),
        ({"delimiter": "|", "null": "NULL"}, b"a\\|b|NULL\n"),
        ({"null": "\\\\"}, b"\\\\\t\\\\x\n"),
        ({"header": True}, b"anything\nb\tc\n"),
        ({"header": True}, b"h"),
        ({"header": "match"}, b"a\tb\n1\t2\n"),
        ({"header": "match"}, b"a\tB\n1\t2\n"),
        ({"header": "match"}, b"a\n1\t2\n"),
        ({"header": "match"}, b"a\tb\tc\n1\t2\n"),
        ({"header": "match"}, b"\\N\tb\n1\t2\n"),
        ({"header": "match"}, b"\n1\t2\n"),
        ({"header": True}, b""),
        ({"encoding": "UTF8"}, b"a\tb\n"),
    ):
        yield options, 2, data
    chance = random.Random(1)
    for _ in range(600):
        yield {}, *random_lines(chance, b"\t", b"abN1x.\\\\\\")
    for _ in range(150):
        size = chance.randrange(1, 14)
        yield {}, chance.choice((1, 2)), bytes(chance.choices(b"ab\t\n\n\\\\.N\r1x", k=size))


def csv_inputs() -> Iterator[tuple[Options, int, bytes]]:
    csv: Options = {"format": "csv"}
    fixed = [
        b"", b"\n", b"a,b\n", b"a,b", b"a\n", b"a,b,c\n", b",\n", b'"",""\n', b'"a,b",c\n', b'"a""b",c\n', b'"a\nb",c\nd,e\n', b'd,e\n"a\nb",c\nf\n',
        b'"a\r\nb",c\r\nd\r\n', b'x,y\n"a\nb\nc",c\nf\n', b'"a', b'a,"b\nc', b'a"b"c,d\n', b'"a"b"c",d\n', b'""a,b\n', b'" a" ,b\n', b'a,"b"""\n',
        b"\\.\n", b"a,b\n\\.\nmore\n", b"\\.", b"\\.x,b\n", b"a,\\.\n", b"a,b\r\n\\.\n", b"a,b\r\n\\.\r\n", b"a,b\n\\.\r\n", b'"\\.",b\n', b"\\,b\n", b"a,b\n\\",
        b"a,b\r\nc,d\n", b"a,b\nc\r,d\n", b"a,b\rc,d\r", b"a,b\rc,d\n", b"a,b\nc,d\r\n", b'a,b\n"c\r",d\n',
        b"\xff,b\n", b'a,b\n"c\n\xff",d\n', b'"a\0",b\n', b"a,b\n" * 50 + b"bad\n", b'"' + b"x" * 300, "é€,😀\n".encode(), b'a,"b","c"\n',
    ]  # fmt: skip
    for data in fixed:
        yield csv, 2, data
    for extra, data in (
        ({"null": "NULL"}, b'NULL,"NULL"\n,""\n'),
        ({"force_null": ["b"]}, b'"",""\na,""\n'),
        ({"force_not_null": ["a", "b"]}, b",\n"),
        ({"force_not_null": ["a"], "force_null": ["a"]}, b'"",b\n,b\n'),
        ({"null": "x", "force_not_null": ["a"], "force_null": ["a", "b"]}, b'x,x\n"x","x"\n'),
        ({"header": True}, b'"a\nheader",\nb,c\n'),
        ({"header": "match"}, b'"a",b\n1,2\n'),
        ({"header": "match"}, b"a,\n1,2\n"),
        ({"header": "match"}, b'"a\n",b\n1,2\n'),
        ({"delimiter": ";", "quote": "'"}, b"'a;''b';c\n"),
        ({"delimiter": "\t", "quote": "|", "escape": "!"}, b"|a!||\t|b!!|\n"),
        ({"quote": "^", "escape": "]", "delimiter": "-"}, b"^a]^b]]c]d^-]x\n"),
        ({"escape": "\\"}, b'"a\\"b","c\\\\"\n"d\\n",e\n'),
        ({"escape": "\\"}, b'"a\\"\n'),
    ):
        yield csv | extra, 2, data
    chance = random.Random(2)
    odd = csv | {"escape": "!", "force_null": ["a"]}
    for _ in range(600):
        yield csv, *random_lines(chance, b",", b'ab."""\\')
        yield odd, *random_lines(chance, b",", b'ab"""!!')
    for _ in range(200):
        size = chance.randrange(1, 16)
        yield csv, chance.choice((1, 2)), bytes(chance.choices(b'ab,\n\n""\\.\r', k=size))


def random_lines(chance: random.Random, delimiter: bytes, alphabet: bytes) -> tuple[int, bytes]:
    """Return a number of columns and some lines that mostly have as many fields."""
    width = chance.choice((1, 2, 3))
    end = chance.choice((b"\n", b"\n", b"\n", b"\r\n", b"\r"))
    data = b""
    for _ in range(chance.randrange(1, 5)):
        fields = [random_field(chance, alphabet) for _ in range(width)]
        data += delimiter.join(fields) + (end if chance.random() < 0.95 else b"")
    return width, data


def random_field(chance: random.Random, alphabet: bytes) -> bytes:
    """Return any bytes of the alphabet, or, if it has quotes, most often some whose quotes come in pairs."""
    field = bytes(chance.choices(alphabet, k=chance.randrange(5)))
    if b'"' not in alphabet or chance.random() < 0.15:
        return field
    inner = field.replace(b'"', b'!"' if b"!" in alphabet else b'""')
    return chance.choice((b'"%b"' % inner, b'"a\n,%b"' % inner, field.replace(b'"', b"")))


def binary_inputs() -> Iterator[tuple[Options, int, bytes]]:
    def row(*values: bytes | None, count: int | None = None) -> bytes:
        fields = [struct.pack(">i", -1) if v is None else struct.pack(">i", len(v)) + v for v in values]
        return struct.pack(">h", len(values) if count is None else count) + b"".join(fields)

    good = row(b"a", None)
    for data in (
        b"", SIGNATURE[:5], SIGNATURE[:11], SIGNATURE[:13], SIGNATURE[:15], SIGNATURE[:17], SIGNATURE, b"PGCOPX\n\xff\r\n\0" + bytes(8),
        SIGNATURE + b"\xff\xff", SIGNATURE + good + b"\xff\xff", SIGNATURE + good, SIGNATURE + good + b"\0", SIGNATURE + good + row(b"x", b""),
        SIGNATURE + good + b"\xff\xffx", SIGNATURE + row(b"a"), SIGNATURE + good + row(b"a", b"b", b"c"), SIGNATURE + row(b"a", b"b", count=-2),
        SIGNATURE + b"\0\2\0\0\0\1", SIGNATURE + b"\0\2\0\0\0\1a\0\0", SIGNATURE + b"\0\2\xff\xff\xff\xfe", SIGNATURE + b"\0\2\0\0\0\1a\xff\xff\xff\x00",
        SIGNATURE[:11] + b"\0\1\0\0" + bytes(4) + good, SIGNATURE[:11] + b"\0\2\0\0" + bytes(4), SIGNATURE[:11] + b"\x80\0\0\0" + bytes(4),
        SIGNATURE[:11] + b"\0\0\xff\xff" + bytes(4) + good, SIGNATURE[:15] + b"\0\0\0\3abc" + good, SIGNATURE[:15] + b"\0\0\0\3ab", SIGNATURE[:15] + b"\xff\xff\xff\xff",
        SIGNATURE + row("é\n\t\\".encode(), b""), SIGNATURE + b"\0", SIGNATURE + good + b"\0\2\0", SIGNATURE + good + b"\0\2",
    ):  # fmt: skip
        yield {"format": "binary"}, 2, data


def record_input(
    connection: psycopg.Connection, options: Options, width: int, data: bytes
) -> dict[str, object]:
    columns = list("abc"[:width])
    cursor = connection.cursor()
    cursor.execute("DROP TABLE IF EXISTS t")
    cursor.execute(f"CREATE TEMP TABLE t ({', '.join(f'{name} text' for name in columns)})")
    case: dict[str, object] = {"options": options, "columns": columns, "input": data.decode("latin-1")}
    result = raw_copy(connection.pgconn, f"COPY t FROM STDIN {options_sql(options)}", data)
    if result.status == pq.ExecStatus.COMMAND_OK:
        rows = cursor.execute("SELECT * FROM t ORDER BY ctid").fetchall()
        case["rows"] = [[None if v is None else v.encode().decode("latin-1") for v in row] for row in rows]
    else:
        fields = (pq.DiagnosticField.SQLSTATE, pq.DiagnosticField.MESSAGE_PRIMARY, pq.DiagnosticField.MESSAGE_HINT, pq.DiagnosticField.CONTEXT)  # fmt: skip
        case["error"] = [None if (v := result.error_field(field)) is None else v.decode() for field in fields]
    return case


def raw_copy(connection: pq.abc.PGconn, statement: str, data: bytes) -> pq.abc.PGresult:
    """Send just these bytes; psycopg's own COPY would add a header to an empty binary input."""
    result = connection.exec_(statement.encode())
    if result.status != pq.ExecStatus.COPY_IN:
        return result
    if data:
        connection.put_copy_data(data)
    connection.put_copy_end()
    result = connection.get_result()
    while connection.get_result() is not None:
        pass
    assert result is not None
    return result


# Outputs


def outputs() -> Iterator[tuple[Options, list[list[str | None]]]]:
    nasty: list[list[str | None]] = [
        ["plain", "two words"], [None, ""], ["", None], ["\\N", "\\."], ["a,b", 'q"q'], ["tab\there", "line\nend"], ["cr\rlf\r\n", "\\"],
        ["\b\f\v\x01\x7f", "é€😀"], [" lead", "trail "], ['"', '""'], [",", ";"], ["NULL", "null"], ["'", "|"], ["!", '!"!'], ["\\\\", "\\t"],
    ]  # fmt: skip
    some: list[Options] = [
        {}, {"header": True}, {"delimiter": "|", "null": ""}, {"delimiter": ",", "null": "NULL"}, {"delimiter": "\x01"},
        {"format": "csv"}, {"format": "csv", "header": True}, {"format": "csv", "force_quote": "*"}, {"format": "csv", "force_quote": ["b"]},
        {"format": "csv", "null": "NULL", "delimiter": ";"}, {"format": "csv", "quote": "'", "escape": "\\"}, {"format": "csv", "escape": "!"},
        {"format": "csv", "delimiter": "\t", "quote": "|"}, {"format": "binary"},
    ]  # fmt: skip
    for options in some:
        yield options, nasty
        yield options, []
        single: list[list[str | None]] = [[row[1]] for row in nasty]
        if options.get("force_quote") != ["b"]:
            yield options, single


def record_output(
    connection: psycopg.Connection, options: Options, rows: list[list[str | None]]
) -> dict[str, object]:
    columns = list("ab"[: len(rows[0]) if rows else 2])
    cursor = connection.cursor()
    cursor.execute("DROP TABLE IF EXISTS t")
    cursor.execute(f"CREATE TEMP TABLE t ({', '.join(f'{name} text' for name in columns)})")
    for row in rows:
        cursor.execute(f"INSERT INTO t VALUES ({', '.join(['%s'] * len(row))})", row)
    with cursor.copy(f"COPY t TO STDOUT {options_sql(options)}") as copy:
        pieces = [bytes(piece).decode("latin-1") for piece in copy]
    shown = [[None if v is None else v.encode().decode("latin-1") for v in row] for row in rows]
    return {"options": options, "columns": columns, "rows": shown, "pieces": pieces}


# Options


def option_sets() -> Iterator[Options]:
    values: dict[str, list[object]] = {
        "format": ["text", "csv", "binary", "CSV", "xml", None],
        "delimiter": ["|", "", "ab", "\n", "\r", "a", ".", "\\", "0", "Z", "é", ",", '"', None, 5],
        "null": ["", "NULL", "a\nb", "a|b", 'q"q', "x,y", "\t", 7, None],
        "header": [None, True, False, 1, 0, 2, "match", "MATCH", "on", "off", "tRue", "maybe", 1.5],
        "quote": ["'", "", "ab", ",", "é", None],
        "escape": ["\\", "", "ab", '"', None],
        "force_quote": ["*", ["a"], ["z"], "a", None],
        "force_not_null": ["*", ["a"], ["z"], "a"],
        "force_null": [["a", "b"], ["z"], "*"],
        "encoding": ["UTF8", "utf-8", "unicode", "nonsense", ""],
        "freeze": [False, "off", "perhaps"],
        "unknown": [None, 1],
    }
    for name, some in values.items():
        for value in some:
            yield {name: value}
            if name != "format":
                yield {"format": "csv", name: value}
                yield {"format": "binary", name: value}
    yield {"format": "csv", "delimiter": '"'}
    yield {"format": "csv", "quote": ",", "delimiter": ","}
    yield {"format": "csv", "delimiter": "|", "null": "a|b"}
    yield {"delimiter": "|", "null": "|"}
    yield {"format": "csv", "quote": "'", "null": "it's"}
    yield {"format": "csv", "force_null": ["a"], "force_not_null": ["a"]}
    yield {"format": "binary", "delimiter": "|", "null": ""}
    yield {"delimiter": "ab", "null": "\n", "quote": "x"}


def record_options(connection: psycopg.Connection, options: Options, *, is_from: bool) -> dict[str, object]:
    cursor = connection.cursor()
    cursor.execute("CREATE TEMP TABLE IF NOT EXISTS o (a text, b text, z text)")
    case: dict[str, object] = {"options": options, "is_from": is_from, "error": None}
    try:
        statement = f"COPY o (a, b) {'FROM STDIN' if is_from else 'TO STDOUT'} {options_sql(options)}"
        with cursor.copy(statement) as copy:
            if is_from:
                if options.get("format") == "binary":
                    copy.write(SIGNATURE)
            else:
                for _ in copy:
                    pass
    except psycopg.errors.BadCopyFileFormat:
        pass  # of an empty input without its header: the options were taken
    except psycopg.Error as error:
        case["error"] = [error.diag.sqlstate, error.diag.message_primary]
    return case


def write(name: str, cases: list[dict[str, object]]) -> None:
    text = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
    (TARGET / name).write_text(f"[\n{text}\n]\n")
    print(f"{name}: {len(cases)} cases, {sum('error' in case for case in cases)} errors")


def main() -> None:
    start_postgres()
    with psycopg.connect(
        f"host={DATA} user=postgres dbname=postgres", autocommit=True, prepare_threshold=None
    ) as connection:
        inputs = [*text_inputs(), *csv_inputs(), *binary_inputs()]
        write("copy_in.json", [record_input(connection, *case) for case in inputs])
        write("copy_out.json", [record_output(connection, *case) for case in outputs()])
        both = [(options, is_from) for options in option_sets() for is_from in (True, False)]
        write("copy_options.json", [record_options(connection, o, is_from=f) for o, f in both])


if __name__ == "__main__":
    main()
