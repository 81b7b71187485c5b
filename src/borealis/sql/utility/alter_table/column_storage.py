"""STORAGE of a column: kept and shown; how Borealis stores a value does not depend on it.

Source: PostgreSQL 16, GetAttributeStorage (tablecmds.c): only types of variable length have a choice.
"""

from __future__ import annotations

from dataclasses import replace

from borealis.catalog.relations import Column
from borealis.catalog.system.built_in import built_in_by_oid
from borealis.errors import FeatureNotSupported, InvalidParameterValue
from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.alteration import Alteration
from borealis.types.registry import format_type

_LETTERS = {"plain": "p", "external": "e", "extended": "x", "main": "m"}


def set_storage(alteration: Alteration, command: Node) -> None:
    column = alteration.column(command["name"])
    alteration.replace_column(replace(column, storage=storage_of(column, command["def"]["String"]["sval"])))


def storage_of(column: Column, mode: str) -> str:
    """Return what pg_attribute.attstorage holds; empty for the type's own.

    Raises: InvalidParameterValue 22023, FeatureNotSupported 0A000 for a type of fixed length.
    """
    if mode.lower() == "default":
        return ""
    letter = _LETTERS.get(mode.lower())
    if letter is None:
        raise InvalidParameterValue(f'invalid storage type "{mode}"')
    if letter != "p" and built_in_by_oid("pg_type").get(column.type, {}).get("typstorage", "x") == "p":
        raise FeatureNotSupported(
            f"column data type {format_type(column.type, -1)} can only have storage PLAIN"
        )
    return letter
