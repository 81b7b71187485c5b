"""How many bytes a row counts for, before the minimum of 128.

Worked out from recordings of a real cluster, where rows of one text column and three kinds of key were written and read at
22 sizes each:

    key text, 36 characters   written and read: 48 bytes more than the text has (36 + 12)
    key integer               read: 8 more
    no key                    read: 20 more

So a number, a uuid and the like count as wide as they are, a text or bytea for its bytes and 4, one in a key for 4 more,
the key a table without one is given for 16. Fits all rows recorded from 256 bytes on within 1 %.
"""

from __future__ import annotations

from collections.abc import Iterable

HEADER_BYTES = 4
"""Of a value whose length is its own."""

KEY_HEADER_BYTES = 8
"""Of such a value in a key."""

HIDDEN_KEY_BYTES = 16


def value_bytes(value: object, width: int, *, in_key: bool = False) -> int:
    """Return what a value counts for; width is its type's, below 1 where each value has its own length."""
    if value is None:
        return 0
    if width > 0:
        return width
    header = KEY_HEADER_BYTES if in_key else HEADER_BYTES
    if isinstance(value, str):
        return header + (len(value) if value.isascii() else len(value.encode()))
    return header + (len(value) if isinstance(value, bytes) else 8)


def row_bytes(values: Iterable[tuple[object, int, bool]], *, has_key: bool) -> int:
    """Return what a row counts for; values are (value, width, whether of the key)."""
    size = sum(value_bytes(value, width, in_key=in_key) for value, width, in_key in values)
    return size if has_key else size + HIDDEN_KEY_BYTES
