"""Statements of the golden scripts with tokens and bytes changed by chance: each gets an answer or an error of PostgreSQL's classes.

No internal error (XX), no lost connection, no statement that nobody can stop. The seed of a failing run is in its name.
"""

from __future__ import annotations

import os
import random
import re
import select
from pathlib import Path

import pytest
from psycopg import pq

from .script import read_script

HERE = Path(__file__).parent
STATEMENTS = 600
PATIENCE_S = 2
CHANGED_MAX = 3
SEEDS = os.environ.get("DAMAGE_SEEDS", "1 2").split()

_TOKEN = re.compile(r"""\s+|\w+|'[^']*'|"[^"]*"|.""", re.DOTALL)
_ODD = (
    "é \\ $1 $$ ' \" ( ) -- /* NULL 1e400 -9223372036854775808 % ::int [1] .* ; := => E'\\' U&'\\' 0x_ 1_000 <<< <@ ::: "
).split(" ")
_LEFT_OUT = re.compile(r"pg_sleep|\bcopy\b|generate_series", re.IGNORECASE)
"""Waits, the copy protocol's own turns, and rows without end."""


@pytest.fixture(scope="module")
def conninfo(run_node, tmp_path_factory):
    """Of a node of its own: what is dropped by chance is nobody else's."""
    with run_node(tmp_path_factory.mktemp("damaged") / "data", "--tls", "prefer", "--workers", 1) as node:
        yield node.conninfo(sslmode="disable").encode()


@pytest.fixture(scope="module")
def statements():
    found = [
        command.sql
        for path in sorted(HERE.rglob("*.script"))
        for block in read_script(path).blocks
        for command in block.commands
        if len(command.sql) < 600
    ]
    tokens: dict[str, list[str]] = {}
    for token in {token for sql in found for token in _TOKEN.findall(sql) if token.strip()}:
        tokens.setdefault(kind_of(token), []).append(token)
    return found, {kind: sorted(listed) for kind, listed in tokens.items()}


def kind_of(token: str) -> str:
    first = token[0]
    return (
        "number"
        if first.isdigit()
        else "word"
        if first.isalpha() or first == "_"
        else first
        if first in "'\""
        else "sign"
    )


def damaged(chance: random.Random, sql: str, tokens: dict[str, list[str]]) -> bytes:
    """Change a statement: most often a word for a word, a literal for a literal, so that it still parses now and then."""
    parts = _TOKEN.findall(sql)
    for _ in range(chance.randint(1, CHANGED_MAX)):
        at = chance.randrange(len(parts) + 1)
        if chance.random() < 0.85:
            if at < len(parts) and parts[at].strip():
                parts[at] = chance.choice(tokens[kind_of(parts[at])])
            continue
        match chance.randrange(5):
            case 0:
                del parts[at : at + 1]
            case 1:
                parts.insert(at, f"{chance.choice(tokens['word'])} ")
            case 2:
                other = chance.randrange(len(parts) + 1)
                parts[at : at + 1], parts[other : other + 1] = parts[other : other + 1], parts[at : at + 1]
            case 3:
                parts[at : at + 1] = parts[at : at + 1] * 2
            case 4:
                parts.insert(at, chance.choice(_ODD))
    data = bytearray("".join(parts).encode())
    if data and chance.random() < 0.03:
        data[chance.randrange(len(data))] = chance.randrange(1, 256)
    return bytes(data)


def answer(connection: pq.PGconn, sql: bytes) -> pq.PGresult:
    """Return the last result of a message; what runs long is canceled, and ends."""
    connection.send_query(sql)
    result = None
    while True:
        while connection.is_busy():
            if not select.select([connection.socket], [], [], PATIENCE_S)[0]:
                connection.get_cancel().cancel()
            connection.consume_input()
        following = connection.get_result()
        if following is None:
            assert result is not None
            return result
        result = following


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_statements_get_an_answer(conninfo, statements, seed):
    chance = random.Random(seed)
    pool, tokens = statements
    connection = pq.PGconn.connect(conninfo)
    for sql in pool:
        if sql.startswith("CREATE"):
            connection.exec_(sql.encode())  # what the others name
    for number in range(STATEMENTS):
        sql = damaged(chance, chance.choice(pool), tokens)
        if _LEFT_OUT.search(sql.decode("latin-1")):
            continue
        result = answer(connection, sql)
        state = result.error_field(pq.DiagnosticField.SQLSTATE) or b""
        assert not state.startswith(b"XX"), (sql, result.error_message)
        assert connection.status == pq.ConnStatus.OK, sql
        if connection.transaction_status == pq.TransactionStatus.INERROR or number % 100 == 0:
            connection.exec_(b"ROLLBACK")
    connection.finish()
