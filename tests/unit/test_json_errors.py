"""The context of an error in JSON: the line up to the token, as PostgreSQL 16.2 showed it."""

from __future__ import annotations

import pytest

from borealis.errors import SqlError
from borealis.types import oids
from borealis.types.base import Style
from borealis.types.registry import type_of


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ('{"a":1', 'JSON data, line 1: {"a":1'),
        ("[1,\n2x\n]", "JSON data, line 2: 2x"),
        (
            "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,2x, 5]",
            "JSON data, line 1: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,2x...",
        ),
        (
            '{\n"a": 1,\n "éééééééééééééééééééééééééééééé": x,\n"b":1}',
            'JSON data, line 3: ...éééééééééééééééééééééé": x...',
        ),
        ('{"a":"\\u0000", "b":[1,2,3]}', 'JSON data, line 1: {"a":"\\u0000...'),
    ],
)
def test_context(text: str, context: str) -> None:
    with pytest.raises(SqlError) as caught:
        type_of(oids.JSONB).decode_text(text, Style())
    assert caught.value.where == context
