"""Bringing the columns of several queries into one representation: the sides of a UNION, the rows of VALUES."""

from __future__ import annotations

from collections.abc import Sequence

from borealis.functions.implementation import Sql, plain
from borealis.types.base import PLAIN, FixedNumeric, Representation


def common_representation(representations: Sequence[Representation]) -> Representation:
    """Return one all can be brought into without changing a display scale.

    Scaled integers of one scale stay so; two scales meet as decimal text, since each value keeps its own digits.
    """
    kinds = set(representations)
    if len(kinds) == 1:
        return next(iter(kinds))
    if kinds and all(isinstance(kind, FixedNumeric) for kind in kinds):
        fixed = [kind for kind in kinds if isinstance(kind, FixedNumeric)]
        if len({kind.scale for kind in fixed}) == 1:
            return FixedNumeric(fixed[0].scale, max(kind.bound for kind in fixed))
    return PLAIN


def into(sql: Sql, wanted: Representation) -> Sql:
    """Return the expression in a representation common_representation chose."""
    if sql.text == "NULL" or sql.representation == wanted:
        return Sql(sql.text, wanted)
    if isinstance(sql.representation, FixedNumeric) and isinstance(wanted, FixedNumeric):
        return Sql(sql.text, wanted)
    return plain(sql)
