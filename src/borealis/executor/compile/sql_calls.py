"""Calls of functions made by CREATE FUNCTION: their bodies, which stand in the tree."""

from __future__ import annotations

from borealis.executor.compile.compilation import Compilation, compiles
from borealis.functions.implementation import Sql
from borealis.sql.bound import expressions as bound


@compiles(bound.SqlCall)
def sql_call(compilation: Compilation, node: bound.SqlCall) -> Sql:
    return compilation.expr(node.body)
