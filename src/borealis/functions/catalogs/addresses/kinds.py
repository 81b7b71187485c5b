"""Kinds of objects: the catalogs that have them, what they are called, and the columns that name them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from borealis.catalog.system import system_tables


@dataclass(frozen=True, slots=True)
class Kind:
    table: str
    word: str  # what pg_identify_object calls it; of pg_class, pg_proc and pg_constraint the row says more
    name: str = ""  # the column of its name, empty for none
    schema: str = ""  # the column of its schema, empty for none
    is_unique: bool = True  # whether schema and name tell it from all others


_KINDS = (
    Kind("pg_am", "access method", "amname"),
    Kind("pg_amop", "operator of access method", is_unique=False),
    Kind("pg_amproc", "function of access method", is_unique=False),
    Kind("pg_attrdef", "default value", is_unique=False),
    Kind("pg_auth_members", "role membership", is_unique=False),
    Kind("pg_authid", "role", "rolname"),
    Kind("pg_cast", "cast", is_unique=False),
    Kind("pg_class", "relation", "relname", "relnamespace"),
    Kind("pg_collation", "collation", "collname", "collnamespace"),
    Kind("pg_constraint", "constraint", "conname", "connamespace", is_unique=False),
    Kind("pg_conversion", "conversion", "conname", "connamespace"),
    Kind("pg_database", "database", "datname"),
    Kind("pg_default_acl", "default acl", is_unique=False),
    Kind("pg_extension", "extension", "extname"),
    Kind("pg_language", "language", "lanname"),
    Kind("pg_namespace", "schema", "nspname"),
    Kind("pg_opclass", "operator class", "opcname", "opcnamespace"),
    Kind("pg_operator", "operator", "oprname", "oprnamespace", is_unique=False),
    Kind("pg_opfamily", "operator family", "opfname", "opfnamespace"),
    Kind("pg_proc", "routine", "proname", "pronamespace", is_unique=False),
    Kind("pg_rewrite", "rule", "rulename", is_unique=False),
    Kind("pg_statistic_ext", "statistics object", "stxname", "stxnamespace"),
    Kind("pg_tablespace", "tablespace", "spcname"),
    Kind("pg_ts_config", "text search configuration", "cfgname", "cfgnamespace"),
    Kind("pg_ts_dict", "text search dictionary", "dictname", "dictnamespace"),
    Kind("pg_ts_parser", "text search parser", "prsname", "prsnamespace"),
    Kind("pg_ts_template", "text search template", "tmplname", "tmplnamespace"),
    Kind("pg_type", "type", "typname", "typnamespace"),
)

RELATION_WORDS = {"r": "table", "i": "index", "S": "sequence", "v": "view", "c": "composite type"}
"""By pg_class.relkind, as far as there are such relations."""


@cache
def kinds_by_catalog() -> dict[int, Kind]:
    """Return the kinds by the oid of their catalog."""
    return {int(system_tables()[kind.table].oid): kind for kind in _KINDS}
