"""COMMENT ON: a text beside an object, which obj_description and psql show; NULL and '' take it away.

Source: dsql-facts.md §4.2; PostgreSQL 16, CommentObject (comment.c) and objectaddress.c for texts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from borealis.catalog.catalog import Catalog
from borealis.catalog.constraints import Check, ForeignKey
from borealis.catalog.objects import Comment
from borealis.catalog.relations import Index, Relation, Sequence, Table, View
from borealis.catalog.rows import difference
from borealis.errors import (
    FeatureNotSupported,
    InvalidSchemaName,
    UndefinedColumn,
    UndefinedObject,
    UndefinedTable,
    WrongObjectType,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import lookup_relation, qualified
from borealis.sql.parse import Node
from borealis.sql.utility.alter_domain import domain_named
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.function_names import find_named
from borealis.sql.utility.roles import find_role
from borealis.storage.catalog_tables import (
    PG_CLASS,
    PG_CONSTRAINT,
    PG_DESCRIPTION,
    PG_NAMESPACE,
    PG_PROC,
    PG_STATISTIC_EXT,
    PG_TYPE,
)
from borealis.transaction.intent import Mode
from borealis.types.base import Oid

_TAG = "COMMENT"
_PG_AUTHID = 1260

_Address = tuple[int, int, int]
"""An object's oid, its catalog's, and a column's number or 0: what pg_description is kept by."""


def comment_on(context: BindContext, node: Node, owner: Oid) -> Ddl:
    find = _FINDERS.get(node["objtype"])
    if find is None:
        word = node["objtype"].removeprefix("OBJECT_").replace("_", " ")
        raise FeatureNotSupported(f"COMMENT ON {word} not supported")
    object_, catalog, column = find(context, node["object"])
    text = node.get("comment")
    before = [
        one
        for one in context.catalog.comments
        if (one.object, one.catalog, one.column) == (object_, catalog, column)
    ]
    after = [Comment(Oid(object_), Oid(catalog), column, text)] if text else []
    return Ddl.replacing(_TAG, before, after)


def without_comments_of_dropped(catalog: Catalog, ddl: Ddl) -> Ddl:
    """Return a DDL that drops what was said of the objects it drops too."""
    if not catalog.comments:
        return ddl
    gone = {change.key[0] for change in ddl.changes if change.mode is Mode.DELETE and len(change.key) == 1}
    noted = {change.key for change in ddl.changes if change.table == PG_DESCRIPTION}
    lost = [one for one in catalog.comments if one.object in gone]
    changes = tuple(change for change in difference(lost, ()) if change.key not in noted)
    return replace(ddl, changes=(*ddl.changes, *changes)) if changes else ddl


def _relation_of(
    kind: type[Table | View | Sequence | Index], word: str
) -> Callable[[BindContext, Node], _Address]:
    def find(context: BindContext, node: Node) -> _Address:
        found = _relation(context, _names(node))
        one: Relation | Index = found[1] if isinstance(found, tuple) else found
        if not isinstance(one, kind):
            article = "an" if word == "index" else "a"
            raise WrongObjectType(f'"{one.name}" is not {article} {word}')
        return one.oid, PG_CLASS, 0

    return find


def _relation(context: BindContext, names: list[str]) -> Relation | tuple[Table, Index]:
    range_var = {"relname": names[-1]}
    if len(names) > 1:
        range_var["schemaname"] = names[-2]
        if names[-2] not in context.catalog.schemas_by_name:
            raise InvalidSchemaName(f'schema "{names[-2]}" does not exist')
    found = lookup_relation(context, range_var)
    if found is not None:
        return found
    for path in names[-2:-1] or context.search_path:
        index = context.catalog.index(path, names[-1])
        if index is not None:
            return index
    raise UndefinedTable(f'relation "{qualified(range_var)}" does not exist')


def _column(context: BindContext, node: Node) -> _Address:
    *path, name = _names(node)
    relation = _relation(context, path)
    if not isinstance(relation, Table | View):
        shown = relation[1].name if isinstance(relation, tuple) else relation.name
        word = "sequences" if isinstance(relation, Sequence) else "indexes"
        raise WrongObjectType(
            f'cannot set comment on relation "{shown}"',
            detail=f"This operation is not supported for {word}.",
        )
    for column in relation.columns:
        if column.name == name and not getattr(column, "is_dropped", False):
            return relation.oid, PG_CLASS, column.attnum
    raise UndefinedColumn(f'column "{name}" of relation "{relation.name}" does not exist')


def _table_constraint(context: BindContext, node: Node) -> _Address:
    *path, name = _names(node)
    table = _relation(context, path)
    if not isinstance(table, Table):
        shown = table[1].name if isinstance(table, tuple) else table.name
        raise UndefinedObject(f'constraint "{name}" for table "{shown}" does not exist')
    for index in table.indexes:
        if index.constraint and index.name == name:
            return index.constraint, PG_CONSTRAINT, 0
    constraints: list[Check | ForeignKey] = [*table.checks, *table.foreign_keys]
    for one in constraints:
        if one.name == name:
            return one.oid, PG_CONSTRAINT, 0
    raise UndefinedObject(f'constraint "{name}" for table "{table.name}" does not exist')


def _domain(context: BindContext, node: Node) -> _Address:
    return domain_named(context, node["TypeName"]["names"]).oid, PG_TYPE, 0


def _domain_constraint(context: BindContext, node: Node) -> _Address:
    type_name, text = node["List"]["items"]
    domain, name = domain_named(context, type_name["TypeName"]["names"]), text["String"]["sval"]
    for check in domain.checks:
        if check.name == name:
            return check.oid, PG_CONSTRAINT, 0
    raise UndefinedObject(f'constraint "{name}" for domain {domain.name} does not exist')


def _function(context: BindContext, node: Node) -> _Address:
    return find_named(context, node["ObjectWithArgs"]).oid, PG_PROC, 0


def _schema(context: BindContext, node: Node) -> _Address:
    name = node["String"]["sval"]
    schema = context.catalog.schemas_by_name.get(name)
    if schema is None:
        raise InvalidSchemaName(f'schema "{name}" does not exist')
    return schema.oid, PG_NAMESPACE, 0


def _role(context: BindContext, node: Node) -> _Address:
    return find_role(context.catalog, node["String"]["sval"]).oid, _PG_AUTHID, 0


def _statistics(context: BindContext, node: Node) -> _Address:
    names = _names(node)
    for path in names[-2:-1] or context.search_path:
        for one in context.catalog.statistics:
            if (one.schema.name, one.name) == (path, names[-1]):
                return one.oid, PG_STATISTIC_EXT, 0
    raise UndefinedObject(f'statistics object "{".".join(names)}" does not exist')


def _names(node: Node) -> list[str]:
    return [part["String"]["sval"] for part in node["List"]["items"]]


_FINDERS: dict[str, Callable[[BindContext, Node], _Address]] = {
    "OBJECT_TABLE": _relation_of(Table, "table"),
    "OBJECT_VIEW": _relation_of(View, "view"),
    "OBJECT_SEQUENCE": _relation_of(Sequence, "sequence"),
    "OBJECT_INDEX": _relation_of(Index, "index"),
    "OBJECT_COLUMN": _column,
    "OBJECT_TABCONSTRAINT": _table_constraint,
    "OBJECT_DOMAIN": _domain,
    "OBJECT_TYPE": _domain,
    "OBJECT_DOMCONSTRAINT": _domain_constraint,
    "OBJECT_FUNCTION": _function,
    "OBJECT_ROUTINE": _function,
    "OBJECT_SCHEMA": _schema,
    "OBJECT_ROLE": _role,
    "OBJECT_STATISTIC_EXT": _statistics,
}
