"""numeric operators on scaled integers: native SQLite arithmetic wherever the bounds prove that int64 cannot overflow.

    +  -      scales meet at the larger, bounds add          abs, sign, -   keep the scale
    *         scales add, bounds multiply                    %              scales meet at the larger
    = < …     the smaller scale is raised; an operand that is decimal text becomes the integer to compare with

Whatever does not fit goes to arithmetic.py as decimal text, where the result is the same, digit by digit.
"""

from __future__ import annotations

from dataclasses import replace

from borealis.functions.implementation import Emitter, Sql, emitter
from borealis.functions.numeric.representation import (
    INT8_MAX,
    as_fixed,
    both_fixed,
    fixed,
    is_cheap,
    rescaled,
    to_plain,
    unproved,
)
from borealis.functions.ordering import uncollated
from borealis.types.base import FixedNumeric

_SCALE_MAX = 18


def in_python(name: str, args: tuple[Sql, ...]) -> Sql:
    return Sql(f"pg_{name}({', '.join(to_plain(arg).text for arg in args)})")


def _at_one_scale(args: tuple[Sql, ...]) -> tuple[str, str, int, int, int] | None:
    """Return two arguments at their larger scale: texts, scale, bounds."""
    known = both_fixed(args)
    if known is None:
        return None
    scale = max(known[0][1], known[1][1])
    left, right = rescaled(known[0], scale), rescaled(known[1], scale)
    if left is None or right is None:
        return None
    return left[0], right[0], scale, left[1], right[1]


def _additive(operator: str, name: str) -> Emitter:
    def emit(args: tuple[Sql, ...]) -> Sql:
        at = _at_one_scale(args)
        if at is None or at[3] + at[4] > INT8_MAX:
            return replace(in_python(name, args), unproved=_unproved_sum(operator, args))
        left, right, scale, left_bound, right_bound = at
        return fixed(f"({left} {operator} {right})", scale, left_bound + right_bound)

    return emit


emitter("numeric_add")(_additive("+", "numeric_add"))
emitter("numeric_sub")(_additive("-", "numeric_sub"))


@emitter("numeric_mul")
def multiply(args: tuple[Sql, ...]) -> Sql:
    known = both_fixed(args)
    if known is None:
        return replace(in_python("numeric_mul", args), unproved=_unproved_product(args))
    (left, left_scale, left_bound), (right, right_scale, right_bound) = known
    if left_bound * right_bound > INT8_MAX or left_scale + right_scale > _SCALE_MAX:
        text = f"pg_fixed_mul({left}, {right}, {left_scale + right_scale})"
        return Sql(text, unproved=_unproved_product(args))
    return fixed(f"({left} * {right})", left_scale + right_scale, left_bound * right_bound)


def _unproved_sum(operator: str, args: tuple[Sql, ...]) -> tuple[str, int] | None:
    left, right = map(unproved, args)
    if left is None or right is None:
        return None
    scale = max(left[1], right[1])
    texts = [text if own == scale else f"({text} * {10 ** (scale - own)})" for text, own in (left, right)]
    return (f"({texts[0]} {operator} {texts[1]})", scale) if scale <= _SCALE_MAX else None


def _unproved_product(args: tuple[Sql, ...]) -> tuple[str, int] | None:
    left, right = map(unproved, args)
    if left is None or right is None or left[1] + right[1] > _SCALE_MAX:
        return None
    return f"({left[0]} * {right[0]})", left[1] + right[1]


@emitter("numeric_mod")
def modulo(args: tuple[Sql, ...]) -> Sql:
    at = _at_one_scale(args)
    if at is None or not is_cheap(at[1]):
        return in_python("numeric_mod", args)
    left, right, scale, left_bound, right_bound = at
    # The raising branch is taken for NULL % 0 too; the function answers NULL to a NULL.
    return fixed(
        f"(CASE {right} WHEN 0 THEN pg_raise_division_by_zero({left}) ELSE {left} % {right} END)",
        scale,
        min(left_bound, right_bound),
    )


@emitter("numeric_uminus")
def negate(args: tuple[Sql, ...]) -> Sql:
    known = as_fixed(args[0])
    if known is None or not _negatable(known):
        return in_python("numeric_uminus", args)
    return Sql(f"(- {known.text})", known.representation)


@emitter("numeric_uplus")
def keep(args: tuple[Sql, ...]) -> Sql:
    return args[0]


@emitter("numeric_abs")
def absolute(args: tuple[Sql, ...]) -> Sql:
    known = as_fixed(args[0])
    if known is None or not _negatable(known):
        return in_python("numeric_abs", args)
    return Sql(f"abs({known.text})", known.representation)


@emitter("numeric_sign")
def sign(args: tuple[Sql, ...]) -> Sql:
    known = as_fixed(args[0])
    return in_python("numeric_sign", args) if known is None else fixed(f"sign({known.text})", 0, 1)


def _negatable(known: Sql) -> bool:
    return isinstance(known.representation, FixedNumeric) and known.representation.bound <= INT8_MAX


_COMPARISONS = {
    "eq": ("=", "=", "exactly"),
    "ne": ("<>", "<>", "exactly"),
    "lt": ("<", ">", "ceil"),
    "le": ("<=", ">=", "floor"),
    "gt": (">", "<", "floor"),
    "ge": (">=", "<=", "ceil"),
}
"""name: operator, the operator with sides exchanged, and how a Plain right side becomes an integer."""

_SWAPPED = {"eq": "eq", "ne": "ne", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}


def _comparison(name: str) -> Emitter:
    operator = _COMPARISONS[name][0]

    def emit(args: tuple[Sql, ...]) -> Sql:
        at = _at_one_scale(args)
        if at is not None:
            return Sql(f"({at[0]} {operator} {at[1]})")
        for side, other in ((0, 1), (1, 0)):
            known = as_fixed(args[side])
            if (
                known is not None
                and isinstance(known.representation, FixedNumeric)
                and known.constant is None
            ):
                asked = name if side == 0 else _SWAPPED[name]
                symbol, _, rounding = _COMPARISONS[asked]
                integer = (
                    f"pg_numeric_{rounding}_at({to_plain(args[other]).text}, {known.representation.scale})"
                )
                return Sql(f"({known.text} {symbol} {integer})")
        left, right = (to_plain(arg).text for arg in args)
        return uncollated(f"({left} COLLATE pg_numeric {operator} {right})")

    return emit


for _name in _COMPARISONS:
    emitter(f"numeric_{_name}")(_comparison(_name))


def _extreme(name: str, function: str) -> Emitter:
    """numeric_larger, numeric_smaller; of equal numbers the second stays, whose scale may be another."""

    def emit(args: tuple[Sql, ...]) -> Sql:
        known = both_fixed(args)
        if known is None or known[0][1] != known[1][1]:
            return in_python(function, args)
        return fixed(f"{name}({known[0][0]}, {known[1][0]})", known[0][1], max(known[0][2], known[1][2]))

    return emit


emitter("numeric_larger")(_extreme("max", "numeric_larger"))
emitter("numeric_smaller")(_extreme("min", "numeric_smaller"))
