"""UNION, INTERSECT, EXCEPT, with and without ALL, and VALUES.

SQLite compares rows of a compound as they stand; where a column's type compares otherwise (1.0 = 1.00) the rows are grouped
by their sort forms instead, and the left side's row is kept, as PostgreSQL does. What SQLite lacks is INTERSECT ALL and EXCEPT ALL: each side's equal rows are numbered,
and the numbers compared along with the rows.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

from borealis.executor.compile import comparison
from borealis.executor.compile.compilation import Compilation, CompiledQuery, Output, compiles_query
from borealis.executor.compile.ctes import with_clause
from borealis.executor.compile.limits import limit_clause
from borealis.executor.compile.ordering import order_terms
from borealis.executor.compile.parameters import VARIABLES_MAX
from borealis.executor.compile.representations import common_representation, into
from borealis.executor.compile.ties import limits_vary, numbered
from borealis.executor.compile.trees import relations_named
from borealis.functions.implementation import Sql
from borealis.sql.bound import expressions as bound
from borealis.sql.bound.relations import RelationColumn
from borealis.sql.bound.statements import SetOp, SetOperation, Values
from borealis.types.base import Representation

_COMPOUND_TERMS_MAX = 400
"""SQLite joins 500 SELECTs at most; longer chains become subqueries."""

_VALUES_PARAMETERS_MAX = VARIABLES_MAX // 2


@compiles_query(SetOperation)
def set_operation(compilation: Compilation, node: SetOperation) -> CompiledQuery:
    with_text = with_clause(compilation, node.ctes)
    left, right = compilation.query(node.left), compilation.query(node.right)
    representations = [
        common_representation([a.representation, b.representation])
        for a, b in zip(left.outputs, right.outputs, strict=True)
    ]
    outputs = tuple(
        Output(column.type, column.typmod, representation)
        for column, representation in zip(node.columns, representations, strict=True)
    )
    combined = _combined(node, left, right, outputs)
    tailed = _tailed(compilation, node, combined.text, outputs)
    if tailed is not None:
        return CompiledQuery(with_text + tailed, outputs)
    return dataclasses.replace(
        combined, text=f"{with_text}{combined.text}", is_bare=combined.is_bare and not with_text
    )


def _combined(
    node: SetOperation, left: CompiledQuery, right: CompiledQuery, outputs: tuple[Output, ...]
) -> CompiledQuery:
    forms = [_form(f"c{n}", output) for n, output in enumerate(outputs, 1)]
    is_native = all(form == f"c{n}" for n, form in enumerate(forms, 1))
    if node.all and node.op is not SetOp.UNION:
        return CompiledQuery(_numbered(node.op, left, right, outputs, forms), outputs, is_bare=True)
    if not (node.all or is_native):
        return CompiledQuery(_grouped(node.op, left, right, outputs, forms), outputs, is_bare=True)
    first = _left_operand(left, outputs)
    op = f"{node.op.value} ALL" if node.all else node.op.value
    text = f"{first.text} {op} {_right_operand(right, outputs)}"
    return CompiledQuery(text, outputs, is_bare=True, terms=first.terms + 1)


def _form(name: str, output: Output) -> str:
    return comparison.sort_form(Sql(name, output.representation), output.type)


def _left_operand(query: CompiledQuery, outputs: tuple[Output, ...]) -> CompiledQuery:
    """Return the query as the left side of a compound; a compound goes on, since SQLite reads from left to right."""
    if _gives(query, outputs) and query.is_bare and query.terms < _COMPOUND_TERMS_MAX:
        return query
    return CompiledQuery(_projected(query, outputs), outputs)


def _right_operand(query: CompiledQuery, outputs: Sequence[Output]) -> str:
    if _gives(query, outputs) and query.is_bare and query.terms == 1:
        return query.text
    return _projected(query, outputs)


def _gives(query: CompiledQuery, outputs: Sequence[Output]) -> bool:
    return all(a.representation == b.representation for a, b in zip(query.outputs, outputs, strict=True))


def _projected(query: CompiledQuery, outputs: Sequence[Output]) -> str:
    columns = []
    for n, (have, want) in enumerate(zip(query.outputs, outputs, strict=True), 1):
        text = into(Sql(f"c{n}", have.representation), want.representation).text
        columns.append(text if text == f"c{n}" else f"{text} AS c{n}")
    return f"SELECT {', '.join(columns) or '1'} FROM ({query.text})"


def _numbered(
    op: SetOp, left: CompiledQuery, right: CompiledQuery, outputs: Sequence[Output], forms: Sequence[str]
) -> str:
    """INTERSECT ALL keeps min(m, n) of m and n equal rows, EXCEPT ALL max(m - n, 0): the n-th of each side are compared."""
    number = f"row_number() OVER (PARTITION BY {', '.join(forms) or 'NULL'}) AS n"
    sides = " UNION ALL ".join(
        f"SELECT *, {number}, {side} AS side FROM ({_projected(query, outputs)})"
        for side, query in enumerate((left, right))
    )
    return _first_of_groups(op, sides, outputs, [*forms, "n"])


def _grouped(
    op: SetOp, left: CompiledQuery, right: CompiledQuery, outputs: Sequence[Output], forms: Sequence[str]
) -> str:
    sides = " UNION ALL ".join(
        f"SELECT *, {side} AS side FROM ({_projected(query, outputs)})"
        for side, query in enumerate((left, right))
    )
    return _first_of_groups(op, sides, outputs, forms)


def _first_of_groups(op: SetOp, sides: str, outputs: Sequence[Output], forms: Sequence[str]) -> str:
    # Beside a lone min(), SQLite takes the other columns from the row that has it: the left side's.
    having = {
        SetOp.UNION: "",
        SetOp.INTERSECT: " HAVING min(side) = 0 AND sum(side) > 0",
        SetOp.EXCEPT: " HAVING sum(side) = 0",
    }[op]
    names = "".join(f"c{n}, " for n in range(1, len(outputs) + 1))
    columns = ", ".join(f"c{n}" for n in range(1, len(outputs) + 1)) or "1"
    return f"SELECT {columns} FROM (SELECT {names}min(side) FROM ({sides}) GROUP BY {', '.join(forms) or 'NULL'}{having})"


@compiles_query(Values)
def values(compilation: Compilation, node: Values) -> CompiledQuery:
    with_text = with_clause(compilation, node.ctes)
    outputs, body = _values_body(compilation, node)
    text = f"SELECT {_renamed(outputs)} FROM ({body})"
    tailed = _tailed(compilation, node, text, outputs)
    if tailed is not None:
        return CompiledQuery(with_text + tailed, outputs)
    return CompiledQuery(f"{with_text}{text}", outputs, is_bare=not with_text)


def _renamed(outputs: Sequence[Output]) -> str:
    return ", ".join(f"column{n} AS c{n}" for n in range(1, len(outputs) + 1)) or "NULL AS c0"


def _values_body(compilation: Compilation, node: Values) -> tuple[tuple[Output, ...], str]:
    return rows_body(compilation, node.rows, node.columns)


def rows_body(
    compilation: Compilation, rows: Sequence[Sequence[bound.Expr]], columns: Sequence[RelationColumn]
) -> tuple[tuple[Output, ...], str]:
    """Return SQLite text of rows whose columns are column1…columnn, each column in one representation."""
    as_json = _constant_rows(compilation, rows, columns)
    if as_json is not None:
        return tuple(Output(column.type, column.typmod) for column in columns), as_json
    if not columns:
        return (), f"VALUES {', '.join(['(NULL)'] * len(rows))}"
    compiled = [[compilation.expr(expr) for expr in row] for row in rows]
    representations: list[Representation] = [
        common_representation(
            [row[n].representation for row in compiled if row[n].text != "NULL"] or [Representation()]
        )
        for n in range(len(columns))
    ]
    texts = [
        f"({', '.join(into(sql, wanted).text for sql, wanted in zip(row, representations, strict=True))})"
        for row in compiled
    ]
    outputs = tuple(
        Output(column.type, column.typmod, representation)
        for column, representation in zip(columns, representations, strict=True)
    )
    body = f"VALUES {', '.join(texts)}"
    if any(relations_named(expr) for row in rows for expr in row):
        # SQLite calls the columns so only where no row names a column of a query outside.
        names = ", ".join(f"column{n}" for n in range(1, len(columns) + 1))
        body = f"WITH v({names}) AS ({body}) SELECT * FROM v"
    return outputs, body


def _constant_rows(
    compilation: Compilation, rows: Sequence[Sequence[bound.Expr]], columns: Sequence[RelationColumn]
) -> str | None:
    """Return very many rows of constants as one JSON parameter, within SQLite's limit of variables."""
    if len(rows) * len(columns) <= _VALUES_PARAMETERS_MAX:
        return None
    from borealis.executor.compile.elements import element_value

    table: list[list[object]] = []
    for row in rows:
        cells: list[object] = []
        for cell in row:
            if not isinstance(cell, bound.Const):
                return None
            cells.append(cell.value.hex() if isinstance(cell.value, bytes) else cell.value)
        table.append(cells)
    parameter = compilation.parameters.literal(json.dumps(table))
    cells_text = ", ".join(
        f"{element_value(f'(value ->> {n})', column.type)} AS column{n + 1}"
        for n, column in enumerate(columns)
    )
    return f"SELECT {cells_text} FROM json_each({parameter}) ORDER BY key"


def _tailed(
    compilation: Compilation, node: SetOperation | Values, text: str, outputs: Sequence[Output]
) -> str | None:
    """Return the query with ORDER BY, LIMIT and OFFSET over it as relation r<id>; None where there are none."""
    compilation.define(
        node.relation,
        {n: Sql(f"r{node.relation}.c{n}", output.representation) for n, output in enumerate(outputs, 1)},
    )
    order = order_terms(compilation, node.order)
    rows = f"({text}) AS r{node.relation}"
    if node.with_ties or limits_vary(node.limit, node.offset):
        names = ", ".join(f"c{n}" for n in range(1, len(outputs) + 1)) or "1"
        return numbered(compilation, names, rows, order, node)
    order_text = f" ORDER BY {', '.join(order)}" if order else ""
    tail = order_text + limit_clause(compilation, node.limit, node.offset)
    return f"SELECT * FROM {rows}{tail}" if tail else None
