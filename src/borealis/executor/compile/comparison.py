"""Forms in which SQLite's =, <, IS, GROUP BY and ORDER BY mean what PostgreSQL's operators of the type mean.

Most values stand so that SQLite's own comparison is PostgreSQL's. Those that do not have a sort form, given by
functions.lookup.sort_form: numeric in decimal text compares under a collation, interval by the first half of its bytes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from borealis.functions import lookup
from borealis.functions.implementation import Sql, plain
from borealis.functions.numeric.representation import as_fixed
from borealis.sql.bound.expressions import Expr, FuncCall
from borealis.types.base import FixedNumeric, Oid, Representation

_INT8_MAX = 2**63 - 1


def sort_form(sql: Sql, type_: Oid) -> str:
    """Return text that orders, groups and compares as the type does."""
    return lookup.sort_form(sql, type_).text


def term_form(sql: Sql, type_: Oid) -> str:
    """Return the sort form as a term of GROUP BY or ORDER BY, where SQLite reads a bare integer as an ordinal."""
    text = sort_form(sql, type_)
    return "NULL" if text.isdigit() else text


def is_native(type_: Oid) -> bool:
    """Whether Plain values of the type compare as they stand."""
    return lookup.sort_form(_PROBE, type_).text == _PROBE.text


def collation_in(form: str) -> str | None:
    """Return the collation a sort form ends with."""
    found = _COLLATE.search(form)
    return found[1] if found else None


_COLLATE = re.compile(r" COLLATE (\w+)\)$")
_PROBE = Sql("probe")


def is_scaled(sql: Sql) -> bool:
    return type(sql.representation) is not Representation


def comparable(operands: Sequence[Sql], types: Sequence[Oid]) -> list[str]:
    """Return the operands so that SQLite compares them with each other as PostgreSQL would."""
    if any(is_scaled(operand) for operand in operands):
        rescaled = _rescaled([as_fixed(operand) or operand for operand in operands])
        if rescaled is not None:
            return rescaled
        operands = [plain(operand) for operand in operands]
    return [sort_form(operand, type_) for operand, type_ in zip(operands, types, strict=True)]


def _rescaled(operands: Sequence[Sql]) -> list[str] | None:
    """Bring scaled integers to the largest scale among them, if none can overflow there."""
    fixed = [operand.representation for operand in operands if operand.text != "NULL"]
    scales = [kind.scale for kind in fixed if isinstance(kind, FixedNumeric)]
    if len(scales) < len(fixed) or not scales:
        return None
    target = max(scales)
    texts = []
    for operand in operands:
        kind = operand.representation
        if operand.text == "NULL" or not isinstance(kind, FixedNumeric):
            texts.append("NULL")
            continue
        factor = 10 ** (target - kind.scale)
        if kind.bound * factor > _INT8_MAX:
            return None
        texts.append(operand.text if factor == 1 else f"({operand.text} * {factor})")
    return texts


def equality_operands(comparison: Expr) -> tuple[Expr, Expr] | None:
    """Return the operands of `a = b` where SQLite's = on them is PostgreSQL's and their types stand alike."""
    if not isinstance(comparison, FuncCall) or comparison.function.source not in NATIVE_EQUALITIES:
        return None
    left, right = comparison.args
    return left, right


NATIVE_EQUALITIES = frozenset(
    {
        *(f"int{a}eq" for a in (2, 4, 8)),
        *("int24eq", "int42eq", "int28eq", "int82eq", "int48eq", "int84eq"),
        *("float4eq", "float8eq", "float48eq", "float84eq"),
        *("booleq", "texteq", "nameeq", "chareq", "oideq", "bpchareq", "byteaeq", "uuid_eq"),
        *("date_eq", "time_eq", "timetz_eq", "timestamp_eq"),
    }
)
"""pg_proc.prosrc of the = operators whose SQLite form is =: what may become IN, a key lookup, a join by index."""

INTEGER_EQUALITIES = frozenset(source for source in NATIVE_EQUALITIES if source.startswith("int"))
