"""Scans: a base table read by the access path the planner chose, so that SQLite has no choice left.

    by its key, or whole     t16401 AS r1
    index only               i16405 AS r1                                     its columns read from the index table
    through an index         i16405 AS x1 CROSS JOIN t16401 AS r1             … WHERE x1.k1 = +?1 AND r1.c1 = x1.p1
    by several ranges        t16401 AS r1 … WHERE r1.c1 IN (SELECT p1 FROM i16405 … UNION ALL SELECT …)
    with own pending writes  (base rows not in the overlay UNION ALL live overlay rows) AS r1, each arm searched; searched by
                             columns of its neighbours, as a LATERAL of the same

A range's conditions are the statement's own, compiled over the index table's columns: they hold of a row exactly where WHERE's
do, and need not be asked twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from borealis.catalog.relations import Index, Table
from borealis.executor.compile import physical
from borealis.executor.compile.compilation import Compilation, IndexKey
from borealis.executor.compile.elements import element_text, element_value
from borealis.executor.compile.index_keys import key_form
from borealis.executor.compile.trees import relations_named
from borealis.functions.implementation import Sql, plain
from borealis.planner.physical import KeyColumn, KeyColumnKind, KeyRange, Scan
from borealis.planner.terms import key_terms
from borealis.sql.bound.expressions import InList, NullTest
from borealis.types.registry import stored_representation


def base_columns(compilation: Compilation, scan: Scan, *, nullable: bool) -> None:
    """Bring a table's columns into scope, read from the table itself."""
    table, number = scan.relation.table, scan.relation.id
    compilation.define(number, physical.columns_of(table, f"r{number}"))
    compilation.affinities.update(physical.affinities(table, number))
    say_what_is_null(compilation, scan, f"r{number}.{physical.key_names(table)[0]}", nullable=nullable)


def say_what_is_null(compilation: Compilation, scan: Scan, presence: str, *, nullable: bool) -> None:
    table, number = scan.relation.table, scan.relation.id
    if nullable:
        compilation.define_presence(number, presence)
    else:
        compilation.not_null.update((number, each.attnum) for each in table.live_columns if each.not_null)


def covering_columns(compilation: Compilation, scan: Scan, *, nullable: bool) -> None:
    """Bring a table's columns into scope, read from an index that has all of them that are asked for."""
    assert scan.index is not None
    table, index, name = scan.relation.table, scan.index, f"r{scan.relation.id}"
    primary = physical.index_primary_names(table)
    searched = set() if nullable else _never_null(scan)
    columns: dict[int, str] = {}
    for attnum in index.included:
        columns[attnum] = f"{name}.c{attnum}"
    for place, (flag, key) in enumerate(physical.index_key_names(table, index)):
        is_plain = flag is None or place in searched
        text = f"{name}.{key}" if is_plain else f"CASE {name}.{flag} WHEN 0 THEN {name}.{key} END"
        columns[index.columns[place]] = text
    if table.primary_key is not None:
        columns |= {
            attnum: f"{name}.{column}"
            for attnum, column in zip(table.primary_key.columns, primary, strict=True)
        }
    compilation.define(scan.relation.id, {a: _column(table, a, text) for a, text in columns.items() if a > 0})
    compilation.affinities.update({(scan.relation.id, attnum): "" for attnum in columns})
    say_what_is_null(compilation, scan, f"{name}.{primary[0]}", nullable=nullable)


def _never_null(scan: Scan) -> set[int]:
    """Return the places of the key columns that a search finds no NULL in."""
    if len(scan.ranges) != 1:
        return set()
    columns = enumerate(scan.ranges[0].columns)
    return {place for place, column in columns if column.kind is not KeyColumnKind.IS_NULL}


def _column(table: Table, attnum: int, text: str) -> Sql:
    column = table.columns[attnum - 1]
    return Sql(text, stored_representation(column.type, column.typmod))


def order_by_index(compilation: Compilation, scan: Scan, name: str) -> None:
    """Let ORDER BY name the index table's columns, whose order SQLite sees."""
    assert scan.index is not None
    table, number = scan.relation.table, scan.relation.id
    if table.primary_key is not None:
        for attnum, column in zip(
            table.primary_key.columns, physical.index_primary_names(table), strict=True
        ):
            compilation.index_order[number, attnum] = IndexKey(None, f"{name}.{column}", False)
    for place, (flag, key) in enumerate(physical.index_key_names(table, scan.index)):
        attnum = scan.index.columns[place]
        if attnum > 0:
            flag_text = None if flag is None else f"{name}.{flag}"
            is_first = place in scan.index.nulls_first
            compilation.index_order[number, attnum] = IndexKey(flag_text, f"{name}.{key}", is_first)


def range_terms(compilation: Compilation, scan: Scan, range_: KeyRange, name: str) -> list[str]:
    """Return what holds of an index table's rows that lie in a range; the table is called name."""
    assert scan.index is not None
    keys = physical.index_key_names(scan.relation.table, scan.index)
    terms: list[str] = []
    for place, (column, (flag, key)) in enumerate(zip(range_.columns, keys, strict=False)):
        flag_text = None if flag is None else f"{name}.{flag}"
        if column.kind is KeyColumnKind.IS_NULL:
            null = -1 if place in scan.index.nulls_first else 1
            terms.append("0" if flag_text is None else f"{flag_text} = {null}")
            continue
        if flag_text is not None:
            terms.append(f"{flag_text} = 0")
        if scan.index.columns[place] == 0:
            terms += _expression_terms(compilation, scan, column, f"{name}.{key}")
        else:
            terms += _column_terms(compilation, scan, column, scan.index.columns[place], f"{name}.{key}")
    return terms


def _column_terms(
    compilation: Compilation, scan: Scan, column: KeyColumn, attnum: int, key: str
) -> list[str]:
    """Compile conditions on a column so that they name the index table's."""
    from borealis.executor.compile.conditions import condition

    relation = scan.relation
    terms = [term for term in column.terms if not isinstance(term, NullTest)]
    with compilation.redefined(relation.id, {attnum: _column(relation.table, attnum, key)}):
        return [condition(compilation, term) for term in terms]


def _expression_terms(compilation: Compilation, scan: Scan, column: KeyColumn, key: str) -> list[str]:
    """Compare an index's expression, in the form the index keeps it in."""
    texts = []
    for term in column.terms:
        if isinstance(term, InList):
            items = [key_form(compilation.expr(item), item.type) for item in term.items]
            texts.append(f"{key} IN ({', '.join(items)})")
            continue
        for known in key_terms(term, scan.relation.id):
            if known.value is not None and known.symbol:
                value = key_form(compilation.expr(known.value), known.value.type)
                texts.append(f"{key} {known.symbol} +{value}")
                break
    return texts


def key_join(table: Table, row: str, entry: str) -> list[str]:
    """Return what joins a row with its index entry."""
    names = zip(physical.key_names(table), physical.index_primary_names(table), strict=True)
    return [f"{row}.{key} = {entry}.{primary}" for key, primary in names]


def key_in_ranges(compilation: Compilation, scan: Scan, row: str) -> str:
    """Return `key IN (SELECT key FROM index WHERE …)`: SQLite searches the index, then the table by key."""
    assert scan.index is not None
    table, arms = scan.relation.table, []
    primaries = physical.index_primary_names(table)
    for range_ in scan.ranges or (KeyRange(()),):
        name = compilation.new_name()
        terms = range_terms(compilation, scan, range_, name)
        columns = ", ".join(f"{name}.{primary}" for primary in primaries)
        where = f" WHERE {' AND '.join(terms)}" if terms else ""
        arms.append(f"SELECT {columns} FROM i{scan.index.oid} AS {name}{where}")
    keys = [f"{row}.{key}" for key in physical.key_names(table)]
    left = keys[0] if len(keys) == 1 else f"({', '.join(keys)})"
    return f"{left} IN ({' UNION ALL '.join(arms)})"


def is_secondary(index: Index | None) -> bool:
    return index is not None and not index.is_primary


def searched_by(scan: Scan, siblings: frozenset[int]) -> frozenset[int]:
    """Return the relations beside a scan whose columns it is searched by."""
    return relations_named(scan.ranges) & siblings - {scan.relation.id}


def _overlay(table: Table) -> str:
    return f"temp.o{table.oid}_{len(table.columns)}"


def unchanged(table: Table, row: str) -> str:
    """Return the condition that a base row has no pending change."""
    same = " AND ".join(f"o.{key} = {row}.{key}" for key in physical.key_names(table))
    return f"NOT EXISTS (SELECT 1 FROM {_overlay(table)} AS o WHERE {same})"


def overlaid_rows(
    compilation: Compilation,
    scan: Scan,
    selected: Sequence[str],
    *,
    within: bool = False,
    base_rows: str | None = None,
) -> str:
    """Return the base rows that have no pending change, and the pending rows.

    within: both by the ranges' conditions. base_rows: the query that gives the former, where it is known.
    """
    table = scan.relation.table
    base, overlay = physical.table_name(table), _overlay(table)
    where = [unchanged(table, base)]
    live = ["_live"]
    if scan.ranges and is_secondary(scan.index):
        where.append(key_in_ranges(compilation, scan, base))
    if within:
        alternatives = [_row_terms(compilation, scan, range_, base) for range_ in scan.ranges]
        if not is_secondary(scan.index):
            where.append(_any_of(alternatives))
        live.append(_any_of([_row_terms(compilation, scan, range_, "o") for range_ in scan.ranges]))
    columns = ", ".join(selected)
    rows = base_rows or f"SELECT {columns} FROM {base} WHERE {' AND '.join(where)}"
    return f"{rows} UNION ALL SELECT {columns} FROM {overlay} AS o WHERE {' AND '.join(live)}"


def _any_of(alternatives: Sequence[Sequence[str]]) -> str:
    arms = [f"({' AND '.join(terms)})" if terms else "1" for terms in alternatives]
    return arms[0] if len(arms) == 1 else f"({' OR '.join(arms)})"


def _row_terms(compilation: Compilation, scan: Scan, range_: KeyRange, name: str) -> list[str]:
    """Return a range's conditions over a row's own columns."""
    from borealis.executor.compile.conditions import condition

    columns = physical.columns_of(scan.relation.table, name)
    with compilation.redefined(scan.relation.id, columns):
        return [condition(compilation, term) for column in range_.columns for term in column.terms]


def lateral_rows(compilation: Compilation, scan: Scan) -> str:
    """Return an overlaid table's rows for one row of its neighbours, as a table-valued function, and define its columns."""
    table, number = scan.relation.table, scan.relation.id
    selected = [
        f"{physical.column_name(table, each.attnum)} AS c{each.attnum}" for each in table.live_columns
    ]
    key = physical.key_names(table)[0]
    rows = overlaid_rows(compilation, scan, [*selected, f"{key} AS p"], within=True)
    cells: list[str] = []
    columns: dict[int, Sql] = {}
    for each in table.live_columns:
        stored = Sql(f"c{each.attnum}", stored_representation(each.type, each.typmod))
        columns[each.attnum] = Sql(element_value(f"(r{number}.value ->> {len(cells)})", each.type))
        cells.append(element_text(plain(stored).text, each.type))
    compilation.define(number, {a: Sql(f"({sql.text})", sql.representation) for a, sql in columns.items()})
    compilation.define_presence(number, f"r{number}.rowid")
    return f"json_each((SELECT json_group_array(json_array({', '.join(cells)})) FROM ({rows}))) AS r{number}"
