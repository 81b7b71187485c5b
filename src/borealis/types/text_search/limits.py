"""The limits of tsvector and tsquery. Source: PostgreSQL 16 documentation 12.11."""

from __future__ import annotations

LEXEME_BYTES_END = 2_047
"""A lexeme has fewer bytes than this."""

TEXT_BYTES_MAX = 1_048_575
"""Bytes of all lexemes, and of a tsvector's positions with them."""

POSITION_END = 16_384
"""Positions are 1 to 16,383; what is further on counts as the last. A phrase operator's distance may be this."""

POSITIONS_MAX = 256
"""Positions kept of one lexeme."""


def limited(position: int) -> int:
    return min(position, POSITION_END - 1)
