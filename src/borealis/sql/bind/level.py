"""Query levels: what names mean where. One Level a SELECT, INSERT, UPDATE or DELETE, linked to the one outside.

    SELECT … FROM a JOIN b USING (x), LATERAL (SELECT … b.y …) c
             └─ NamespaceItems a, b and their join: names see columns of the join once, of a and b when qualified

Source: PostgreSQL 16 documentation, SELECT, FROM and 7.2; names as in its parser (namespace item, lateral).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from borealis.errors import (
    AmbiguousAlias,
    AmbiguousColumn,
    DuplicateAlias,
    InvalidColumnReference,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.missing_names import missing_column, missing_from_entry
from borealis.sql.bound.expressions import Expr, Var, Window
from borealis.sql.bound.relations import RelationColumn
from borealis.sql.parse import Node
from borealis.types.base import Oid


@dataclass(frozen=True, slots=True)
class NamedColumn:
    """A column a name can mean. table and attnum are set for a base table's own."""

    name: str
    expr: Expr
    table: Oid = Oid(0)
    attnum: int = 0


@dataclass(slots=True)
class NamespaceItem:
    """A FROM item, or a join's merged columns, as names see it."""

    name: str
    schema: str | None
    columns: tuple[NamedColumn, ...]
    table_name: str | None = None  # a base table's own name, which its alias hides
    relation_visible: bool = True  # may be named: a.x, a.*
    columns_visible: bool = True  # its columns may be named alone
    table: Oid = Oid(0)  # the table whose row type its rows have
    is_scalar: bool = False  # a function of one plain column: its name means the column
    is_join: bool = False  # a join's alias: its columns are those of what it joins
    lateral_ok: bool = True  # False where a LATERAL item may see it but not use it
    hidden: tuple[NamedColumn, ...] = ()  # system columns: found by name, no part of * or of the row

    def named(self, name: str) -> list[NamedColumn]:
        """Return the columns of this name."""
        return [column for column in (*self.columns, *self.hidden) if column.name == name]


@dataclass(frozen=True, slots=True)
class CteName:
    """What a WITH name refers to."""

    id: int
    columns: tuple[RelationColumn, ...]
    is_data_modifying: bool = False
    is_recursing: bool = False  # its own recursive term is being bound


@dataclass(slots=True)
class Level:
    """One query while it is bound. place is the clause being bound, as error texts name it."""

    context: BindContext
    parent: Level | None = None
    namespace: list[NamespaceItem] = field(default_factory=list)
    ctes: dict[str, CteName] = field(default_factory=dict)
    relation_ids: set[int] = field(default_factory=set)
    place: str = "SELECT"
    has_aggregates: bool = False
    has_window_calls: bool = False
    named_windows: dict[str, tuple[Node, Window]] = field(default_factory=dict)
    set_returning: list[Expr] = field(default_factory=list)
    allows_sets: bool = False  # set-returning functions, although the place is not a target list
    number: int = 0  # given when a call in a query inside belongs to this one
    in_from: bool = False  # FROM is being bound: only what is LATERAL sees the items there are
    is_lateral: bool = False  # such an item is being bound
    entries: list[NamespaceItem] = field(default_factory=list)  # all there have been, for errors
    later_ctes: frozenset[str] = frozenset()  # WITH items that are not bound yet
    names_itself: bool = False  # FROM has the WITH item this is the recursive term of
    target: NamespaceItem | None = None  # the table an UPDATE or DELETE changes

    def new_relation(self, range_var: Node | None = None) -> int:
        """Return a number for a relation of this level; range_var is what names it, if anything does."""
        number = self.context.new_id() if range_var is None else self.context.new_range(range_var)
        self.relation_ids.add(number)
        return number

    def chain(self) -> Iterator[Level]:
        level: Level | None = self
        while level is not None:
            yield level
            level = level.parent

    def add(self, item: NamespaceItem) -> None:
        """Add a FROM item."""
        self.namespace.append(item)
        self.entries.append(item)

    def seen(self) -> list[NamespaceItem]:
        """Return the FROM items that names can mean at this moment."""
        return self.namespace if self.is_lateral or not self.in_from else []

    def check_lateral(self, item: NamespaceItem, position: int | None) -> None:
        """Refuse an item that the one being bound stands beside in a way that it cannot depend on it.

        Raises:
            InvalidColumnReference: 42P10.
        """
        if not self.in_from or item.lateral_ok:
            return
        unusable = f'There is an entry for table "{item.name}", but it cannot be referenced from this part of the query.'
        raise InvalidColumnReference(
            f'invalid reference to FROM-clause entry for table "{item.name}"',
            detail=None
            if item is self.target
            else "The combining JOIN type must be INNER or LEFT for a LATERAL reference.",
            hint=unusable if item is self.target else None,
            position=position,
        )

    def find_cte(self, name: str) -> CteName | None:
        for level in self.chain():
            if name in level.ctes:
                return level.ctes[name]
        return None

    def column(self, name: str, position: int | None) -> NamedColumn | None:
        """Return what an unqualified column name means here or further out, None if nothing."""
        for level in self.chain():
            found = [
                (item, column) for item in level.seen() if item.columns_visible for column in item.named(name)
            ]
            if len(found) > 1:
                raise AmbiguousColumn(f'column reference "{name}" is ambiguous', position=position)
            if found:
                level.check_lateral(found[0][0], position)
                return found[0][1]
        return None

    def item(self, name: str, schema: str | None = None, position: int | None = None) -> NamespaceItem | None:
        """Return the FROM item of this name here or further out."""
        for level in self.chain():
            found = [
                item
                for item in level.seen()
                if item.relation_visible and item.name == name and schema in (None, item.schema)
            ]
            if len(found) > 1:
                raise AmbiguousAlias(f'table reference "{name}" is ambiguous', position=position)
            if found:
                level.check_lateral(found[0], position)
                return found[0]
        return None

    def qualified_column(self, item: NamespaceItem, name: str, position: int | None) -> NamedColumn:
        found = item.named(name)
        if len(found) > 1:
            raise AmbiguousColumn(f'column reference "{name}" is ambiguous', position=position)
        if not found:
            raise missing_column(self, name, position, alias=item.name)
        return found[0]


def resolve_column(level: Level, fields: list[str], position: int | None) -> NamedColumn:
    """Return what a ColumnRef means.

    Raises: UndefinedColumn 42703, UndefinedTable 42P01, AmbiguousColumn 42702.
    """
    if len(fields) == 1:
        column = level.column(fields[0], position)
        if column is not None:
            return column
        item = level.item(fields[0], position=position)
        if item is not None:
            from borealis.sql.bind.composites import whole_row

            return NamedColumn(fields[0], whole_row(level.context, item))
        if (argument := _argument(level, fields)) is not None:
            return argument
        raise missing_column(level, fields[0], position)
    if len(fields) == 4:
        fields = fields[1:]
    schema = fields[0] if len(fields) == 3 else None
    item = level.item(fields[-2], schema, position)
    if item is None:
        if (argument := _argument(level, fields)) is not None:
            return argument
        raise missing_from_entry(level, fields[-2], position)
    return level.qualified_column(item, fields[-1], position)


def _argument(level: Level, fields: list[str]) -> NamedColumn | None:
    """Return the argument of the function whose body is bound; columns go before it."""
    arguments = level.context.arguments
    expr = None if arguments is None else arguments.named(fields)
    return None if expr is None else NamedColumn(fields[-1], expr)


def var_columns(relation: int, columns: tuple[RelationColumn, ...]) -> tuple[NamedColumn, ...]:
    """Return the named columns of a derived relation: Vars by ordinal."""
    return tuple(
        NamedColumn(column.name, Var(column.type, column.typmod, relation, ordinal, column.shape))
        for ordinal, column in enumerate(columns, 1)
    )


def refuse_equal_names(items: Sequence[NamespaceItem], others: Sequence[NamespaceItem]) -> None:
    """Raise 42712 where two FROM items that stand beside each other, and can both be named, have one name."""
    for item in items:
        if item.relation_visible and any(
            other.relation_visible and other.name == item.name and _same_schema(other, item)
            for other in others
        ):
            raise DuplicateAlias(f'table name "{item.name}" specified more than once')


def _same_schema(left: NamespaceItem, right: NamespaceItem) -> bool:
    return left.schema is None or right.schema is None or left.schema == right.schema
