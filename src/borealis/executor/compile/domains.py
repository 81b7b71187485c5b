"""Values that become values of a domain: the value itself, or the error of the first condition it does not meet."""

from __future__ import annotations

from borealis.executor.compile.compilation import Compilation, compiles
from borealis.executor.compile.trees import is_volatile, stands_alone_in_group
from borealis.functions.implementation import Sql
from borealis.sql.bound import expressions as bound


@compiles(bound.CoerceToDomain)
def coerce_to_domain(compilation: Compilation, node: bound.CoerceToDomain) -> Sql:
    """The value is named once in a subquery, unless it holds an aggregate, which belongs to the query around."""
    arg = compilation.expr(node.arg)
    if arg.is_atomic or stands_alone_in_group(node.arg):
        return Sql(f"({_checked(compilation, node, arg)})", arg.representation)
    name = compilation.new_name()
    checked = _checked(compilation, node, Sql(f"{name}.v", arg.representation))
    # SQLite never flattens a subquery with OFFSET, so a volatile value is computed once.
    fence = " LIMIT -1 OFFSET 0" if is_volatile(node.arg) else ""
    return Sql(f"(SELECT {checked} FROM (SELECT {arg.text} AS v{fence}) AS {name})", arg.representation)


def _checked(compilation: Compilation, node: bound.CoerceToDomain, value: Sql) -> str:
    compilation.define(node.relation, {1: value})
    domain = ", ".join(compilation.parameters.literal(text) for text in (node.domain, *node.place))
    cases = [f"WHEN {value.text} IS NULL THEN pg_domain_null({domain})"] if node.not_null else []
    for name, check in node.checks:
        constraint = compilation.parameters.literal(name)
        cases.append(
            f"WHEN NOT ({compilation.expr(check).text}) THEN pg_domain_violated({domain}, {constraint})"
        )
    return f"CASE {' '.join(cases)} ELSE {value.text} END"
