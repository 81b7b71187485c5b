"""What a role other than admin may do: checked once a plan, for every relation a statement names.

Views read their tables as admin, who owns them; functions read theirs as the role that calls. The privilege is the whole
relation's. A target's columns need SELECT where the statement reads any column beside the values it stores; with FOR UPDATE
and the like every relation named needs UPDATE too.

A schema needs USAGE: unqualified names pass by those without. Source: PostgreSQL 16 documentation, "Privileges"; aclchk.c for texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from borealis.catalog.catalog import Catalog
from borealis.catalog.privileges import may
from borealis.catalog.relations import Relation, Table, View
from borealis.catalog.roles import ADMIN, Role
from borealis.errors import InsufficientPrivilege, UndefinedObject
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import SYSTEM_SCHEMAS, lookup_relation

_WRITES = {"InsertStmt": "a", "UpdateStmt": "w", "DeleteStmt": "d"}
_READING = ("targetList", "whereClause", "returningList", "onConflictClause")


def role_of_session(catalog: Catalog, name: str) -> Role:
    """Raises UndefinedObject 42704 for a role dropped meanwhile."""
    role = catalog.roles_by_name.get(name)
    if role is None:
        raise UndefinedObject(f'role "{name}" does not exist')
    return role


def usable_path(catalog: Catalog, role: Role, search_path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the schemas of a search path that a role may look into."""
    schemas = catalog.schemas_by_name
    return tuple(
        name
        for name in search_path
        if name in SYSTEM_SCHEMAS or (name in schemas and may(catalog, role.oid, schemas[name].oid, "U"))
    )


def check_privileges(context: BindContext, role: Role) -> None:
    """Raise InsufficientPrivilege 42501 for what a bound statement may not do."""
    if role.oid == ADMIN.oid:
        return
    node = context.parsed.node
    statements = list(_statements(context.parsed.node_name, node))
    targets = {id(write["relation"]) for name, write in statements if name in _WRITES}
    read = "rw" if any("lockingClause" in one for _, one in statements) else "r"
    for range_var, relation in tuple(context.resolved.values()):
        _check_schema(context, role, relation)
        if id(range_var) not in targets:
            _check(context.catalog, role, relation, read)
    for called in context.called:
        _check(context.catalog, role, called, read)
    for name, write in statements:
        if name in _WRITES:
            target = lookup_relation(context, write["relation"])
            if isinstance(target, Table | View):
                _check_schema(context, role, target)
                _check(context.catalog, role, target, _needed(name, write))


def _needed(name: str, write: Mapping[str, Any]) -> str:
    """Return the letters that the target of an INSERT, UPDATE or DELETE needs."""
    letters = _WRITES[name]
    conflict = write.get("onConflictClause", {})
    if conflict.get("action") == "ONCONFLICT_UPDATE":
        letters += "w"
    parts = [write.get(part) for part in _READING]
    if "infer" in conflict or any(kind == "ColumnRef" for part in parts for kind, _ in _nodes(part)):
        letters += "r"
    return letters


def _check(catalog: Catalog, role: Role, relation: Relation, letters: str) -> None:
    if not may(catalog, role.oid, relation.oid, letters):
        word = type(relation).__name__.lower()
        raise InsufficientPrivilege(f"permission denied for {word} {relation.name}")


def _check_schema(context: BindContext, role: Role, relation: Relation) -> None:
    if not may(context.catalog, role.oid, relation.schema.oid, "U"):
        raise InsufficientPrivilege(f"permission denied for schema {relation.schema.name}")


def _statements(name: str, node: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield a statement and those inside it."""
    yield name, node
    for kind, inner in _nodes(node):
        if kind.endswith("Stmt"):
            yield kind, inner


def _nodes(tree: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the nodes of a parse tree by their kinds. A set operation's arms stand without theirs."""
    pending = [tree]
    while pending:
        one = pending.pop()
        if isinstance(one, list | tuple):
            pending += one
        elif isinstance(one, Mapping):
            for kind, inner in one.items():
                if isinstance(inner, Mapping):
                    yield "SelectStmt" if kind in ("larg", "rarg") else kind, inner
                pending.append(inner)
