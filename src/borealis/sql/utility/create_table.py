"""CREATE TABLE: columns, PRIMARY KEY, UNIQUE, CHECK, DEFAULT, NOT NULL.

Source: dsql-facts.md §4.3, §4.4; names of constraints and indexes as PostgreSQL chooses them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from borealis import limits
from borealis.catalog.constraints import Check
from borealis.catalog.relations import Column, Index, Table
from borealis.catalog.rows import Object
from borealis.catalog.schema import Schema
from borealis.errors import (
    DuplicateColumn,
    DuplicateObject,
    DuplicateTable,
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidTableDefinition,
    UndefinedColumn,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import SYSTEM_SCHEMAS, creation_schema
from borealis.sql.parse import Node
from borealis.sql.utility.column_types import SYSTEM_COLUMNS, column_type, storage_of
from borealis.sql.utility.column_values import ColumnValues
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.foreign_keys import (
    ForeignKeyDefinition,
    build_foreign_key,
    read_foreign_key,
    refuse_deferrable,
)
from borealis.sql.utility.like_clause import (
    Expansion,
    Like,
    generated_like,
    identities_like,
    read_like,
    renamed_source,
)
from borealis.sql.utility.object_names import NameChooser
from borealis.sql.utility.sequences.identity import (
    IdentityDefinition,
    identity_default,
    identity_sequence,
)
from borealis.sql.utility.stored_expressions import (
    check_check,
    check_default,
    check_generated,
    columns_of,
    kept_source,
)
from borealis.types.base import Oid
from borealis.types.registry import format_type, type_of

_REFUSED_CONSTRAINTS = {
    "CONSTR_EXCLUSION": "EXCLUDE constraint not supported",
}
_CONSTRAINT_ATTRIBUTES = frozenset(
    ("CONSTR_ATTR_DEFERRABLE", "CONSTR_ATTR_DEFERRED", "CONSTR_ATTR_NOT_DEFERRABLE", "CONSTR_ATTR_IMMEDIATE")
)


@dataclass(slots=True)
class _Key:
    name: str | None
    columns: tuple[str, ...]
    is_primary: bool
    nulls_not_distinct: bool
    included: tuple[str, ...]
    position: int | None


@dataclass(slots=True)
class _Definition:
    """A CREATE TABLE while it is read: columns first, constraints once all columns are known."""

    columns: list[Column] = field(default_factory=list)
    keys: list[_Key] = field(default_factory=list)
    checks: list[tuple[str | None, str, int | None]] = field(default_factory=list)  # name, tree, position
    foreign_keys: list[ForeignKeyDefinition] = field(default_factory=list)
    identities: list[IdentityDefinition] = field(default_factory=list)
    likes: list[Like] = field(default_factory=list)


def create_table(context: BindContext, node: Node, owner: Oid) -> Ddl:
    relation = node["relation"]
    _refuse_forms(node, relation)
    schema = creation_schema(context, relation)
    if schema.name in SYSTEM_SCHEMAS:
        raise InsufficientPrivilege(f"permission denied for schema {schema.name}")
    name = relation["relname"]
    if isinstance(context.catalog.relation(schema.name, name), Table):
        if node.get("if_not_exists"):
            return Ddl("CREATE TABLE", (), (("42P07", f'relation "{name}" already exists, skipping'),))
        raise DuplicateTable(f'relation "{name}" already exists')
    if len(context.catalog.tables) >= limits.TABLES_MAX:
        raise limits.too_many_tables()
    definition = _read_elements(context, name, node.get("tableElts", ()))
    return Ddl.replacing("CREATE TABLE", after=_build(context, schema, name, owner, definition))


def _refuse_forms(node: Node, relation: Node) -> None:
    refusals = {
        "partbound": "PARTITION OF clause not supported for CREATE TABLE",
        "inhRelations": "INHERITS clause not supported for CREATE TABLE",
        "partspec": "PARTITION BY clause not supported for CREATE TABLE",
        "ofTypename": "OF clause not supported for CREATE TABLE",
        "options": "WITH clause not supported for CREATE TABLE",
        "tablespacename": "TABLESPACE clause not supported for CREATE TABLE",
        "accessMethod": "USING clause not supported for CREATE TABLE",
    }
    persistence = relation.get("relpersistence", "p")
    if persistence == "t":
        raise FeatureNotSupported("TEMPORARY or TEMP table not supported for CREATE TABLE")
    if persistence == "u":
        raise FeatureNotSupported("UNLOGGED table not supported for CREATE TABLE")
    for key, text in refusals.items():
        if key in node:
            raise FeatureNotSupported(text)
    if node.get("oncommit", "ONCOMMIT_NOOP") != "ONCOMMIT_NOOP":
        raise FeatureNotSupported("ON COMMIT clause not supported for CREATE TABLE")


def _read_elements(context: BindContext, table_name: str, elements: Sequence[Node]) -> _Definition:
    definition = _Definition()
    for element in elements:
        match element:
            case {"ColumnDef": body}:
                _read_column(context, definition, body)
            case {"Constraint": body}:
                _read_constraint(context, definition, body, None)
            case {"TableLikeClause": body}:
                _read_like(context, definition, body)
            case _:
                raise FeatureNotSupported(f"{next(iter(element))} not supported for CREATE TABLE")
    if len(definition.columns) > limits.TABLE_COLUMNS_MAX:
        raise limits.too_many_columns()
    return definition


def _read_like(context: BindContext, definition: _Definition, node: Node) -> None:
    like, columns = read_like(context, node, len(definition.columns) + 1)
    for column in columns:
        if any(other.name == column.name for other in definition.columns):
            raise DuplicateColumn(f'column "{column.name}" specified more than once')
        definition.columns.append(column)
    definition.likes.append(like)


def _read_column(context: BindContext, definition: _Definition, node: Node) -> None:
    name = node["colname"]
    position = context.position(node)
    if any(column.name == name for column in definition.columns):
        raise DuplicateColumn(f'column "{name}" specified more than once')
    if name in SYSTEM_COLUMNS:
        raise DuplicateColumn(f'column name "{name}" conflicts with a system column name')
    if "collClause" in node:
        raise FeatureNotSupported("COLLATE clause not supported", position=position)
    if "compression" in node:
        raise FeatureNotSupported("COMPRESSION clause not supported", position=position)
    oid, typmod, domain = column_type(context, node["typeName"])
    storage = storage_of(oid, node["storage_name"]) if "storage_name" in node else ""
    values = ColumnValues(name, len(definition.columns) + 1, domain or oid)
    not_null = _read_column_constraints(context, definition, values, node.get("constraints", ()))
    if values.identity is not None:
        definition.identities.append(values.identity)
    column = Column(
        values.attnum,
        name,
        oid,
        typmod,
        not_null or values.identity is not None,
        values.stored,
        domain=domain,
        storage=storage,
        identity="" if values.identity is None else values.identity.when,
        generated="" if values.generated is None else "s",
    )
    if values.default is not None:
        column = check_default(context, column)
    definition.columns.append(column)


def _read_column_constraints(
    context: BindContext, definition: _Definition, values: ColumnValues, items: Sequence[Node]
) -> bool:
    """Read what stands behind a column's type; tell whether it is NOT NULL."""
    not_null, previous = False, ""
    for item in items:
        constraint = item["Constraint"]
        kind = constraint["contype"]
        if kind in _CONSTRAINT_ATTRIBUTES:
            if previous == "CONSTR_FOREIGN":
                definition.foreign_keys[-1] = definition.foreign_keys[-1].with_attribute(kind)
            else:
                refuse_deferrable(kind)
            continue
        previous = kind
        if kind == "CONSTR_NOTNULL":
            not_null = True
        elif not values.read(context, constraint):
            _read_constraint(context, definition, constraint, values.name)
    return not_null


def _read_constraint(context: BindContext, definition: _Definition, node: Node, column: str | None) -> None:
    kind = node["contype"]
    position = context.position(node)
    if kind == "CONSTR_NULL":
        return
    if kind == "CONSTR_FOREIGN":
        definition.foreign_keys.append(read_foreign_key(node, column))
        return
    if kind in _REFUSED_CONSTRAINTS:
        raise FeatureNotSupported(_REFUSED_CONSTRAINTS[kind])
    if node.get("deferrable") or node.get("initdeferred"):
        text = (
            "CHECK constraints cannot be marked DEFERRABLE"
            if kind == "CONSTR_CHECK"
            else "DEFERRABLE constraint not supported"
        )
        raise FeatureNotSupported(text, position=position)
    name = node.get("conname")
    if kind == "CONSTR_CHECK":
        definition.checks.append((name, json.dumps(node["raw_expr"]), position))
        return
    if "options" in node or "indexspace" in node or "indexname" in node:
        raise FeatureNotSupported("index options of a constraint not supported", position=position)
    named = tuple(item["String"]["sval"] for item in node.get("keys", ())) or ((column,) if column else ())
    included = tuple(item["String"]["sval"] for item in node.get("including", ()))
    definition.keys.append(
        _Key(name, named, kind == "CONSTR_PRIMARY", bool(node.get("nulls_not_distinct")), included, position)
    )


def _build(
    context: BindContext, schema: Schema, name: str, owner: Oid, definition: _Definition
) -> tuple[Object, ...]:
    """Put the table and its identity columns' sequences together, giving out oids and names in PostgreSQL's order."""
    if sum(key.is_primary for key in definition.keys) > 1:
        second = [key for key in definition.keys if key.is_primary][1]
        raise InvalidTableDefinition(
            f'multiple primary keys for table "{name}" are not allowed', position=second.position
        )
    oids_ = iter(range(context.catalog.next_oid, context.catalog.next_oid + 1_000))
    table_oid = Oid(next(oids_))
    chooser = NameChooser(context.catalog, schema.name, name)
    columns = definition.columns
    sequences = []
    for identity in definition.identities:
        column = columns[identity.column - 1]
        oid = Oid(next(oids_))
        sequences.append(
            identity_sequence(context, identity, oid, table_oid, schema, owner, chooser, column.name)
        )
        columns[identity.column - 1] = replace(column, default=identity_default(oid))
    for column, source in identities_like(context, definition.likes, columns):
        sequence_name = chooser.choose(column.name, "seq")
        chooser.take(sequence_name)
        sequence = replace(
            source,
            oid=Oid(next(oids_)),
            name=sequence_name,
            schema=schema,
            owner=owner,
            owned_by=(table_oid, column.attnum),
            generation=0,
            restart=None,
        )
        sequences.append(sequence)
        columns[column.attnum - 1] = replace(column, default=identity_default(sequence.oid))
    keys = sorted(definition.keys, key=lambda key: not key.is_primary)
    indexes = [_build_index(key, table_oid, columns, chooser, oids_) for key in keys]
    indexes = _without_repeats(indexes)
    if len(indexes) > limits.TABLE_INDEXES_MAX:
        raise limits.too_many_indexes()
    primary = {attnum for index in indexes if index.is_primary for attnum in index.columns}
    columns = [replace(c, not_null=c.not_null or c.attnum in primary) for c in columns]
    table = Table(table_oid, name, schema, owner, tuple(columns), tuple(indexes), ())
    table = check_generated(context, generated_like(definition.likes, table))
    checks = tuple(
        _build_check(context, table, given, tree, position, chooser, oids_)
        for given, tree, position in definition.checks
    )
    table, expansion = _expanded(context, replace(table, checks=checks), definition.likes, chooser, oids_)
    foreign_keys = tuple(
        build_foreign_key(context, table, one, chooser, Oid(next(oids_))) for one in definition.foreign_keys
    )
    table = replace(table, foreign_keys=foreign_keys)
    return table, *sequences, *expansion.statistics, *expansion.comments


def _expanded(
    context: BindContext,
    table: Table,
    likes: Sequence[Like],
    chooser: NameChooser,
    oids_: Iterator[int],
) -> tuple[Table, Expansion]:
    """Add what LIKE clauses take over besides columns: CHECKs first, then what stands on columns."""
    expansion = Expansion(context, table, chooser, oids_)
    for like in likes:
        became: dict[Oid, Oid] = {}
        for check in like.checks:
            source = renamed_source(like, check.expression, expansion.table, f'Constraint "{check.name}"')
            made = _build_check(context, expansion.table, check.name, source, None, chooser, oids_)
            became[check.oid] = made.oid
            expansion.table = replace(expansion.table, checks=(*expansion.table.checks, made))
        expansion.add(like, became)
    if len(expansion.table.indexes) > limits.TABLE_INDEXES_MAX:
        raise limits.too_many_indexes()
    return expansion.table, expansion


def _build_index(
    key: _Key, table: Oid, columns: Sequence[Column], chooser: NameChooser, oids_: Iterator[int]
) -> Index:
    attnums = tuple(_key_column(columns, name, key.position).attnum for name in key.columns)
    included = tuple(_key_column(columns, name, key.position).attnum for name in key.included)
    for n, name in enumerate(key.columns):
        if name in key.columns[:n]:
            word = "primary key" if key.is_primary else "unique"
            raise DuplicateColumn(
                f'column "{name}" appears twice in {word} constraint', position=key.position
            )
    if len(attnums) > limits.KEY_COLUMNS_MAX:
        raise limits.too_many_key_columns()
    check_key_types([columns[attnum - 1] for attnum in attnums])
    middle = "" if key.is_primary else "_".join(key.columns)
    name = key.name or chooser.choose(middle, "pkey" if key.is_primary else "key")
    chooser.take(name)
    return Index(
        Oid(next(oids_)),
        name,
        table,
        attnums,
        True,
        key.is_primary,
        key.nulls_not_distinct,
        included,
        True,
        Oid(next(oids_)),
    )


def _key_column(columns: Sequence[Column], name: str, position: int | None) -> Column:
    for column in columns:
        if column.name == name:
            return column
    raise UndefinedColumn(f'column "{name}" named in key does not exist', position=position)


def check_key_types(columns: Sequence[Column]) -> None:
    declared = 0
    for column in columns:
        type_ = type_of(column.type)
        if not type_.indexable:
            raise FeatureNotSupported(f"datatype {format_type(column.type, -1)} is not supported in a key")
        if column.typmod > 0 and type_.category == "S":
            declared += column.typmod - 4
    if declared > limits.KEY_DECLARED_BYTES_MAX:
        raise limits.declared_key_size_exceeded()


def _without_repeats(indexes: Sequence[Index]) -> list[Index]:
    """Drop a UNIQUE that repeats another index of the same columns, as PostgreSQL does."""
    kept: list[Index] = []
    for index in indexes:
        same = [
            other
            for other in kept
            if (other.columns, other.included, other.nulls_not_distinct)
            == (index.columns, index.included, index.nulls_not_distinct)
        ]
        if not same:
            kept.append(index)
    return kept


def _build_check(
    context: BindContext,
    table: Table,
    given: str | None,
    tree: str,
    position: int | None,
    chooser: NameChooser,
    oids_: Iterator[int],
) -> Check:
    bound = check_check(context, table, tree)
    if given is not None:
        if given in chooser.constraints:
            raise DuplicateObject(f'constraint "{given}" for relation "{table.name}" already exists')
        name = given
    else:
        used = columns_of(bound)
        middle = table.columns[next(iter(used)) - 1].name if len(used) == 1 else ""
        name = chooser.choose_constraint(middle, "check")
    chooser.constraints.add(name)
    return Check(Oid(next(oids_)), name, kept_source(context, tree))
