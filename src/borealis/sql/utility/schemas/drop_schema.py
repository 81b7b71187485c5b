"""DROP SCHEMA: an empty one, or with CASCADE what is in it; what depends on that goes along (sql/dependencies).

Source: PostgreSQL 16, DROP SCHEMA; dependency.c for what is told, as observed.
"""

from __future__ import annotations

from borealis.catalog.schema import Schema
from borealis.errors import InsufficientPrivilege
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import SYSTEM_SCHEMAS
from borealis.sql.dependencies.address import Address
from borealis.sql.parse import Node
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.drops import drop
from borealis.sql.utility.schemas.alter_schema import find_schema
from borealis.storage.catalog_tables import PG_NAMESPACE
from borealis.types.base import Oid


def drop_schema(context: BindContext, node: Node, owner: Oid) -> Ddl:
    dropped: list[Schema] = []
    notices: list[tuple[str, ...]] = []
    for item in node["objects"]:
        name = item["String"]["sval"]
        if (
            name not in context.catalog.schemas_by_name
            and name not in SYSTEM_SCHEMAS
            and node.get("missing_ok")
        ):
            notices.append(("00000", f'schema "{name}" does not exist, skipping'))
            continue
        schema = find_schema(context, name)
        if name == "public":
            raise InsufficientPrivilege("must be owner of schema public")
        if schema not in dropped:
            dropped.append(schema)
    named = [Address(PG_NAMESPACE, schema.oid) for schema in dropped]
    return drop(context, "DROP SCHEMA", named, notices)
