"""ALTER DEFAULT PRIVILEGES, and what objects made under them begin with.

What is said for every schema stands for the kind's own defaults, in full; what is said for one schema comes on top.
Source: dsql-facts.md §2.5, §4.2; PostgreSQL 16, aclchk.c (SetDefaultACL, get_user_default_acl) for rules and texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from borealis.catalog.catalog import Catalog
from borealis.catalog.membership import inherited_by
from borealis.catalog.objects import Domain, Function
from borealis.catalog.privileges import (
    FUNCTION,
    SCHEMA,
    SEQUENCE,
    TABLE,
    TYPE,
    Owned,
    default_items,
    securable,
)
from borealis.catalog.relations import Sequence, Table, View
from borealis.catalog.roles import Acl, DefaultAcl
from borealis.catalog.rows import difference
from borealis.catalog.schema import Schema
from borealis.errors import FeatureNotSupported, InsufficientPrivilege, InvalidGrantOperation
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.privileges.acl_update import Items, granted
from borealis.sql.utility.privileges.grant import said_in
from borealis.sql.utility.privileges.letters import letters_named
from borealis.sql.utility.privileges.targets import schema_named
from borealis.sql.utility.roles import role_named
from borealis.types.base import Oid

_KINDS = {
    "OBJECT_TABLE": ("r", TABLE, "relation"),
    "OBJECT_SEQUENCE": ("S", SEQUENCE, "sequence"),
    "OBJECT_FUNCTION": ("f", FUNCTION, "function"),
    "OBJECT_TYPE": ("T", TYPE, "type"),
    "OBJECT_SCHEMA": ("n", SCHEMA, "schema"),
}
KINDS_BY_LETTER = {letter: kind for letter, kind, _ in _KINDS.values()}


def alter_default_privileges(context: BindContext, node: Node, current: Oid) -> Ddl:
    action = node["action"]["GrantStmt"] if "GrantStmt" in node["action"] else node["action"]
    letter, kind, name = _KINDS[action["objtype"]]
    catalog = context.catalog
    roles, schemas = _scope(context, node, current)
    if schemas and kind is SCHEMA:
        raise InvalidGrantOperation("cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS")
    if any("cols" in item["AccessPriv"] for item in action.get("privileges", ())):
        raise InvalidGrantOperation("default privileges cannot be set for columns")
    said = said_in(context, action, current)
    letters = letters_named(action.get("privileges", ()), kind, name)
    known = {(one.role, one.schema, one.kind): one for one in catalog.default_acls}
    before, after = [], []
    for role in roles:
        for schema in schemas or [Oid(0)]:
            usual = () if schema else default_items(role, kind)
            old = known.get((role, schema, letter))
            items = said.applied(usual if old is None else old.items, role, letters, role)
            if old is not None:
                before.append(old)
            if set(items) != set(usual):
                in_order = tuple(sorted(items, key=lambda one: (one.grantee, one.grantor)))
                after.append(DefaultAcl(role, schema, letter, in_order))
    return Ddl.replacing("ALTER DEFAULT PRIVILEGES", before, after)


def _scope(context: BindContext, node: Node, current: Oid) -> tuple[list[Oid], list[Oid]]:
    """Return the roles whose objects it is about, and the schemas."""
    roles, schemas = [current], list[Oid]()
    for option in node.get("options", ()):
        element = option["DefElem"]
        items = element["arg"]["List"]["items"]
        match element["defname"]:
            case "roles":
                roles = [role_named(context, item["RoleSpec"], current) for item in items]
            case "schemas":
                schemas = [schema_named(context.catalog, item["String"]["sval"]).oid for item in items]
            case other:
                raise FeatureNotSupported(f"ALTER DEFAULT PRIVILEGES option {other} not supported")
    if not inherited_by(context.catalog, current).issuperset(roles):
        raise InsufficientPrivilege("permission denied to change default privileges")
    return roles, schemas


def with_default_privileges(catalog: Catalog, ddl: Ddl) -> Ddl:
    """Return a DDL that gives what it makes the privileges its owner's objects begin with."""
    if not catalog.default_acls:
        return ddl
    said = {(one.catalog, one.object) for one in ddl.made if isinstance(one, Acl)}
    acls = [one for one in first_acls(catalog, ddl.made) if (one.catalog, one.object) not in said]
    return replace(ddl, changes=(*ddl.changes, *difference((), acls))) if acls else ddl


def first_acls(catalog: Catalog, objects: Iterable[object]) -> list[Acl]:
    """Return the privileges that those of the objects begin with which the catalog does not have yet, where not the kind's own."""
    if not catalog.default_acls:
        return []
    return [acl for made in _new(catalog, objects) if (acl := _first_acl(catalog, made)) is not None]


def _new(catalog: Catalog, objects: Iterable[object]) -> Iterator[Owned]:
    for made in objects:
        match made:
            case Table() | View() | Sequence():
                is_new = made.oid not in catalog.relations_by_oid
            case Function():
                is_new = made.oid not in catalog.functions_by_oid
            case Domain():
                is_new = made.oid not in catalog.domains_by_oid
            case Schema():
                is_new = made not in catalog.schemas
            case _:
                continue
        if is_new:
            yield made


def _first_acl(catalog: Catalog, made: Owned) -> Acl | None:
    thing = securable(made)
    letter = next(letter for letter, kind in KINDS_BY_LETTER.items() if kind.letters == thing.kind.letters)
    said = {
        one.schema: one.items for one in catalog.default_acls if (one.role, one.kind) == (thing.owner, letter)
    }
    usual = default_items(thing.owner, thing.kind)
    items: Items = said.get(Oid(0), usual)
    if not isinstance(made, Schema):
        for added in said.get(made.schema.oid, ()):
            items = granted(items, added, thing.owner)
    # Kept in another order than grants are, as PostgreSQL does.
    items = tuple(sorted(items, key=lambda one: (one.grantee, one.grantor)))
    is_usual = set(items) == set(usual)
    return None if is_usual else Acl(thing.oid, thing.catalog, 0, items)
