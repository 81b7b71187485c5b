"""ALTER SCHEMA RENAME TO, OWNER TO. What is in a schema knows it by oid, but for defaults that name a sequence.

Source: PostgreSQL 16, RenameSchema and AlterSchemaOwner (schemacmds.c) for texts.
"""

from __future__ import annotations

from dataclasses import replace

from borealis.catalog.schema import Schema
from borealis.errors import DuplicateSchema, InsufficientPrivilege, InvalidSchemaName
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import SYSTEM_SCHEMAS
from borealis.sql.parse import Node
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.roles import role_named
from borealis.sql.utility.schemas.create_schema import check_name
from borealis.types.base import Oid

_TAG = "ALTER SCHEMA"


def rename_schema(context: BindContext, node: Node, owner: Oid) -> Ddl:
    schema, name = find_schema(context, node["subname"]), node["newname"]
    if name in context.catalog.schemas_by_name or name in SYSTEM_SCHEMAS:
        raise DuplicateSchema(f'schema "{name}" already exists')
    check_name(name)
    return Ddl.replacing(_TAG, (schema,), (replace(schema, name=name),))


def set_schema_owner(context: BindContext, node: Node, owner: Oid) -> Ddl:
    schema = find_schema(context, node["object"]["String"]["sval"])
    return Ddl.replacing(
        _TAG, (schema,), (replace(schema, owner=role_named(context, node["newowner"], owner)),)
    )


def find_schema(context: BindContext, name: str) -> Schema:
    """Return a schema by name. Raises 3F000; 42501 for a system schema."""
    if name in SYSTEM_SCHEMAS:
        raise InsufficientPrivilege(f"must be owner of schema {name}")
    schema = context.catalog.schemas_by_name.get(name)
    if schema is None:
        raise InvalidSchemaName(f'schema "{name}" does not exist')
    return schema
