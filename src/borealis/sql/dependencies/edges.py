"""The dependencies of one object of the catalog and of its parts, as PostgreSQL records them when it makes the object.

    table         schema n; its row type i; column -> domain n; default -> column a (of a generated one i), what it uses n
    constraint    its columns a; of a foreign key the columns and the index referred to n; what a CHECK uses n
    index         its constraint i, else its columns a; functions in expressions n
    view          schema n; its rule i; rule -> what the query uses n
    sequence      schema n; the column that owns it a, of an identity i
    domain        schema n; the domain it is over n; its constraints a
    function      schema n; domains of arguments n; what a SQL-standard body uses n
    statistics    schema n; columns a

Source: PostgreSQL 16, where recordDependencyOn and recordDependencyOnSingleRelExpr are called; pg_depend as observed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from borealis.catalog.constraints import Check, ForeignKey
from borealis.catalog.named_columns import named_columns
from borealis.catalog.objects import Domain, Function, Statistics
from borealis.catalog.relations import Column, Index, Sequence, Table, View
from borealis.sql.dependencies.address import (
    Address,
    Dependency,
    DependencyKind,
    column_of,
    default_of,
    rule_of,
)
from borealis.sql.dependencies.uses import Uses, marks
from borealis.storage.catalog_tables import (
    PG_CLASS,
    PG_CONSTRAINT,
    PG_NAMESPACE,
    PG_PROC,
    PG_STATISTIC_EXT,
    PG_TYPE,
)
from borealis.types.row_types import array_of, is_row_type, row_type_of, table_of

Holder = Table | View | Sequence | Domain | Function | Statistics
"""An object of the catalog that has dependencies, its own and those of its parts."""

_NORMAL, _AUTO, _INTERNAL = DependencyKind.NORMAL, DependencyKind.AUTO, DependencyKind.INTERNAL

_CATALOGS: dict[type, int] = {
    Table: PG_CLASS,
    View: PG_CLASS,
    Sequence: PG_CLASS,
    Domain: PG_TYPE,
    Function: PG_PROC,
    Statistics: PG_STATISTIC_EXT,
}


def address_of(holder: Holder) -> Address:
    return Address(_CATALOGS[type(holder)], holder.oid)


def dependencies_of(holder: Holder, uses: Uses) -> Iterator[Dependency]:
    own = address_of(holder)
    yield Dependency(own, Address(PG_NAMESPACE, holder.schema.oid), _NORMAL)
    match holder:
        case Table():
            yield from _of_table(holder)
        case View():
            yield from _of_view(holder, uses)
        case Sequence():
            if holder.owned_by is not None:
                kind = _INTERNAL if holder.is_identity else _AUTO
                yield Dependency(own, column_of(*holder.owned_by), kind)
        case Domain():
            yield from _of_domain(holder)
        case Function():
            yield from _of_function(holder, uses)
        case Statistics():
            yield from _of_statistics(holder, uses.table(holder.table))


def oids_mentioned(holder: Holder) -> set[int]:
    """Return the oids of what an object may depend on, and of its parts: all of them, and some that it does not."""
    found: set[int] = {holder.oid, holder.schema.oid}
    match holder:
        case Table():
            for index in holder.indexes:
                found.update((index.oid, index.constraint))
            for key in holder.foreign_keys:
                found.update((key.oid, key.index, key.referenced_table))
            found.update(check.oid for check in holder.checks)
            found.update(column.domain for column in holder.columns)
        case View():
            found.update(column.domain for column in holder.columns)
            found.update(table_of(one.type) for one in holder.columns if is_row_type(one.type))
        case Sequence():
            found.update(holder.owned_by[:1] if holder.owned_by else ())
        case Domain():
            found.update((holder.base_type, *(check.oid for check in holder.checks)))
        case Function():
            found.update(one.domain for one in holder.arguments)
        case Statistics():
            found.add(holder.table)
    for source in _sources(holder):
        if _MARK in source:
            found.update(map(int, _NUMBER.findall(source)))
    return found


_MARK = '"oid"'
_NUMBER = re.compile(r"\d{5,}")


def _sources(holder: Holder) -> Iterator[str]:
    """Yield the trees an object keeps."""
    match holder:
        case Table():
            yield from (column.default for column in holder.columns if column.default is not None)
            yield from (check.expression for check in holder.checks)
            for index in holder.indexes:
                yield from _index_sources(index)
        case View():
            yield holder.query
            yield from (column.default for column in holder.columns if column.default is not None)
        case Domain():
            yield from (check.expression for check in holder.checks)
            yield holder.default or ""
        case Function():
            yield holder.body
            yield from (one.default for one in holder.arguments if one.default is not None)
        case Statistics():
            yield from holder.expressions


def _of_table(table: Table) -> Iterator[Dependency]:
    yield from _of_row_type(table)
    for column in table.live_columns:
        yield from _of_column(table, column)
    for check in table.checks:
        own = Address(PG_CONSTRAINT, check.oid)
        columns = named_columns(table, check.expression)
        yield from _over_columns(own, table, columns)
        yield from _normal(own, (column_of(table.oid, attnum) for attnum in columns if attnum))
        yield from _normal(own, _marks(check.expression))
    for index in table.indexes:
        yield from _of_index(table, index)
    for key in table.foreign_keys:
        yield from _of_foreign_key(key)


def _of_row_type(relation: Table | View) -> Iterator[Dependency]:
    row_type = Address(PG_TYPE, row_type_of(relation.oid))
    yield Dependency(row_type, Address(PG_CLASS, relation.oid), _INTERNAL)
    yield Dependency(Address(PG_TYPE, array_of(row_type.oid)), row_type, _INTERNAL)


def _of_column(table: Table | View, column: Column) -> Iterator[Dependency]:
    own = column_of(table.oid, column.attnum)
    if column.domain:
        yield Dependency(own, Address(PG_TYPE, column.domain), _NORMAL)
    if is_row_type(column.type):
        yield Dependency(own, Address(PG_TYPE, column.type), _NORMAL)
    if column.default is None or column.identity:
        return
    default = default_of(table.oid, column.attnum)
    yield Dependency(default, own, _INTERNAL if column.generated else _AUTO)
    if column.generated and isinstance(table, Table):
        used = (column_of(table.oid, attnum) for attnum in named_columns(table, column.default))
        yield from _normal(default, used)
    yield from _normal(default, _marks(column.default))


def _of_index(table: Table, index: Index) -> Iterator[Dependency]:
    own = Address(PG_CLASS, index.oid)
    columns = {*index.columns, *index.included} - {0}
    if index.constraint:
        constraint = Address(PG_CONSTRAINT, index.constraint)
        yield from _over_columns(constraint, table, columns)
        yield Dependency(own, constraint, _INTERNAL)
        return
    sources = _index_sources(index)
    columns.update(*(named_columns(table, source) for source in sources))
    yield from _over_columns(own, table, columns)
    yield from _normal(own, _marks(*sources))


def _index_sources(index: Index) -> list[str]:
    sources = [expression.source for expression in index.expressions]
    return sources if index.predicate is None else [*sources, index.predicate]


def _of_foreign_key(key: ForeignKey) -> Iterator[Dependency]:
    own = Address(PG_CONSTRAINT, key.oid)
    for attnum in key.columns:
        yield Dependency(own, column_of(key.table, attnum), _AUTO)
    yield from _normal(own, (column_of(key.referenced_table, attnum) for attnum in key.referenced_columns))
    yield Dependency(own, Address(PG_CLASS, key.index), _NORMAL)


def _of_view(view: View, uses: Uses) -> Iterator[Dependency]:
    yield from _of_row_type(view)
    yield Dependency(rule_of(view.oid), Address(PG_CLASS, view.oid), _INTERNAL)
    yield from _normal(rule_of(view.oid), sorted(uses.of_view(view), key=_place))
    for column in view.columns:
        yield from _of_column(view, column)


def _of_domain(domain: Domain) -> Iterator[Dependency]:
    own = Address(PG_TYPE, domain.oid)
    if domain.base_type >= _FIRST_OID:
        yield Dependency(own, Address(PG_TYPE, domain.base_type), _NORMAL)
    if domain.default is not None:
        yield from _normal(own, _marks(domain.default))
    for check in domain.checks:
        yield from _of_domain_check(own, check)


def _of_domain_check(domain: Address, check: Check) -> Iterator[Dependency]:
    own = Address(PG_CONSTRAINT, check.oid)
    yield Dependency(own, domain, _AUTO)
    yield from _normal(own, _marks(check.expression))


def _of_function(function: Function, uses: Uses) -> Iterator[Dependency]:
    own = Address(PG_PROC, function.oid)
    domains = {Address(PG_TYPE, one.domain) for one in function.arguments if one.domain}
    found = domains | uses.of_function(function)
    for argument in function.arguments:
        if argument.default is not None:
            found.update(_marks(argument.default))
    yield from _normal(own, sorted(found - {own}, key=_place))


def _of_statistics(statistics: Statistics, table: Table) -> Iterator[Dependency]:
    own = address_of(statistics)
    named = [attnum for source in statistics.expressions for attnum in named_columns(table, source)]
    yield from _over_columns(own, table, (*statistics.columns, *named))
    yield from _normal(own, _marks(*statistics.expressions))


_FIRST_OID = 16_384


def _marks(*sources: str) -> Iterator[Address]:
    for source in sources:
        if _MARK in source:
            yield from marks(json.loads(source))


def _over_columns(own: Address, table: Table, attnums: Iterable[int]) -> Iterator[Dependency]:
    """Yield what goes with columns of the table; with the table as a whole where it names none."""
    for attnum in sorted(set(attnums) - {0}) or [0]:
        yield Dependency(own, column_of(table.oid, attnum), _AUTO)


def _normal(own: Address, used: Iterable[Address]) -> Iterator[Dependency]:
    for one in dict.fromkeys(used):
        yield Dependency(own, one, _NORMAL)


def _place(address: Address) -> tuple[Any, ...]:
    return address.catalog, address.oid, address.column
