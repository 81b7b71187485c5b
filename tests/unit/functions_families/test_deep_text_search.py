"""Deep queries and addresses within addresses end in 54001, never in an exception of Python's."""

from __future__ import annotations

import apsw
import pytest

from borealis.errors import SqlError
from borealis.functions.install import install
from borealis.functions.text_search.word_parser import tokens
from borealis.sql import parse as _parse  # noqa: F401 - its import sets how deep Python may go, as in a node
from borealis.types import oids
from borealis.types.base import Style
from borealis.types.registry import type_of

CALLS = (
    "pg_io(?1, 3615, 25)",
    "pg_ts_match_vq('''a'':1', ?1)",
    "pg_ts_rank_tt('''a'':1 ''b'':2', ?1)",
    "pg_ts_rankcd_tt('''a'':1 ''b'':2', ?1)",
    "pg_ts_headline('a b', ?1)",
    "pg_tsquery_rewrite(?1, ?1, ?1)",
    "pg_tsquerytree(?1)",
    "pg_tsquery_and(?1, ?1)",
    "pg_tsquery_numnode(?1)",
    "?1 COLLATE pg_tsquery < pg_tsquery_not(pg_tsquery_not(?1))",
    "?1 COLLATE pg_tsquery < pg_plainto_tsquery(?1 || '')",
)


@pytest.fixture(scope="module")
def connection():
    connection = apsw.Connection(":memory:")
    install(connection)
    return connection


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("depth", [10, 2_000, 10_000])
def test_depth(connection, call, depth):
    words = "a b " * depth
    try:
        connection.execute(f"SELECT {call.replace('?1', 'pg_phraseto_tsquery(?1)')}", (words,)).fetchall()
    except SqlError as error:
        assert error.sqlstate == "54001"
        assert depth > 2_000


@pytest.mark.parametrize("depth", [10, 2_000, 50_000])
def test_parentheses(depth):
    try:
        type_of(oids.TSQUERY).decode_text("(" * depth + "a" + ")" * depth, Style())
    except SqlError as error:
        assert error.sqlstate == "54001"
        assert depth > 2_000


@pytest.mark.parametrize("piece", ["1@e", "a@", "a_", "/.", "<!--", "a.b@", "<script "])
@pytest.mark.parametrize("count", [10, 1_000])
def test_repeated_pieces(piece, count):
    try:
        found = "".join(token for _, token in tokens(piece * count))
    except SqlError as error:
        assert error.sqlstate == "54001"
    else:
        assert len(found) >= count
