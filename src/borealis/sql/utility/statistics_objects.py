"""CREATE, ALTER and DROP STATISTICS: definitions of extended statistics.

Source: dsql-facts.md §4.2, §3.3 for DSQL's limits; PostgreSQL 16, CreateStatistics (statscmds.c), as observed.
"""

from __future__ import annotations

import json
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from borealis import limits
from borealis.catalog.objects import Statistics
from borealis.catalog.relations import Column, Table
from borealis.catalog.schema import Schema
from borealis.errors import (
    DuplicateColumn,
    DuplicateObject,
    FeatureNotSupported,
    InvalidObjectDefinition,
    InvalidParameterValue,
    InvalidSchemaName,
    SyntaxError_,
    TooManyColumns,
    UndefinedObject,
)
from borealis.sql.bind.coerce import resolve_unknown
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.expressions import bind_expr
from borealis.sql.bind.indexes import index_level
from borealis.sql.bind.names import creation_schema, find_defining_table
from borealis.sql.bind.stored import for_storage
from borealis.sql.bound.expressions import Var
from borealis.sql.parse import Node
from borealis.sql.utility.alter_view import target_schema
from borealis.sql.utility.column_types import SYSTEM_COLUMNS
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.drops import drop_holders
from borealis.sql.utility.index_keys import index_column
from borealis.sql.utility.object_names import make_object_name
from borealis.sql.utility.roles import role_named
from borealis.sql.utility.stored_expressions import refuse_nodes
from borealis.types.base import Oid
from borealis.types.registry import format_type, type_of

_COLUMNS_MAX = 8
_TARGET_MAX = 100
_UNORDERED = frozenset(("json", "point", "xml"))
_KINDS = {"ndistinct": "d", "dependencies": "f", "mcv": "m"}


def create_statistics(context: BindContext, node: Node, owner: Oid) -> Ddl:
    table = _table(context, node["relations"])
    names = [part["String"]["sval"] for part in node.get("defnames", ())]
    schema = table.schema
    if names:
        _check_schema(context, names)
        range_var = {"relname": names[-1]} | ({"schemaname": names[-2]} if len(names) > 1 else {})
        schema = creation_schema(context, range_var)
        if _at(context, schema, names[-1]) is not None:
            text = f'statistics object "{names[-1]}" already exists'
            if not node.get("if_not_exists"):
                raise DuplicateObject(text)
            return Ddl("CREATE STATISTICS", notices=(("42710", f"{text}, skipping"),))
    elements = _elements(context, table, node["exprs"])
    kinds = _kinds(node, elements)
    _check_elements(elements)
    if sum(one.table == table.oid for one in context.catalog.statistics) >= limits.TABLE_STATISTICS_MAX:
        raise limits.too_many_statistics()
    made = Statistics(
        Oid(context.catalog.next_oid),
        names[-1] if names else free_name(context, table, elements.names),
        schema,
        owner,
        table.oid,
        tuple(sorted(elements.columns)),
        kinds,
        elements.expressions,
    )
    return Ddl.replacing("CREATE STATISTICS", after=(made,))


def _check_elements(elements: _Elements) -> None:
    if len(elements.columns) < 2 and not elements.expressions:
        raise InvalidObjectDefinition("extended statistics require at least 2 columns")
    if len(set(elements.columns)) < len(elements.columns):
        raise DuplicateColumn("duplicate column name in statistics definition")
    if len(set(elements.expressions)) < len(elements.expressions):
        raise DuplicateColumn("duplicate expression in statistics definition")


def set_statistics_target(context: BindContext, node: Node, owner: Oid) -> Ddl:
    target = node["stxstattarget"]["Integer"].get("ival", 0)
    try:
        before = _found(context, node["defnames"])
    except (UndefinedObject, InvalidSchemaName) as error:
        if not node.get("missing_ok"):
            raise
        return Ddl("ALTER STATISTICS", notices=(("00000", f"{error.message}, skipping"),))
    if target < -1:
        raise InvalidParameterValue(f"statistics target {target} is too low")
    if target > _TARGET_MAX:
        raise InvalidParameterValue(
            f"statistics target {target} exceeds maximum allowed value of {_TARGET_MAX}"
        )
    return Ddl.replacing("ALTER STATISTICS", (before,), (replace(before, target=target),))


def rename_statistics(context: BindContext, node: Node, owner: Oid) -> Ddl:
    before = _found(context, node["object"]["List"]["items"])
    return _moved(context, before, replace(before, name=node["newname"]))


def set_statistics_schema(context: BindContext, node: Node, owner: Oid) -> Ddl:
    before = _found(context, node["object"]["List"]["items"])
    return _moved(context, before, replace(before, schema=target_schema(context, node["newschema"])))


def set_statistics_owner(context: BindContext, node: Node, owner: Oid) -> Ddl:
    before = _found(context, node["object"]["List"]["items"])
    after = replace(before, owner=role_named(context, node["newowner"], owner))
    return Ddl.replacing("ALTER STATISTICS", (before,), (after,))


def drop_statistics(context: BindContext, node: Node, owner: Oid) -> Ddl:
    dropped: dict[Oid, Statistics] = {}
    notices: list[tuple[str, str]] = []
    for item in node["objects"]:
        try:
            one = _found(context, item["List"]["items"])
        except (UndefinedObject, InvalidSchemaName) as error:
            if not node.get("missing_ok"):
                raise
            notices.append(("00000", f"{error.message}, skipping"))
            continue
        dropped[one.oid] = one
    return drop_holders(context, "DROP STATISTICS", dropped.values(), notices)


def _table(context: BindContext, relations: list[Node]) -> Table:
    if len(relations) != 1 or "RangeVar" not in relations[0]:
        raise FeatureNotSupported("only a single relation is allowed in CREATE STATISTICS")
    return find_defining_table(context, relations[0]["RangeVar"], "define statistics for")


@dataclass(frozen=True, slots=True)
class _Elements:
    """What statistics are over."""

    columns: tuple[int, ...]
    expressions: tuple[str, ...]
    names: tuple[str, ...]  # of each, for the object's own name


def _elements(context: BindContext, table: Table, elements: list[Node]) -> _Elements:
    if len(elements) > _COLUMNS_MAX:
        raise TooManyColumns(f"cannot have more than {_COLUMNS_MAX} columns in statistics")
    columns: list[int] = []
    expressions: list[str] = []
    names: list[str] = []
    for item in elements:
        element = item["StatsElem"]
        found = _column(table, element["name"]) if "name" in element else None
        if found is None:
            found, source = _expression(context, table, element["expr"])
            if found is None:
                expressions.append(source)
                names.append("expr")
                continue
        _refuse_type(found.name, found.type)
        columns.append(found.attnum)
        names.append(found.name)
    return _Elements(tuple(columns), tuple(expressions), tuple(names))


def _column(table: Table, name: str) -> Column:
    if name in SYSTEM_COLUMNS:
        raise FeatureNotSupported("statistics creation on system columns is not supported")
    return index_column(table, name)


def _expression(context: BindContext, table: Table, tree: Node) -> tuple[Column | None, str]:
    """Return an expression as it is kept; the column, where it is one in parentheses."""
    level = index_level(context, table, context.new_id())
    level.place = "statistics expressions"
    refuse_nodes(context, tree, "statistics expression", columns_allowed=True)
    bound = resolve_unknown(context, bind_expr(level, tree))
    if isinstance(bound, Var) and bound.attnum > 0:
        return table.columns[bound.attnum - 1], ""
    if type_of(bound.type).name in _UNORDERED:
        raise FeatureNotSupported(
            "expression cannot be used in multivariate statistics because its type "
            f"{format_type(bound.type, -1)} has no default btree operator class"
        )
    return None, json.dumps(for_storage(context, tree))


def _refuse_type(name: str, type_: Oid) -> None:
    if type_of(type_).name in _UNORDERED:
        raise FeatureNotSupported(
            f'column "{name}" cannot be used in statistics because its type '
            f"{format_type(type_, -1)} has no default btree operator class"
        )


def _kinds(node: Node, elements: _Elements) -> str:
    named = [item["String"]["sval"] for item in node.get("stat_types", ())]
    for name in named:
        if name not in _KINDS:
            raise SyntaxError_(f'unrecognized statistics kind "{name}"')
    is_single = len(elements.expressions) == 1 and not elements.columns
    if is_single and named:
        raise FeatureNotSupported(
            "when building statistics on a single expression, statistics kinds may not be specified"
        )
    kinds = (
        "" if is_single else "".join(letter for name, letter in _KINDS.items() if name in (named or _KINDS))
    )
    return kinds + ("e" if elements.expressions else "")


def free_name(context: BindContext, table: Table, named: Sequence[str], taken: Container[str] = ()) -> str:
    """Return a name for statistics of columns and expressions of these names."""
    number = 0
    while True:
        name = make_object_name(table.name, "_".join(named), f"stat{number or ''}")
        if _at(context, table.schema, name) is None and name not in taken:
            return name
        number += 1


def _found(context: BindContext, parts: list[Node]) -> Statistics:
    """Return the statistics object of a name. Raises UndefinedObject 42704, InvalidSchemaName 3F000."""
    names = [part["String"]["sval"] for part in parts]
    _check_schema(context, names)
    for schema in names[-2:-1] or context.search_path:
        for one in context.catalog.statistics:
            if (one.schema.name, one.name) == (schema, names[-1]):
                return one
    raise UndefinedObject(f'statistics object "{".".join(names)}" does not exist')


def _check_schema(context: BindContext, names: list[str]) -> None:
    if len(names) > 1 and names[-2] not in context.catalog.schemas_by_name:
        raise InvalidSchemaName(f'schema "{names[-2]}" does not exist')


def _at(context: BindContext, schema: Schema, name: str) -> Statistics | None:
    named = (one for one in context.catalog.statistics if one.name == name)
    return next((one for one in named if one.schema == schema), None)


def _moved(context: BindContext, before: Statistics, after: Statistics) -> Ddl:
    other = _at(context, after.schema, after.name)
    if other is not None and (other.oid != before.oid or before.name != after.name or before == after):
        raise DuplicateObject(
            f'statistics object "{after.name}" already exists in schema "{after.schema.name}"'
        )
    return Ddl.replacing("ALTER STATISTICS", (before,), (after,))
