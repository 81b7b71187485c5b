"""VALUES lists, as queries and as INSERT's rows."""

from __future__ import annotations

from borealis.errors import FeatureNotSupported, SyntaxError_
from borealis.sql.bind.coerce import apply_typmod, coerce_to_common, common_type, common_typmod
from borealis.sql.bind.ctes import bind_ctes
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.level import Level, NamespaceItem, var_columns
from borealis.sql.bind.ordering import bind_limit, bind_order, bind_ties
from borealis.sql.bound.expressions import Expr
from borealis.sql.bound.relations import RelationColumn
from borealis.sql.bound.statements import Target, Values
from borealis.sql.parse import Node


def bind_values(level: Level, node: Node) -> Values:
    context = level.context
    if "lockingClause" in node:
        strength = node["lockingClause"][0]["LockingClause"]["strength"]
        mode = "FOR UPDATE" if strength == "LCS_FORUPDATE" else "FOR KEY SHARE"
        raise FeatureNotSupported(f"{mode} cannot be applied to VALUES")
    ctes = bind_ctes(level, node.get("withClause"))
    level.place = "VALUES"
    rows = [
        [_refuse_default(level, item) for item in row["List"].get("items", ())] for row in node["valuesLists"]
    ]
    width = len(rows[0])
    for row in rows:
        if len(row) != width:
            raise SyntaxError_(
                "VALUES lists must all be the same length",
                position=context.position_of(row[0]) if row else None,
            )
    columns, by_column = [], []
    for ordinal in range(width):
        exprs = [row[ordinal] for row in rows]
        oid = common_type(context, exprs, "VALUES")
        assert oid is not None
        coerced = [coerce_to_common(context, expr, oid, "VALUES") for expr in exprs]
        typmod = common_typmod(coerced, oid)
        by_column.append([apply_typmod(expr, oid, typmod, is_explicit=False) for expr in coerced])
        columns.append(RelationColumn(f"column{ordinal + 1}", oid, typmod))
    relation = level.new_relation()
    named = var_columns(relation, tuple(columns))
    level.add(NamespaceItem("*VALUES*", None, named))
    targets = [Target(column.expr, column.name) for column in named]
    order = bind_order(level, node.get("sortClause", ()), targets)
    return Values(
        tuple(zip(*by_column, strict=True)) if width else tuple(() for _ in rows),
        tuple(columns),
        relation,
        order,
        bind_limit(level, node.get("limitCount"), "LIMIT"),
        bind_limit(level, node.get("limitOffset"), "OFFSET"),
        ctes,
        bind_ties(level, node),
    )


def _refuse_default(level: Level, node: Node) -> Expr:
    if "SetToDefault" in node:
        raise SyntaxError_(
            "DEFAULT is not allowed in this context", position=level.context.position(node["SetToDefault"])
        )
    return bind_expr(level, node)
