"""ALTER DOMAIN: SET and DROP DEFAULT, DROP NOT NULL, RENAME, RENAME CONSTRAINT, SET SCHEMA, OWNER TO; DROP DOMAIN.

Source: dsql-facts.md §4.2: SET NOT NULL and ADD CONSTRAINT are not DSQL's; texts otherwise PostgreSQL 16's.
"""

from __future__ import annotations

import json
from dataclasses import replace

from borealis.catalog.objects import Domain
from borealis.errors import (
    DuplicateObject,
    FeatureNotSupported,
    InvalidSchemaName,
    SqlError,
    UndefinedObject,
    WrongObjectType,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.domains import base_type, domain_name, find_domain
from borealis.sql.parse import Node
from borealis.sql.utility.alter_view import target_schema
from borealis.sql.utility.create_domain import kept_domain_default, type_exists
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.drops import drop_holders
from borealis.sql.utility.roles import role_named
from borealis.types.base import Oid
from borealis.types.registry import format_type, type_named

_TAG = "ALTER DOMAIN"
_REFUSED = {
    "O": "SET NOT NULL",
    "C": "ADD CONSTRAINT",
    "X": "DROP CONSTRAINT",
    "V": "VALIDATE CONSTRAINT",
}


def alter_domain(context: BindContext, node: Node, owner: Oid) -> Ddl:
    kind = node["subtype"]
    if kind in _REFUSED:
        raise FeatureNotSupported(f"unsupported ALTER DOMAIN {_REFUSED[kind]} statement")
    domain = domain_named(context, node["typeName"])
    if kind == "N":
        return _replaced(domain, replace(domain, not_null=False))
    default = None
    if "def" in node and node["def"] != {"A_Const": {"isnull": True}}:
        default = json.dumps(node["def"])
        try:
            base = base_type(context.catalog, domain)
            default = kept_domain_default(context, domain.name, *base, default)
        except SqlError as error:
            error.position = None
            raise
    return _replaced(domain, replace(domain, default=default))


def rename_domain(context: BindContext, node: Node, owner: Oid) -> Ddl:
    domain, name = _of(context, node), node["newname"]
    if type_exists(context.catalog, domain.schema, name):
        raise DuplicateObject(f'type "{name}" already exists')
    return _replaced(domain, replace(domain, name=name))


def rename_domain_constraint(context: BindContext, node: Node, owner: Oid) -> Ddl:
    domain, old, new = _of(context, node), node["subname"], node["newname"]
    if all(check.name != old for check in domain.checks):
        raise UndefinedObject(f'constraint "{old}" for domain {domain_name(context, domain)} does not exist')
    if any(check.name == new for check in domain.checks):
        raise DuplicateObject(f'constraint "{new}" for domain {domain_name(context, domain)} already exists')
    checks = tuple(replace(check, name=new) if check.name == old else check for check in domain.checks)
    checks = tuple(sorted(checks, key=lambda check: check.name))
    return _replaced(domain, replace(domain, checks=checks))


def set_domain_schema(context: BindContext, node: Node, owner: Oid) -> Ddl:
    domain = _of(context, node)
    schema = target_schema(context, node["newschema"])
    if schema != domain.schema and type_exists(context.catalog, schema, domain.name):
        raise DuplicateObject(f'type "{domain.name}" already exists in schema "{schema.name}"')
    return _replaced(domain, replace(domain, schema=schema))


def set_domain_owner(context: BindContext, node: Node, owner: Oid) -> Ddl:
    domain = _of(context, node)
    return _replaced(domain, replace(domain, owner=role_named(context, node["newowner"], owner)))


def drop_domain(context: BindContext, node: Node, owner: Oid) -> Ddl:
    if node.get("behavior") == "DROP_CASCADE":
        raise FeatureNotSupported("DROP DOMAIN with CASCADE unsupported")
    domains: list[Domain] = []
    notices: list[tuple[str, str]] = []
    for item in node["objects"]:
        names = item["TypeName"]["names"]
        try:
            domain = domain_named(context, names)
        except (UndefinedObject, InvalidSchemaName) as error:
            if not node.get("missing_ok"):
                raise
            notices.append(("00000", f"{error.message}, skipping"))
            continue
        if domain not in domains:
            domains.append(domain)
    return drop_holders(context, "DROP DOMAIN", domains, notices)


def _of(context: BindContext, node: Node) -> Domain:
    return domain_named(context, node["object"]["List"]["items"])


def domain_named(context: BindContext, parts: list[Node]) -> Domain:
    """Return the domain of a name.

    Raises: UndefinedObject 42704, WrongObjectType 42809 for another type, InvalidSchemaName 3F000.
    """
    names = [part["String"]["sval"] for part in parts]
    if len(names) > 1 and names[-2] not in context.catalog.schemas_by_name:
        raise InvalidSchemaName(f'schema "{names[-2]}" does not exist')
    domain = find_domain(context, names)
    if domain is not None:
        return domain
    builtin = type_named(names[-1]) if names[-2:-1] in ([], ["pg_catalog"]) else None
    if builtin is not None:
        raise WrongObjectType(f"{format_type(builtin.oid, -1)} is not a domain")
    raise UndefinedObject(f'type "{".".join(names)}" does not exist')


def _replaced(before: Domain, after: Domain) -> Ddl:
    return Ddl.replacing(_TAG, (before,), (after,))
