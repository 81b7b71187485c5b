"""Deep JSON ends in 54001, never in an exception of Python's."""

from __future__ import annotations

import apsw
import pytest

from borealis.errors import SqlError
from borealis.functions.install import install

CALLS = (
    "pg_jsonb_pretty(?1)",
    "pg_jsonb_strip_nulls(?1)",
    "pg_json_strip_nulls(?1)",
    "pg_jsonb_concat(?1, ?1)",
    "pg_jsonb_contains(?1, ?1)",
    "pg_jsonb_set(?1, '[\"0\",\"0\"]', '1', 1)",
    "pg_json_array_element(?1, 0)",
    "pg_jsonb_cmp(?1, ?1 || ' ')",
    "pg_to_jsonb(?1, 114)",
)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("depth", [10, 400, 5_000, 200_000])
def test_depth(call, depth):
    connection = apsw.Connection(":memory:")
    install(connection)
    text = "[" * depth + "]" * depth
    try:
        connection.execute(f"SELECT {call}", (text,)).get
    except SqlError as error:
        assert depth > 10
        assert error.sqlstate == "54001"
