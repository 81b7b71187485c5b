"""Expressions that choose among values: CASE, COALESCE, GREATEST, LEAST, NULLIF."""

from __future__ import annotations

from borealis.executor.compile import comparison
from borealis.executor.compile.compilation import Compilation, compiles
from borealis.executor.compile.conditions import condition
from borealis.functions.implementation import Sql, plain
from borealis.functions.numeric.representation import unified
from borealis.sql.bound import expressions as bound

_NEVER = frozenset({"0", "NULL"})
"""Conditions that are constants and not true."""


@compiles(bound.Case)
def case(compilation: Compilation, node: bound.Case) -> Sql:
    conditions: list[str] = []
    values: list[Sql] = []
    for when, value in node.branches:
        test = condition(compilation, when)
        if test in _NEVER:
            continue
        values.append(compilation.expr(value))
        if test == "1":  # what comes behind is never reached, and raises nothing
            break
        conditions.append(test)
    else:
        values.append(compilation.expr(node.otherwise))
    if not conditions:
        return values[0]
    texts, representation = unified(values)
    branches = " ".join(f"WHEN {when} THEN {then}" for when, then in zip(conditions, texts, strict=False))
    return Sql(f"(CASE {branches} ELSE {texts[-1]} END)", representation)


@compiles(bound.Coalesce)
def coalesce(compilation: Compilation, node: bound.Coalesce) -> Sql:
    operands = [compilation.expr(arg) for arg in node.args]
    texts, representation = unified(operands)
    if len(texts) == 1:
        return Sql(texts[0], representation)
    return Sql(f"coalesce({', '.join(texts)})", representation)


@compiles(bound.NullIf)
def null_if(compilation: Compilation, node: bound.NullIf) -> Sql:
    left = compilation.expr(node.left)
    if left.text == "NULL":
        return left
    if (
        node.left.type == node.right.type
        and comparison.is_native(node.left.type)
        and not comparison.is_scaled(left)
    ):
        return Sql(f"nullif({left.text}, {compilation.expr(node.right).text})")
    equality = condition(compilation, node.equality)
    return Sql(f"(CASE WHEN {equality} THEN NULL ELSE {left.text} END)", left.representation)


@compiles(bound.MinMax)
def min_max(compilation: Compilation, node: bound.MinMax) -> Sql:
    """SQLite's min() and max() of several arguments give NULL for a NULL among them; PostgreSQL's skip it."""
    operands = [compilation.expr(arg) for arg in node.args]
    texts, representation = unified(operands)
    if len(texts) == 1:
        return Sql(texts[0], representation)
    name = "max" if node.is_greatest else "min"
    if not (comparison.is_native(node.type) or comparison.is_scaled(Sql("", representation))):
        texts = [plain(operand).text for operand in operands]
        return Sql(f"pg_{name}_of({int(node.type)}, {', '.join(texts)})")
    if len(texts) == 2 and all(Sql(text).is_atomic for text in texts):
        a, b = texts
        return Sql(
            f"(CASE WHEN {a} IS NULL THEN {b} WHEN {b} IS NULL THEN {a} ELSE {name}({a}, {b}) END)",
            representation,
        )
    return Sql(f"pg_{name}_of({int(node.type)}, {', '.join(texts)})", representation)
