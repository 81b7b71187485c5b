"""Ids of jobs. Source: dsql-facts.md §5.1."""

from __future__ import annotations

import base64


def new_job_id(chance: bytes) -> str:
    """Return 16 random bytes as 26 characters of lower-case base32."""
    return base64.b32encode(chance).decode().rstrip("=").lower()
