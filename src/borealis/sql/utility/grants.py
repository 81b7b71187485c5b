"""GRANT and REVOKE on tables, views, sequences and schemas.

Every object is admin's, so admin is every grantor, and revoking takes nothing else along. Letters are an aclitem's.
Source: dsql-facts.md §4.2; PostgreSQL 16, aclchk.c for texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from borealis.catalog.catalog import Catalog
from borealis.catalog.privileges import letters_of
from borealis.catalog.relations import Sequence
from borealis.catalog.roles import ADMIN, PUBLIC, Grant
from borealis.errors import (
    FeatureNotSupported,
    InvalidGrantOperation,
    InvalidSchemaName,
    SyntaxError_,
    UndefinedTable,
    WrongObjectType,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import find_system_table, lookup_relation, qualified
from borealis.sql.parse import Node
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.role_statements import find_role
from borealis.storage.catalog_tables import PG_CLASS, PG_NAMESPACE, PUBLIC_NAMESPACE, SYS_GRANT
from borealis.transaction.intent import Change, Mode
from borealis.types.base import Oid

_LETTERS = {
    "select": "r",
    "insert": "a",
    "update": "w",
    "delete": "d",
    "truncate": "D",
    "references": "x",
    "trigger": "t",
    "usage": "U",
    "create": "C",
}
_ALL = {"OBJECT_TABLE": "arwdDxt", "OBJECT_SEQUENCE": "rwU", "OBJECT_SCHEMA": "UC"}
_OTHERS = frozenset(("execute", "temporary", "temp", "connect", "set", "alter system"))
"""What PostgreSQL knows of other kinds of objects."""
_KINDS = {"OBJECT_TABLE": "relation", "OBJECT_SEQUENCE": "sequence", "OBJECT_SCHEMA": "schema"}


def grant(context: BindContext, node: Node, owner: Oid) -> Ddl:
    kind = node["objtype"]
    word = "GRANT" if node.get("is_grant") else "REVOKE"
    if kind not in _ALL:
        raise FeatureNotSupported(f"{word} on {kind.removeprefix('OBJECT_')} not supported")
    if node.get("grant_option"):
        raise FeatureNotSupported(f"{word} with GRANT OPTION not supported")
    if "grantor" in node:
        raise FeatureNotSupported(f"{word} with GRANTED BY not supported")
    letters = _letters(node.get("privileges", ()), kind, word)
    if word == "REVOKE" and any(item["RoleSpec"].get("rolename") == ADMIN.name for item in node["grantees"]):
        raise FeatureNotSupported("REVOKE from the owner, admin, not supported")
    grantees = [_grantee(context.catalog, item["RoleSpec"], owner) for item in node["grantees"]]
    before, after = [], []
    for oid, catalog, possible in dict.fromkeys(_objects(context, node, kind)):
        asked = letters or possible
        for grantee in dict.fromkeys(grantees):
            had = letters_of(context.catalog, oid, grantee)
            left = had.difference(asked) if word == "REVOKE" else had.union(asked)
            old = [one for one in context.catalog.grants if (one.object, one.grantee) == (oid, grantee)]
            before += old
            # What everybody has at first is taken away by a row that holds nothing.
            if left or (oid, grantee) == (PUBLIC_NAMESPACE, PUBLIC):
                after.append(Grant(oid, Oid(catalog), grantee, "".join(sorted(left))))
    return Ddl.replacing(word, before, after)


def without_grants_of_dropped(catalog: Catalog, ddl: Ddl) -> Ddl:
    """Return a DDL that drops the privileges on what it drops."""
    if not catalog.grants:
        return ddl
    gone = {
        (change.table, change.key[0])
        for change in ddl.changes
        if change.mode is Mode.DELETE and change.table in (PG_CLASS, PG_NAMESPACE)
    }
    lost = tuple(
        Change(SYS_GRANT, (one.object, one.catalog, one.grantee), Mode.DELETE, None)
        for one in catalog.grants
        if (one.catalog, one.object) in gone
    )
    return replace(ddl, changes=(*ddl.changes, *lost)) if lost else ddl


def _letters(privileges: Iterable[Node], kind: str, word: str) -> str:
    """Return the letters asked for; none for ALL."""
    found = ""
    for item in privileges:
        one = item["AccessPriv"]
        if "cols" in one:
            raise FeatureNotSupported(f"{word} of column privileges not supported")
        name = one["priv_name"]
        letter = _LETTERS.get(name)
        if letter is None and name not in _OTHERS:
            raise SyntaxError_(f'unrecognized privilege type "{name}"')
        if letter is None or letter not in _ALL[kind]:
            what = "table" if (name, kind) == ("usage", "OBJECT_TABLE") else _KINDS[kind]
            raise InvalidGrantOperation(f"invalid privilege type {name.upper()} for {what}")
        found += letter
    return found


def _grantee(catalog: Catalog, spec: Node, current: Oid) -> Oid:
    match spec["roletype"]:
        case "ROLESPEC_PUBLIC":
            return PUBLIC
        case "ROLESPEC_CSTRING":
            return find_role(catalog, spec["rolename"]).oid
    return current


def _objects(context: BindContext, node: Node, kind: str) -> Iterable[tuple[Oid, int, str]]:
    """Yield oid, catalog, and the letters ALL stands for."""
    catalog = context.catalog
    if node["targtype"] == "ACL_TARGET_ALL_IN_SCHEMA":
        for item in node["objects"]:
            schema = _schema(catalog, item["String"]["sval"])
            for relation in catalog.relations_by_oid.values():
                if relation.schema.oid == schema and isinstance(relation, Sequence) == (
                    kind == "OBJECT_SEQUENCE"
                ):
                    yield relation.oid, PG_CLASS, _ALL[kind]
    elif kind == "OBJECT_SCHEMA":
        for item in node["objects"]:
            yield _schema(catalog, item["String"]["sval"]), PG_NAMESPACE, _ALL[kind]
    else:
        for item in node["objects"]:
            range_var = item["RangeVar"]
            if range_var.get("schemaname"):
                _schema(catalog, range_var["schemaname"])
            found = lookup_relation(context, range_var)
            if found is None and find_system_table(context, range_var) is not None:
                raise FeatureNotSupported(f'GRANT on system catalog "{range_var["relname"]}" not supported')
            if found is None:
                raise UndefinedTable(f'relation "{qualified(range_var)}" does not exist')
            if kind == "OBJECT_SEQUENCE" and not isinstance(found, Sequence):
                raise WrongObjectType(f'"{found.name}" is not a sequence')
            if kind == "OBJECT_TABLE" and isinstance(found, Sequence):
                raise FeatureNotSupported("GRANT ON TABLE of a sequence not supported; name it as SEQUENCE")
            yield found.oid, PG_CLASS, _ALL[kind]


def _schema(catalog: Catalog, name: str) -> Oid:
    schema = catalog.schemas_by_name.get(name)
    if schema is None:
        raise InvalidSchemaName(f'schema "{name}" does not exist')
    return schema.oid
