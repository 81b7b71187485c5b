"""A schema: a namespace of relations, domains and functions."""

from __future__ import annotations

from dataclasses import dataclass

from borealis.types.base import Oid


@dataclass(frozen=True, slots=True)
class Schema:
    oid: Oid
    name: str
    owner: Oid


SYSTEM_SCHEMAS = frozenset(("pg_catalog", "information_schema", "sys"))
"""Those everybody may use, and nobody may make anything in."""
