"""CREATE DOMAIN: a base type, DEFAULT, NOT NULL, CHECK over VALUE.

Source: dsql-facts.md §4.2; PostgreSQL 16 documentation, CREATE DOMAIN; texts as its typecmds.c.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from borealis.catalog.catalog import Catalog
from borealis.catalog.constraints import Check
from borealis.catalog.objects import Domain
from borealis.catalog.relations import Column
from borealis.catalog.schema import Schema
from borealis.errors import (
    DatatypeMismatch,
    DuplicateObject,
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidObjectDefinition,
    SqlError,
    SyntaxError_,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.domains import bind_condition
from borealis.sql.bind.names import SYSTEM_SCHEMAS, creation_schema
from borealis.sql.bind.stored import for_storage
from borealis.sql.bind.type_names import bind_type
from borealis.sql.bound.expressions import Var
from borealis.sql.parse import Node
from borealis.sql.utility.column_types import column_type
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.object_names import make_object_name
from borealis.sql.utility.stored_expressions import check_default, refuse_nodes
from borealis.types import oids
from borealis.types.base import Oid

_REFUSED = {
    "CONSTR_UNIQUE": "unique constraints not possible for domains",
    "CONSTR_PRIMARY": "primary key constraints not possible for domains",
    "CONSTR_EXCLUSION": "exclusion constraints not possible for domains",
    "CONSTR_FOREIGN": "foreign key constraints not possible for domains",
}


@dataclass(slots=True)
class _Definition:
    default: Node | None = None
    not_null: bool | None = None
    checks: list[Node] = field(default_factory=list)


def create_domain(context: BindContext, node: Node, owner: Oid) -> Ddl:
    try:
        return _create(context, node, owner)
    except SqlError as error:
        error.position = None  # PostgreSQL gives none here
        raise


def _create(context: BindContext, node: Node, owner: Oid) -> Ddl:
    names = [part["String"]["sval"] for part in node["domainname"]]
    schema, name = domain_schema(context, names), names[-1]
    if type_exists(context.catalog, schema, name):
        raise DuplicateObject(f'type "{name}" already exists')
    if "collClause" in node:
        raise FeatureNotSupported("COLLATE clause not supported")
    if bind_type(context, node["typeName"])[0] == oids.RECORD:
        raise DatatypeMismatch('"record" is not a valid base type for a domain')
    oid, typmod, parent = column_type(context, node["typeName"])
    definition = _read(context, node.get("constraints", ()))
    new_oid = context.catalog.next_oid
    checks = _checks(context, schema, name, Var(oid, typmod, context.new_id(), 1), definition.checks)
    default = None if definition.default is None else json.dumps(definition.default)
    if default is not None:
        default = kept_domain_default(context, name, oid, typmod, default)
    elif parent:
        default = context.catalog.domains_by_oid[
            parent
        ].default  # as it is now: later changes are the parent's own
    base, base_typmod = (parent, -1) if parent else (oid, typmod)
    domain = Domain(
        new_oid, name, schema, owner, base, base_typmod, bool(definition.not_null), default, checks
    )
    return Ddl.replacing("CREATE DOMAIN", after=(domain,))


def domain_schema(context: BindContext, names: list[str]) -> Schema:
    range_var = {"relname": names[-1], "location": -1}
    if len(names) > 1:
        range_var["schemaname"] = names[-2]
    schema = creation_schema(context, range_var)
    if schema.name in SYSTEM_SCHEMAS:
        raise InsufficientPrivilege(f"permission denied for schema {schema.name}")
    return schema


def type_exists(catalog: Catalog, schema: Schema, name: str) -> bool:
    """Whether the name is taken by a domain, or by the row type of a table or view."""
    return catalog.domain(schema.name, name) is not None or catalog.relation(schema.name, name) is not None


def kept_domain_default(context: BindContext, name: str, oid: Oid, typmod: int, default: str) -> str | None:
    """Bind a DEFAULT as its uses will, and return it as it is kept; errors name the domain as PostgreSQL's name a column."""
    return check_default(context, Column(1, name, oid, typmod, False, default)).default


def _read(context: BindContext, constraints: Sequence[Node]) -> _Definition:
    found = _Definition()
    for item in constraints:
        constraint = item["Constraint"]
        kind = constraint["contype"]
        if kind in _REFUSED:
            raise SyntaxError_(_REFUSED[kind])
        match kind:
            case "CONSTR_DEFAULT":
                if found.default is not None:
                    raise SyntaxError_("multiple default expressions")
                found.default = constraint["raw_expr"]
            case "CONSTR_NOTNULL" | "CONSTR_NULL":
                if found.not_null is not None and found.not_null != (kind == "CONSTR_NOTNULL"):
                    raise SyntaxError_("conflicting NULL/NOT NULL constraints")
                found.not_null = kind == "CONSTR_NOTNULL"
            case "CONSTR_CHECK":
                if constraint.get("is_no_inherit"):
                    raise InvalidObjectDefinition("check constraints for domains cannot be marked NO INHERIT")
                found.checks.append(constraint)
            case _:
                raise FeatureNotSupported("specifying constraint deferrability not supported for domains")
    return found


def _checks(
    context: BindContext, schema: Schema, domain: str, value: Var, nodes: Sequence[Node]
) -> tuple[Check, ...]:
    checks: list[Check] = []
    taken = constraint_names(context.catalog, schema)
    for ordinal, node in enumerate(nodes, 1):
        name = node.get("conname")
        if name is None:
            name = _chosen(domain, taken | {check.name for check in checks})
        elif any(check.name == name for check in checks):
            raise DuplicateObject(f'constraint "{name}" for domain "{domain}" already exists')
        check_condition(context, node["raw_expr"], value)
        oid = Oid(context.catalog.next_oid + ordinal)
        checks.append(Check(oid, name, json.dumps(for_storage(context, node["raw_expr"]))))
    return tuple(sorted(checks, key=lambda check: check.name))


def check_condition(context: BindContext, node: Node, value: Var) -> None:
    """Bind a CHECK as its uses will, with the positions of this statement."""
    refuse_nodes(context, node, "check constraint", columns_allowed=True)
    bind_condition(context, node, value)


def constraint_names(catalog: Catalog, schema: Schema) -> set[str]:
    """Return the names of all constraints of a schema."""
    found: set[str] = set()
    for table in catalog.tables:
        if table.schema == schema:
            found.update(check.name for check in table.checks)
            found.update(key.name for key in table.foreign_keys)
            found.update(index.name for index in table.indexes if index.constraint)
    for domain in catalog.domains:
        if domain.schema == schema:
            found.update(check.name for check in domain.checks)
    return found


def _chosen(domain: str, taken: set[str]) -> str:
    number = 0
    while (name := make_object_name(domain, "", f"check{number or ''}")) in taken:
        number += 1
    return name
