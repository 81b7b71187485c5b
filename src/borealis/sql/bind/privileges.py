"""What a role may do: checked once a plan, for every relation and function a statement names.

A relation is read and written with the privilege of the whole, or with that of each column the statement uses. A target's columns need
SELECT where the statement reads them beside the values it stores; with FOR UPDATE and the like every relation named needs UPDATE too.
Views read their tables as their owner does, SECURITY DEFINER functions as theirs; other functions as the role that calls.

A schema needs USAGE: unqualified names pass by those without. Source: PostgreSQL 16 documentation, "Privileges"; execMain.c
(ExecCheckOneRelPerms) for rules, aclchk.c for texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from borealis.catalog.catalog import Catalog
from borealis.catalog.membership import inherited_by
from borealis.catalog.privileges import held, may, securable
from borealis.catalog.relations import Relation, Sequence, Table, View
from borealis.catalog.roles import Role
from borealis.errors import InsufficientPrivilege, UndefinedObject
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import SYSTEM_SCHEMAS, lookup_relation
from borealis.sql.bind.walk import walk
from borealis.sql.bound.expressions import Var, WholeRow
from borealis.sql.bound.relations import TableRelation
from borealis.sql.bound.statements import Delete, Insert, Statement, Update
from borealis.types.base import Oid

_WRITES = {"InsertStmt": "a", "UpdateStmt": "w", "DeleteStmt": "d"}
_READING = ("targetList", "whereClause", "returningList", "onConflictClause")

Columns = frozenset[int]


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
        if name in SYSTEM_SCHEMAS or (name in schemas and may(catalog, role.oid, schemas[name], "U"))
    )


def check_privileges(context: BindContext, statement: Statement, role: Role) -> None:
    """Raise InsufficientPrivilege 42501 for what a bound statement may not do."""
    if not _may_be_refused(context, role):
        return
    node = context.parsed.node
    statements = list(_statements(context.parsed.node_name, node))
    targets = {id(write["relation"]) for name, write in statements if name in _WRITES}
    read = "rw" if any("lockingClause" in one for _, one in statements) else "r"
    for range_var, relation in tuple(context.resolved.values()):
        _check_schema(context, role, relation, range_var)
        if id(range_var) not in targets:
            _check_read(context.catalog, role.oid, relation, read, _columns_read(statement, relation))
    for called in context.called:
        _check_read(context.catalog, role.oid, called, read, None)
    for name, write in statements:
        if name in _WRITES:
            target = lookup_relation(context, write["relation"])
            if isinstance(target, Table | View):
                _check_schema(context, role, target, write["relation"])
                _check_write(context, role, target, name, write, statement)
    for function in context.functions:
        if not may(context.catalog, role.oid, function, "X"):
            raise InsufficientPrivilege(f"permission denied for function {function.name}")
    for inner, reader in context.read_as:
        _check_read(context.catalog, reader, inner, "r", None)


def _may_be_refused(context: BindContext, role: Role) -> bool:
    """Return whether anything but defaults is about: what a role owns itself, and nobody took from it, is its."""
    catalog = context.catalog
    if len(catalog.acls) == 1 and not catalog.roles:
        return False
    roles = inherited_by(catalog, role.oid)
    said = {acl.object for acl in catalog.acls}
    relations: list[Relation] = [one for _, one in context.resolved.values()]
    relations += context.called
    relations += [one for one, _ in context.read_as]
    return (
        any(one.owner not in roles or one.oid in said or one.schema.owner not in roles for one in relations)
        or any(one.owner not in roles or one.oid in said for one in context.functions)
        or any(reader not in roles for _, reader in context.read_as)
        or context.parsed.node_name != "SelectStmt"
    )


def _check_read(
    catalog: Catalog, role: Oid, relation: Relation, letters: str, columns: Columns | None
) -> None:
    """Check SELECT, and UPDATE where rows are locked, on a relation or on the columns read; None: all of them."""
    whole = held(catalog, role, securable(relation))
    if "r" in letters and "r" not in whole and not _all_columns(catalog, role, relation, "r", columns):
        _refuse(relation)
    if "w" in letters and "w" not in whole and not _any_column(catalog, role, relation, "w"):
        _refuse(relation)


def _check_write(
    context: BindContext,
    role: Role,
    target: Table | View,
    name: str,
    write: Mapping[str, Any],
    statement: Statement,
) -> None:
    catalog, letters = context.catalog, _needed(name, write)
    whole = held(catalog, role.oid, securable(target))
    bound = _bound_target(statement, target)
    for letter in letters:
        if letter in whole:
            continue
        columns: Columns | None = None
        if bound is not None and isinstance(target, Table):
            columns = _columns_used(bound, letter)
        if letter == "d" or columns is None or not _all_columns(catalog, role.oid, target, letter, columns):
            _refuse(target)
    if isinstance(target, View):
        for base in _bases(context, target):
            if not held(catalog, target.owner, securable(base)).issuperset(_WRITES[name]):
                _refuse(base)


def _bases(context: BindContext, view: View) -> Iterator[Relation]:
    """Yield the tables a view that is written to is over, as its owner reads them."""
    for relation, reader in context.read_as:
        if reader == view.owner and relation is not view:
            yield relation


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


def _bound_target(statement: Statement, target: Relation) -> Insert | Update | Delete | None:
    """Return the one write of a table in a bound statement; None where there are more, which need the whole table's."""
    found = [
        one
        for one in walk(statement)
        if isinstance(one, Insert | Update | Delete) and one.table.oid == target.oid
    ]
    return found[0] if len(found) == 1 else None


def _columns_used(write: Insert | Update | Delete, letter: str) -> Columns:
    """Return the columns that a write needs a privilege on."""
    conflict = write.on_conflict if isinstance(write, Insert) else None
    assignments: Iterable[tuple[int, Any]] = ()
    if isinstance(write, Update):
        assignments = write.assignments
    elif conflict is not None and conflict.assignments is not None:
        assignments = conflict.assignments
    match letter:
        case "a":
            return frozenset(write.attnums) if isinstance(write, Insert) else frozenset()
        case "w":
            return frozenset(attnum for attnum, _ in assignments)
    parts: list[object] = [target.expr for target in write.returning]
    parts += [expr for _, expr in assignments]
    parts += [] if isinstance(write, Insert) else [write.where]
    columns = frozenset(
        attnum
        for part in parts
        if part is not None
        for attnum in _columns_in(part, write.relation, write.table)
    )
    if conflict is not None:
        columns |= frozenset(conflict.index.columns) - {0} if conflict.index is not None else frozenset()
        if conflict.where is not None:
            columns |= frozenset(_columns_in(conflict.where, write.relation, write.table))
    return columns


def _columns_read(statement: Statement, relation: Relation) -> Columns | None:
    """Return the columns of a table that a statement reads anywhere; None for what is not read as a table."""
    if not isinstance(relation, Table):
        return None
    found: set[int] = set()
    seen = False
    for one in walk(statement):
        if isinstance(one, TableRelation) and one.table.oid == relation.oid:
            seen = True
            found.update(_columns_in(statement, one.id, relation))
    return frozenset(found) if seen else None


def _columns_in(part: object, relation: int, table: Table) -> Iterator[int]:
    for one in walk(part):
        if isinstance(one, Var) and one.relation == relation:
            yield one.attnum
        elif isinstance(one, WholeRow) and one.relation == relation:
            yield from (column.attnum for column in table.live_columns)


def _all_columns(
    catalog: Catalog, role: Oid, relation: Relation, letter: str, columns: Columns | None
) -> bool:
    """Return whether a role holds a privilege on each of the columns; where none is used, on any."""
    if columns is None:
        return False
    if not columns:
        return _any_column(catalog, role, relation, letter)
    thing = securable(relation)
    return all(letter in held(catalog, role, thing, column) for column in columns)


def _any_column(catalog: Catalog, role: Oid, relation: Relation, letter: str) -> bool:
    if isinstance(relation, Sequence):
        return False
    thing = securable(relation)
    return any(letter in held(catalog, role, thing, column.attnum) for column in relation.columns)


def _refuse(relation: Relation) -> None:
    word = type(relation).__name__.lower()
    raise InsufficientPrivilege(f"permission denied for {word} {relation.name}")


def _check_schema(context: BindContext, role: Role, relation: Relation, named: Mapping[str, Any]) -> None:
    if not may(context.catalog, role.oid, relation.schema, "U"):
        raise InsufficientPrivilege(
            f"permission denied for schema {relation.schema.name}", position=context.position(named)
        )


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
