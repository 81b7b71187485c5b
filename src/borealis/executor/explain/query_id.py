"""Query Identifier: one for all statements that differ in their constants only.

Thirteen characters, as DSQL prints it: 64 bits in z-base-32, which is what every recorded identifier fits.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from borealis.sql.parse import Node

_ALPHABET = "ybndrfg8ejkmcpqxot1uwisza345h769"
_LENGTH = 13


def query_identifier(node: Node) -> str:
    shape = json.dumps(_shape(node), sort_keys=True, separators=(",", ":"))
    number = int.from_bytes(hashlib.sha256(shape.encode()).digest()[:8], "big") << 1
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))


def _shape(value: Any) -> Any:
    """Return a tree without places in the text, and without constants."""
    if isinstance(value, dict):
        if "A_Const" in value:
            return "?"
        return {
            key: _shape(item)
            for key, item in value.items()
            if key not in ("location", "stmt_location", "stmt_len")
        }
    if isinstance(value, list | tuple):
        return [_shape(item) for item in value]
    return value
