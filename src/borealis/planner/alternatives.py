"""An OR whose arms are about one table but search different indexes: each arm finds keys, the table's rows are read by them.

    a = 5 OR b = 'x'      id IN (SELECT id FROM t WHERE a = 5 UNION ALL SELECT id FROM t WHERE b = 'x')

What PostgreSQL does with a bitmap. Whether it pays, the planner finds by costing both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

from borealis.functions.signatures import Function, functions_by_name
from borealis.planner.rebuild import rebuilt
from borealis.planner.terms import disjuncts, joined
from borealis.planner.units import take_apart
from borealis.sql.bound.expressions import Expr, FuncCall, SubLink, SubLinkKind, Var
from borealis.sql.bound.relations import RelationColumn, TableRelation
from borealis.sql.bound.statements import Query, Select, SetOp, SetOperation, Target
from borealis.sql.bound.trees import any_node, conjuncts, is_volatile, relations_named
from borealis.types import oids
from borealis.types.base import Oid

_EQUAL = {
    oids.INT2: "int2eq",
    oids.INT4: "int4eq",
    oids.INT8: "int8eq",
    oids.UUID: "uuid_eq",
    oids.TEXT: "texteq",
}
_ARMS_MAX = 8


def rewrites_of_alternatives(node: Select, new_id: Callable[[], int]) -> Iterator[Select]:
    """Yield the query with one OR looked up arm by arm."""
    if node.from_ is None:
        return
    units, _ = take_apart(node.from_, None)
    tables = {
        unit.item.id: unit.item for unit in units if isinstance(unit.item, TableRelation) and unit.on is None
    }
    for term in conjuncts(node.where):
        arms, named = disjuncts(term), relations_named(term)
        table = tables.get(next(iter(named))) if len(named) == 1 else None
        if table is None or not 2 <= len(arms) <= _ARMS_MAX or len(table.table.secondary_indexes) < 2:
            continue
        if any_node(term, lambda each: isinstance(each, SubLink)) or is_volatile(term):
            continue
        found = _by_key(table, arms, new_id)
        if found is not None:
            where = joined(found if each is term else each for each in conjuncts(node.where))
            yield replace(node, where=where)


def _by_key(table: TableRelation, arms: tuple[Expr, ...], new_id: Callable[[], int]) -> Expr | None:
    key = table.table.primary_key
    if key is None or len(key.columns) != 1:
        return None
    column = table.table.columns[key.columns[0] - 1]
    equal = _equality(column.type)
    if equal is None:
        return None
    queries: list[Query] = []
    for arm in arms:
        copy = new_id()

        def moved(expr: object, new: int = copy) -> object | None:
            return (
                replace(expr, relation=new) if isinstance(expr, Var) and expr.relation == table.id else None
            )

        found = Var(column.type, column.typmod, copy, column.attnum)
        item = TableRelation(copy, table.alias, table.table)
        queries.append(Select((Target(found, column.name),), item, rebuilt(arm, moved)))
    query = queries[0]
    for other in queries[1:]:
        columns = (RelationColumn(column.name, column.type, column.typmod),)
        query = SetOperation(SetOp.UNION, True, query, other, columns, new_id())
    relation = new_id()
    sides = (
        Var(column.type, column.typmod, table.id, column.attnum),
        Var(column.type, column.typmod, relation, 1),
    )
    compared = FuncCall(oids.BOOL, -1, equal, sides)
    return SubLink(oids.BOOL, -1, SubLinkKind.ANY, query, relation, compared)


@cache
def _equality(type_: Oid) -> Function | None:
    name = _EQUAL.get(type_)
    return (
        next((each for each in functions_by_name()[name] if each.args == (type_, type_)), None)
        if name
        else None
    )
