"""FOREIGN KEY and REFERENCES in CREATE TABLE and ALTER TABLE: names to attnums, the unique index it stands on, types.

Source: dsql-facts.md §4.6; texts of PostgreSQL 16's tablecmds.c and parse_utilcmd.c as observed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from borealis.catalog.constraints import ForeignKey, ReferentialAction
from borealis.catalog.relations import Column, Index, Table
from borealis.errors import (
    DatatypeMismatch,
    FeatureNotSupported,
    InvalidColumnReference,
    InvalidForeignKey,
    SyntaxError_,
    UndefinedColumn,
    UndefinedObject,
    UndefinedTable,
    WrongObjectType,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import find_relation
from borealis.sql.bind.pathways import can_coerce
from borealis.sql.parse import Node
from borealis.sql.utility.object_names import NameChooser
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registry import format_type

_COMPARABLE = (
    frozenset({oids.INT2, oids.INT4, oids.INT8}),
    frozenset({oids.FLOAT4, oids.FLOAT8}),
    frozenset({oids.DATE, oids.TIMESTAMP, oids.TIMESTAMPTZ}),
)
"""Types whose index takes a value of another of them as it is."""

_SETS_COLUMNS = frozenset({ReferentialAction.SET_NULL, ReferentialAction.SET_DEFAULT})


@dataclass(frozen=True, slots=True)
class ForeignKeyDefinition:
    """A FOREIGN KEY as written; column is the one a REFERENCES stands behind."""

    node: Node
    column: str | None
    is_deferrable: bool = False
    is_initially_deferred: bool = False

    def with_attribute(self, contype: str) -> ForeignKeyDefinition:
        """Return the definition under the [NOT] DEFERRABLE or INITIALLY that stands behind it."""
        match contype:
            case "CONSTR_ATTR_DEFERRABLE":
                return replace(self, is_deferrable=True)
            case "CONSTR_ATTR_DEFERRED":
                return replace(self, is_deferrable=True, is_initially_deferred=True)
        if contype == "CONSTR_ATTR_NOT_DEFERRABLE" and self.is_initially_deferred:
            raise SyntaxError_("constraint declared INITIALLY DEFERRED must be DEFERRABLE")
        return self


def read_foreign_key(node: Node, column: str | None) -> ForeignKeyDefinition:
    deferred = bool(node.get("initdeferred"))
    return ForeignKeyDefinition(node, column, bool(node.get("deferrable")) or deferred, deferred)


def build_foreign_key(
    context: BindContext, table: Table, definition: ForeignKeyDefinition, chooser: NameChooser, oid: Oid
) -> ForeignKey:
    """Resolve a foreign key of a table whose columns and indexes are known.

    Raises:
        UndefinedTable, UndefinedColumn, UndefinedObject, InvalidForeignKey 42830, DatatypeMismatch 42804.
    """
    node = definition.node
    referenced = _referenced_table(context, table, node["pktable"])
    names = _names(node, "fk_attrs") or ((definition.column,) if definition.column else ())
    columns = tuple(_column(table, name) for name in names)
    index, targets = _referenced_key(referenced, _names(node, "pk_attrs"))
    if len(columns) != len(targets):
        raise InvalidForeignKey("number of referencing and referenced columns for foreign key disagree")
    given = node.get("conname")
    name = given or chooser.choose_constraint("_".join(names), "fkey")
    for own, target in zip(columns, targets, strict=True):
        _check_types(name, own, target)
    if given is not None:
        chooser.take_constraint(given)
    chooser.constraints.add(name)
    on_update, on_delete = (
        ReferentialAction(node.get(key, "a")) for key in ("fk_upd_action", "fk_del_action")
    )
    _check_generated(columns, on_update, on_delete)
    return ForeignKey(
        oid,
        name,
        table.oid,
        tuple(column.attnum for column in columns),
        referenced.oid,
        tuple(column.attnum for column in targets),
        index.oid,
        on_update,
        on_delete,
        match_full=node.get("fk_matchtype") == "f",
        is_deferrable=definition.is_deferrable,
        is_initially_deferred=definition.is_initially_deferred,
        is_validated=not node.get("skip_validation"),
        delete_set_columns=_set_columns(table, columns, _names(node, "fk_del_set_cols")),
    )


def _names(node: Node, key: str) -> tuple[str, ...]:
    return tuple(item["String"]["sval"] for item in node.get(key, ()))


def _referenced_table(context: BindContext, table: Table, range_var: Node) -> Table:
    """Return the table referred to, which may be the one that is being made."""
    if (
        range_var["relname"] == table.name
        and range_var.get("schemaname", table.schema.name) == table.schema.name
    ):
        return table
    try:
        found = find_relation(context, range_var)
    except UndefinedTable as error:
        raise UndefinedTable(error.message) from None  # PostgreSQL gives no position here
    if not isinstance(found, Table):
        raise WrongObjectType(f'referenced relation "{range_var["relname"]}" is not a table')
    return found


def _column(table: Table, name: str) -> Column:
    for column in table.live_columns:
        if column.name == name:
            return column
    raise UndefinedColumn(f'column "{name}" referenced in foreign key constraint does not exist')


def _referenced_key(table: Table, names: Sequence[str]) -> tuple[Index, tuple[Column, ...]]:
    """Return the unique index referred to, and its columns in the order they were named."""
    if not names:
        key = table.primary_key
        if key is None:
            raise UndefinedObject(f'there is no primary key for referenced table "{table.name}"')
        return key, tuple(table.columns[attnum - 1] for attnum in key.columns)
    columns = tuple(_column(table, name) for name in names)
    attnums = [column.attnum for column in columns]
    if len(set(attnums)) != len(attnums):
        raise InvalidForeignKey("foreign key referenced-columns list must not contain duplicates")
    for index in sorted(table.indexes, key=lambda index: not index.is_primary):
        if (
            index.is_unique
            and index.is_valid
            and not index.is_computed
            and sorted(index.columns) == sorted(attnums)
        ):
            return index, columns
    raise InvalidForeignKey(
        f'there is no unique constraint matching given keys for referenced table "{table.name}"'
    )


def _check_types(name: str, column: Column, target: Column) -> None:
    own, wanted = column.type, target.type
    if own == wanted or any(own in types and wanted in types for types in _COMPARABLE):
        return
    if can_coerce(own, wanted):
        return
    raise DatatypeMismatch(
        f'foreign key constraint "{name}" cannot be implemented',
        detail=f'Key columns "{column.name}" and "{target.name}" are of incompatible types: '
        f"{format_type(own, -1)} and {format_type(wanted, -1)}.",
    )


def _check_generated(
    columns: Sequence[Column], on_update: ReferentialAction, on_delete: ReferentialAction
) -> None:
    """Refuse actions that would write a generated column."""
    if not any(column.generated for column in columns):
        return
    if on_update in _SETS_COLUMNS or on_update is ReferentialAction.CASCADE:
        raise SyntaxError_("invalid ON UPDATE action for foreign key constraint containing generated column")
    if on_delete in _SETS_COLUMNS:
        raise SyntaxError_("invalid ON DELETE action for foreign key constraint containing generated column")


def _set_columns(table: Table, columns: Sequence[Column], names: Sequence[str]) -> tuple[int, ...]:
    attnums = []
    for name in names:
        column = _column(table, name)
        if column not in columns:
            raise InvalidColumnReference(
                f'column "{name}" referenced in ON DELETE SET action must be part of foreign key'
            )
        attnums.append(column.attnum)
    return tuple(attnums)


def refuse_deferrable(contype: str) -> None:
    """Refuse a DEFERRABLE that stands behind anything but a foreign key."""
    if contype in {"CONSTR_ATTR_DEFERRABLE", "CONSTR_ATTR_DEFERRED"}:
        raise FeatureNotSupported("DEFERRABLE constraint not supported")
