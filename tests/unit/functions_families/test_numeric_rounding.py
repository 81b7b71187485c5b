"""round() and trunc() at the ends of what a numeric can have, as the later minor releases of PostgreSQL 16 do it.

16.2, which records the other cases, still clamps the places too early. Source: PostgreSQL's regression test numeric.
"""

from __future__ import annotations

import pytest

from borealis.errors import NumericValueOutOfRange
from borealis.functions.numeric.rounding import numeric_round, numeric_trunc


def _power(digit: int, exponent: int) -> str:
    return f"{digit}{'0' * exponent}"


def test_round_may_leave_no_digit() -> None:
    half = f"55{'0' * 131_070}"  # 5.5e131071
    assert numeric_round(half, -131_073) == "0"
    assert numeric_round(half, -1_000_000) == "0"
    assert numeric_round(f"45{'0' * 131_070}", -131_072) == "0"
    with pytest.raises(NumericValueOutOfRange, match="value overflows numeric format"):
        numeric_round(half, -131_072)


def test_round_keeps_the_digit_there_is() -> None:
    assert numeric_round(f"44{'0' * 131_070}", -131_071) == _power(4, 131_071)
    assert numeric_trunc(f"99{'0' * 131_070}", -131_071) == _power(9, 131_071)
    assert numeric_trunc(f"99{'0' * 131_070}", -131_072) == "0"
