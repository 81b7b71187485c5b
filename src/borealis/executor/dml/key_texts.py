"""What an error says of an index key: `Key (a, lower(b))=(1, x)`. Made only when there is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from borealis.catalog.relations import Index, Table
from borealis.executor.compile.compilation import Compilation
from borealis.executor.compile.rows import define_row, select_targets
from borealis.executor.dml.constraints import value_text
from borealis.sql.bound.expressions import Expr
from borealis.sql.bound.statements import ComputedIndex, Target
from borealis.sql.deparse.definitions import Definitions
from borealis.transaction.intent import Row
from borealis.types.registry import type_of

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction


def key_texts(
    table: Table,
    index: Index,
    row: Row,
    transaction: Transaction,
    computed: ComputedIndex | None = None,
    relation: int = 0,
) -> tuple[str, str]:
    """Return the key's columns and the row's values of them; computed is the index bound over the relation."""
    expressions = iter(index.expressions)
    definitions = Definitions(transaction.catalog, transaction.scope.search_path, transaction.style)
    names, values = [], []
    for place, attnum in enumerate(index.columns):
        if attnum == 0:
            assert computed is not None, index
            names.append(definitions.index_key(table, next(expressions).source, pretty=False))
            values.append(_value(table, relation, computed.keys[place], row, transaction))
        else:
            column, stored = table.columns[attnum - 1], row[attnum - 1]
            names.append(column.name)
            values.append("null" if stored is None else value_text(column, stored, transaction.style))
    return ", ".join(names), ", ".join(values)


def _value(table: Table, relation: int, key: Expr, row: Row, transaction: Transaction) -> str:
    compilation = Compilation()
    define_row(compilation, relation, table)
    statement = select_targets(compilation, (Target(key, "key"),))
    ((value,),) = transaction.row_statement(statement, (), row)
    if value is None:
        return "null"
    (output,) = statement.outputs
    return type_of(key.type).text_encoder(transaction.style, output.representation)(value).decode()
