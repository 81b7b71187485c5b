"""num_nulls and num_nonnulls, over any arguments as they stand."""

from __future__ import annotations

from borealis.functions.implementation import Sql, emitter


@emitter("pg_num_nulls")
def num_nulls(args: tuple[Sql, ...]) -> Sql:
    return Sql(f"({' + '.join(f'({arg.text} IS NULL)' for arg in args) or '0'})")


@emitter("pg_num_nonnulls")
def num_nonnulls(args: tuple[Sql, ...]) -> Sql:
    return Sql(f"({' + '.join(f'({arg.text} IS NOT NULL)' for arg in args) or '0'})")
