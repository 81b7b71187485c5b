"""`*=` and `*<>`: whether records stand alike, not whether they mean the same: 1.0 and 1.00 differ, 0 and -0 do.

Source: PostgreSQL 16 documentation 9.24.6. The order of `*<` is that of bytes in PostgreSQL's memory, so it is not supported.
"""

from __future__ import annotations

from borealis.errors import DatatypeMismatch
from borealis.functions.implementation import scalar
from borealis.types.record import take
from borealis.types.registry import format_type


@scalar("record_image_eq")
def stand_alike(left: str, right: str) -> int:
    """Raises: DatatypeMismatch 42804."""
    (left_shape, left_values), (right_shape, right_values) = take(left), take(right)
    for ordinal, (type_, other) in enumerate(zip(left_shape.types, right_shape.types, strict=False), 1):
        if type_ != other:
            raise DatatypeMismatch(
                f"cannot compare dissimilar column types {format_type(type_)} and {format_type(other)} "
                f"at record column {ordinal}"
            )
    if len(left_values) != len(right_values):
        raise DatatypeMismatch("cannot compare record types with different numbers of columns")
    return int(repr(left_values) == repr(right_values))  # which tells 0.0 from -0.0


@scalar("record_image_ne")
def stand_apart(left: str, right: str) -> int:
    return 1 - stand_alike(left, right)
