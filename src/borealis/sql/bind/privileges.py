"""What a role may do: checked once a plan, for every relation and function a statement names.

A relation is read and written with the privilege of the whole, or with that of each column the statement uses. A target's columns need
SELECT where the statement reads them beside the values it stores; with FOR UPDATE and the like every relation locked needs UPDATE too.
Views read their tables as their owner does, SECURITY DEFINER functions as theirs; other functions as the role that calls.

A schema needs USAGE: unqualified names pass by those without, qualified ones are refused where they are looked up
(BindContext.check_usage). Source: PostgreSQL 16 documentation, "Privileges"; execMain.c (ExecCheckOneRelPerms) for rules, aclchk.c for
texts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from borealis.catalog.catalog import Catalog
from borealis.catalog.membership import inherited_by
from borealis.catalog.privileges import held, may, securable
from borealis.catalog.relations import Relation, Sequence, Table, View
from borealis.catalog.roles import Role
from borealis.errors import InsufficientPrivilege, UndefinedObject
from borealis.sql.bind.context import BindContext, Reading
from borealis.sql.bind.dml_target import DmlTarget
from borealis.sql.bind.names import SYSTEM_SCHEMAS
from borealis.sql.bind.walk import walk
from borealis.sql.bound.expressions import BoolExpr, ExcludedVar, Expr, Var
from borealis.sql.bound.statements import Delete, Insert, Statement, Update
from borealis.types.base import Oid

Columns = frozenset[int]
Write = Insert | Update | Delete


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
    if _may_be_refused(context, role):
        _Check(context, statement, role.oid).run()


def _may_be_refused(context: BindContext, role: Role) -> bool:
    """Return whether anything but defaults is about: what a role owns itself, and nobody took from it, is its."""
    catalog = context.catalog
    if len(catalog.acls) == 1 and not catalog.roles:
        return False
    roles = inherited_by(catalog, role.oid)
    said = {acl.object for acl in catalog.acls}
    inside = [*context.called, *context.read_as]
    relations: list[Relation] = [one for _, one in context.resolved.values()]
    relations += [one.relation for one in inside]
    return (
        any(one.owner not in roles or one.oid in said for one in relations)
        or any(one.owner not in roles or one.oid in said for one, _ in context.functions)
        or any(one.reader is not None and one.reader not in roles for one in inside)
    )


class _Check:
    """A statement's check, in the order PostgreSQL has it: what it names, what its views read, its functions, what those read."""

    def __init__(self, context: BindContext, statement: Statement, role: Oid) -> None:
        self._context = context
        self._catalog = context.catalog
        self._statement = statement
        self._role = role
        self._used: dict[int, set[int]] = defaultdict(set)  # columns used anywhere, by relation
        self._writes: dict[int, Write] = {}
        for one in walk(statement):
            if isinstance(one, Var):
                self._used[one.relation].add(one.attnum)
            elif isinstance(one, Insert | Update | Delete):
                self._writes[one.relation] = one

    def run(self) -> None:
        context = self._context
        locked = set(_locked(context.parsed.node_name, context.parsed.node))
        for key in self._in_order():
            relation = context.resolved[key][1]
            if key in context.targets:
                self._check_write(relation, context.targets[key])
            else:
                letters = "rw" if key in locked else "r"
                self._check_read(relation, letters, self._role, key)
        targets = {target.relation for target in context.targets.values()}
        for reading in context.read_as:
            if not targets.intersection(context.ranges.get(reading.range_var, ())):
                self._check_reading(reading)
        for function, runner in context.functions:
            if not may(self._catalog, self._role if runner is None else runner, function, "X"):
                raise InsufficientPrivilege(f"permission denied for function {function.name}")
        for reading in context.called:
            self._check_reading(reading)

    def _in_order(self) -> list[int]:
        """Return the relations named, by their nodes: the one the statement itself writes to first."""
        targets = self._context.targets
        own = self._statement.relation if isinstance(self._statement, Insert | Update | Delete) else None
        return sorted(
            self._context.resolved, key=lambda key: not (key in targets and targets[key].relation == own)
        )

    def _check_reading(self, reading: Reading) -> None:
        reader = self._role if reading.reader is None else reading.reader
        self._check_read(reading.relation, "r", reader, reading.range_var)

    def _check_read(self, relation: Relation, letters: str, role: Oid, range_var: int) -> None:
        """Check SELECT, and UPDATE where rows are locked, on a relation or on the columns read."""
        whole = held(self._catalog, role, securable(relation))
        if "r" in letters and "r" not in whole:
            columns = self._columns_read(relation, range_var)
            if not _all_columns(self._catalog, role, relation, "r", columns):
                _refuse(relation)
        if "w" in letters and "w" not in whole and not _any_column(self._catalog, role, relation, "w"):
            _refuse(relation)

    def _columns_read(self, relation: Relation, range_var: int) -> Columns:
        numbers = self._context.ranges.get(range_var, ())
        if not self._context.whole_rows.isdisjoint(numbers):
            return _every_column(relation)
        return frozenset(attnum for number in numbers for attnum in self._used[number])

    def _check_write(self, relation: Relation, target: DmlTarget) -> None:
        write = self._writes[target.relation]
        needed = self._needed(write, target)
        if target.view is None:
            self._check_letters(relation, self._role, needed)
            return
        of_view = {
            letter: None if columns is None else target.view.columns_over(columns)
            for letter, columns in needed.items()
        }
        self._check_letters(relation, self._role, of_view)
        for reading in self._context.read_as:
            numbers = self._context.ranges.get(reading.range_var, ())
            if target.relation in numbers and reading.reader is not None:
                self._check_letters(reading.relation, reading.reader, needed)

    def _check_letters(self, relation: Relation, role: Oid, needed: Mapping[str, Columns | None]) -> None:
        whole = held(self._catalog, role, securable(relation))
        for letter, columns in needed.items():
            if letter in whole:
                continue
            if columns is None or not _all_columns(self._catalog, role, relation, letter, columns):
                _refuse(relation)

    def _needed(self, write: Write, target: DmlTarget) -> dict[str, Columns | None]:
        """Return the letters a write needs, and the columns it needs each on; None: the whole table's."""
        needed: dict[str, Columns | None] = {}
        match write:
            case Insert():
                needed["a"] = frozenset(write.attnums)
                conflict = write.on_conflict
                if conflict is not None and conflict.assignments is not None:
                    needed["w"] = frozenset(attnum for attnum, _ in conflict.assignments)
            case Update():
                needed["w"] = frozenset(attnum for attnum, _ in write.assignments)
            case Delete():
                needed["d"] = None
        if target.relation in self._context.whole_rows:
            needed["r"] = _every_column(write.table)
        elif read := frozenset(_read_of_target(write, target)):
            needed["r"] = read
        return needed


def _read_of_target(write: Write, target: DmlTarget) -> Iterator[int]:
    """Yield the columns of its target that a write reads."""
    parts: list[object] = [returned.expr for returned in write.returning]
    if isinstance(write, Insert):
        conflict = write.on_conflict
        if conflict is not None:
            if conflict.index is not None:
                yield from (attnum for attnum in conflict.index.columns if attnum)
            parts += [expr for _, expr in conflict.assignments or ()]
            parts.append(conflict.where)
    else:
        parts.append(_own_where(write.where, target.where))
        if isinstance(write, Update):
            parts += [expr for _, expr in write.assignments]
    for part in parts:
        for one in walk(part) if part is not None else ():
            if isinstance(one, ExcludedVar) or (isinstance(one, Var) and one.relation == write.relation):
                yield one.attnum


def _own_where(where: Expr | None, of_view: Expr | None) -> Expr | None:
    """Return a statement's condition without that of the view it writes to, which `both` put before it."""
    if of_view is None or where is None:
        return where
    if where is of_view:
        return None
    assert isinstance(where, BoolExpr)
    return where.args[1]


def _every_column(relation: Relation) -> Columns:
    assert isinstance(relation, Table | View)
    return frozenset(column.attnum for column in relation.columns if not column.is_dropped)


def _all_columns(catalog: Catalog, role: Oid, relation: Relation, letter: str, columns: Columns) -> bool:
    """Return whether a role holds a privilege on each of the columns; where none is used, on any."""
    if not columns:
        return _any_column(catalog, role, relation, letter)
    thing = securable(relation)
    return not isinstance(relation, Sequence) and all(
        letter in held(catalog, role, thing, column) for column in columns
    )


def _any_column(catalog: Catalog, role: Oid, relation: Relation, letter: str) -> bool:
    if isinstance(relation, Sequence):
        return False
    thing = securable(relation)
    return any(letter in held(catalog, role, thing, column.attnum) for column in relation.columns)


def _refuse(relation: Relation) -> None:
    word = type(relation).__name__.lower()
    raise InsufficientPrivilege(f"permission denied for {word} {relation.name}")


def _locked(name: str, node: Mapping[str, Any]) -> Iterator[int]:
    """Yield the RangeVars whose rows a statement locks, by their id()."""
    for kind, one in ((name, node), *_nodes(node)):
        if kind != "SelectStmt":
            continue
        for item in one.get("lockingClause", ()):
            clause = item["LockingClause"]
            names = {each["RangeVar"]["relname"] for each in clause.get("lockedRels", ())}
            yield from _named_in(one.get("fromClause", ()), names)


def _named_in(items: Iterable[Any], names: set[str]) -> Iterator[int]:
    """Yield the RangeVars among FROM items that are named, or all of them; of subqueries all."""
    for item in items:
        for kind, inner in item.items():
            shown = inner.get("alias", {}).get("aliasname") or inner.get("relname")
            if kind == "JoinExpr":
                yield from _named_in((inner["larg"], inner["rarg"]), names)
            elif names and shown not in names:
                continue
            elif kind == "RangeVar":
                yield id(inner)
            elif kind == "RangeSubselect":
                yield from _named_in(inner["subquery"].get("SelectStmt", {}).get("fromClause", ()), set())


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
