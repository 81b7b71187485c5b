"""Objects of the catalog as the rows that describe them: what load.py reads, the other way round.

DDL makes new values out of old ones (dataclasses.replace) and writes the difference of their rows, so that no statement
has to know which catalog tables it touches.

Invariant: load(rows_of(x)) == x for every object.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from borealis.catalog.constraints import Check, ForeignKey
from borealis.catalog.objects import Comment, Domain, Function, Statistics
from borealis.catalog.relations import Column, Index, Sequence, Table, View
from borealis.catalog.roles import Acl, AclItem, DefaultAcl, Membership, Role, RoleMapping
from borealis.catalog.schema import Schema
from borealis.storage.catalog_tables import (
    PG_ATTRDEF,
    PG_ATTRIBUTE,
    PG_AUTH_MEMBERS,
    PG_AUTHID,
    PG_CLASS,
    PG_CONSTRAINT,
    PG_DESCRIPTION,
    PG_INDEX,
    PG_NAMESPACE,
    PG_PROC,
    PG_REWRITE,
    PG_SEQUENCE,
    PG_STATISTIC_EXT,
    PG_TYPE,
    SYS_ACL,
    SYS_DEFAULT_ACL,
    SYS_IAM_MAPPING,
)
from borealis.transaction.intent import Change, Key, Mode, Row
from borealis.types.base import Oid

Object = (
    Schema
    | Table
    | View
    | Sequence
    | Domain
    | Function
    | Statistics
    | Comment
    | Role
    | RoleMapping
    | Membership
    | Acl
    | DefaultAcl
)
CatalogRow = tuple[int, Key, Row]
"""The catalog's oid, the row's key, the row."""


def difference(before: Iterable[Object], after: Iterable[Object]) -> tuple[Change, ...]:
    """Return the changes that make the rows of the one into the rows of the other."""
    old = {(catalog, key): row for one in before for catalog, key, row in rows_of(one)}
    new = {(catalog, key): row for one in after for catalog, key, row in rows_of(one)}
    changes = [Change(*place, Mode.DELETE, None) for place in old if place not in new]
    changes += [
        Change(*place, Mode.UPDATE if place in old else Mode.INSERT, row)
        for place, row in new.items()
        if old.get(place) != row
    ]
    return tuple(changes)


def rows_of(described: Object) -> Iterator[CatalogRow]:
    match described:
        case Table():
            yield from _table_rows(described)
        case View():
            yield from _view_rows(described)
        case Sequence():
            yield from _sequence_rows(described)
        case Domain():
            yield from _domain_rows(described)
        case Function():
            yield _function_row(described)
        case Statistics():
            yield _statistics_row(described)
        case Schema(oid, name, owner):
            yield PG_NAMESPACE, (oid,), (oid, name, owner)
        case Comment(object_, catalog, column, text):
            yield PG_DESCRIPTION, (object_, catalog, column), (object_, catalog, column, text)
        case Role(oid, name, can_login, inherits):
            yield PG_AUTHID, (oid,), (oid, name, int(can_login), int(inherits))
        case RoleMapping(oid, arn, role, grantor):
            yield SYS_IAM_MAPPING, (oid,), (oid, arn, role, grantor)
        case Membership(oid, role, member, grantor, may_administer, inherits, may_set):
            options = (int(may_administer), int(inherits), int(may_set))
            yield PG_AUTH_MEMBERS, (oid,), (oid, role, member, grantor, *options)
        case Acl(object_, catalog, column, items):
            key = (object_, catalog, column)
            yield SYS_ACL, key, (*key, acl_text(items))
        case DefaultAcl(role, schema, kind, items):
            place = (role, schema, kind)
            yield SYS_DEFAULT_ACL, place, (*place, acl_text(items))


def _table_rows(table: Table) -> Iterator[CatalogRow]:
    yield _class_row(table, "r")
    for column in table.columns:
        yield from _column_rows(table.oid, column)
    for index in table.indexes:
        yield from _index_rows(table, index)
    for check in table.checks:
        yield _check_row(check, table=table.oid)
    for foreign_key in table.foreign_keys:
        yield _foreign_key_row(foreign_key)


def _view_rows(view: View) -> Iterator[CatalogRow]:
    yield _class_row(view, "v")
    for column in view.columns:
        yield from _column_rows(view.oid, column)
    yield PG_REWRITE, (view.oid,), (view.oid, view.query, json.dumps(view.search_path))


def _sequence_rows(sequence: Sequence) -> Iterator[CatalogRow]:
    yield _class_row(sequence, "S")
    owner, owner_column = sequence.owned_by or (0, 0)
    yield (
        PG_SEQUENCE,
        (sequence.oid,),
        (
            sequence.oid,
            sequence.start,
            sequence.increment,
            sequence.minimum,
            sequence.maximum,
            sequence.cache,
            int(sequence.is_cyclic),
            owner,
            owner_column,
            int(sequence.is_identity),
            sequence.generation,
            sequence.restart,
        ),
    )


def _class_row(relation: Table | View | Sequence, kind: str) -> CatalogRow:
    row = (relation.oid, relation.name, relation.schema.oid, relation.owner, kind)
    return PG_CLASS, (relation.oid,), row


def _column_rows(relation: Oid, column: Column) -> Iterator[CatalogRow]:
    key = (relation, column.attnum)
    yield (
        PG_ATTRIBUTE,
        key,
        (
            *key,
            column.name,
            column.type,
            column.typmod,
            int(column.not_null),
            int(column.is_dropped),
            column.domain,
            column.identity,
            column.generated,
            column.storage,
        ),
    )
    if column.default is not None:
        yield PG_ATTRDEF, key, (*key, column.default)


def _index_rows(table: Table, index: Index) -> Iterator[CatalogRow]:
    yield PG_CLASS, (index.oid,), (index.oid, index.name, table.schema.oid, table.owner, "i")
    yield (
        PG_INDEX,
        (index.oid,),
        (
            index.oid,
            table.oid,
            int(index.is_unique),
            int(index.is_primary),
            int(index.nulls_not_distinct),
            int(index.is_valid),
            len(index.columns),
            _attnums((*index.columns, *index.included)),
            " ".join("2" if place in index.nulls_first else "0" for place in range(len(index.columns))),
            json.dumps([[e.source, e.name, e.type, e.typmod] for e in index.expressions])
            if index.expressions
            else None,
            index.predicate,
        ),
    )
    if index.constraint:
        yield _constraint_row(
            index.constraint,
            index.name,
            "p" if index.is_primary else "u",
            table=table.oid,
            index=index.oid,
            columns=index.columns,
        )


def _check_row(check: Check, table: Oid = Oid(0), domain: Oid = Oid(0)) -> CatalogRow:
    return _constraint_row(
        check.oid,
        check.name,
        "c",
        table=table,
        domain=domain,
        source=check.expression,
        is_validated=check.is_validated,
    )


def _foreign_key_row(foreign_key: ForeignKey) -> CatalogRow:
    return _constraint_row(
        foreign_key.oid,
        foreign_key.name,
        "f",
        table=foreign_key.table,
        index=foreign_key.index,
        columns=foreign_key.columns,
        is_validated=foreign_key.is_validated,
        reference=(
            int(foreign_key.is_deferrable),
            int(foreign_key.is_initially_deferred),
            foreign_key.referenced_table,
            _attnums(foreign_key.referenced_columns),
            str(foreign_key.on_update),
            str(foreign_key.on_delete),
            "f" if foreign_key.match_full else "s",
            _attnums(foreign_key.delete_set_columns),
        ),
    )


def _constraint_row(
    oid: Oid,
    name: str,
    kind: str,
    *,
    table: Oid = Oid(0),
    domain: Oid = Oid(0),
    index: Oid = Oid(0),
    columns: tuple[int, ...] = (),
    source: str | None = None,
    is_validated: bool = True,
    reference: tuple[int | str, ...] = (0, 0, 0, "", "", "", "", ""),
) -> CatalogRow:
    row = (oid, name, table, kind, index, _attnums(columns), source, domain, int(is_validated), *reference)
    return PG_CONSTRAINT, (oid,), row


def _domain_rows(domain: Domain) -> Iterator[CatalogRow]:
    yield (
        PG_TYPE,
        (domain.oid,),
        (
            domain.oid,
            domain.name,
            domain.schema.oid,
            domain.owner,
            domain.base_type,
            domain.typmod,
            int(domain.not_null),
            domain.default,
        ),
    )
    for check in domain.checks:
        yield _check_row(check, domain=domain.oid)


def _function_row(function: Function) -> CatalogRow:
    arguments = [[one.name, one.type, one.mode, one.default, one.domain] for one in function.arguments]
    row = (
        function.oid,
        function.name,
        function.schema.oid,
        function.owner,
        function.result,
        int(function.returns_set),
        function.volatility,
        int(function.is_strict),
        int(function.is_security_definer),
        function.parallel,
        json.dumps(arguments),
        function.source,
        function.body,
        json.dumps(function.settings),
    )
    return PG_PROC, (function.oid,), row


def _statistics_row(statistics: Statistics) -> CatalogRow:
    row = (
        statistics.oid,
        statistics.table,
        statistics.name,
        statistics.schema.oid,
        statistics.owner,
        _attnums(statistics.columns),
        statistics.kinds,
        json.dumps(statistics.expressions),
        statistics.target,
    )
    return PG_STATISTIC_EXT, (statistics.oid,), row


def acl_text(items: Iterable[AclItem]) -> str:
    """Return an ACL as it is stored: `26400=ar*w/15579`, a star behind what may be granted on, in the order of the grants."""
    return " ".join(
        f"{one.grantee}={''.join(_starred(one, letter) for letter in sorted(one.letters | one.options))}/{one.grantor}"
        for one in items
    )


def _starred(item: AclItem, letter: str) -> str:
    return f"{letter}*" if letter in item.options else letter


def _attnums(columns: tuple[int, ...]) -> str:
    return " ".join(map(str, columns))
