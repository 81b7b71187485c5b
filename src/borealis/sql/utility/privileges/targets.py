"""What a GRANT or REVOKE is about: the objects it names, and the kind of privileges they have.

Source: PostgreSQL 16, aclchk.c (objectNamesToOids, objectsInSchemaToOids) for texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from borealis.catalog.catalog import Catalog
from borealis.catalog.privileges import (
    FUNCTION,
    SCHEMA,
    SEQUENCE,
    TABLE,
    TYPE,
    Kind,
    Owned,
)
from borealis.catalog.relations import Sequence
from borealis.catalog.schema import Schema
from borealis.errors import (
    FeatureNotSupported,
    InvalidSchemaName,
    UndefinedTable,
    WrongObjectType,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import find_system_table, lookup_relation, qualified
from borealis.sql.parse import Node
from borealis.sql.utility.alter_domain import domain_named
from borealis.sql.utility.function_names import find_named


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of objects in GRANT's grammar."""

    kind: Kind
    name: str  # as messages about privileges have it


_TARGETS = {
    "OBJECT_TABLE": Target(TABLE, "relation"),
    "OBJECT_SEQUENCE": Target(SEQUENCE, "sequence"),
    "OBJECT_SCHEMA": Target(SCHEMA, "schema"),
    "OBJECT_FUNCTION": Target(FUNCTION, "function"),
    "OBJECT_ROUTINE": Target(FUNCTION, "routine"),
    "OBJECT_TYPE": Target(TYPE, "type"),
    "OBJECT_DOMAIN": Target(TYPE, "domain"),
}


def target_of(node: Node, word: str) -> Target:
    """Raises FeatureNotSupported for kinds of objects that DSQL does not have."""
    target = _TARGETS.get(node["objtype"])
    if target is None:
        raise FeatureNotSupported(f"{word} on {node['objtype'].removeprefix('OBJECT_')} not supported")
    return target


def objects_of(context: BindContext, node: Node) -> Iterator[Owned]:
    """Yield the objects named, or those of the schemas named."""
    objtype = node["objtype"]
    if node["targtype"] == "ACL_TARGET_ALL_IN_SCHEMA":
        for item in node["objects"]:
            yield from _all_in(
                context.catalog, schema_named(context.catalog, item["String"]["sval"]), objtype
            )
        return
    for item in node["objects"]:
        match objtype:
            case "OBJECT_SCHEMA":
                yield schema_named(context.catalog, item["String"]["sval"])
            case "OBJECT_TABLE" | "OBJECT_SEQUENCE":
                yield _relation(context, item["RangeVar"], objtype)
            case "OBJECT_FUNCTION" | "OBJECT_ROUTINE":
                yield find_named(context, item["ObjectWithArgs"], _TARGETS[objtype].name)
            case _:
                yield domain_named(context, item["List"]["items"])


def schema_named(catalog: Catalog, name: str) -> Schema:
    schema = catalog.schemas_by_name.get(name)
    if schema is None:
        raise InvalidSchemaName(f'schema "{name}" does not exist')
    return schema


def _all_in(catalog: Catalog, schema: Schema, objtype: str) -> Iterator[Owned]:
    if objtype in ("OBJECT_FUNCTION", "OBJECT_ROUTINE"):
        yield from (one for one in catalog.functions if one.schema.oid == schema.oid)
        return
    for relation in catalog.relations_by_oid.values():
        if relation.schema.oid == schema.oid and isinstance(relation, Sequence) == (
            objtype == "OBJECT_SEQUENCE"
        ):
            yield relation


def _relation(context: BindContext, range_var: Node, objtype: str) -> Owned:
    if range_var.get("schemaname"):
        schema_named(context.catalog, range_var["schemaname"])
    found = lookup_relation(context, range_var)
    if found is None:
        name = range_var["relname"]
        if find_system_table(context, range_var) is not None:
            raise FeatureNotSupported(f'GRANT on system catalog "{name}" not supported')
        for path in (range_var["schemaname"],) if range_var.get("schemaname") else context.search_path:
            if context.catalog.index(path, name) is not None:
                raise WrongObjectType(f'"{name}" is an index')
        raise UndefinedTable(f'relation "{qualified(range_var)}" does not exist')
    if objtype == "OBJECT_SEQUENCE" and not isinstance(found, Sequence):
        raise WrongObjectType(f'"{found.name}" is not a sequence')
    return found
