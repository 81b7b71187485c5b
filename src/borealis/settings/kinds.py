"""What kind of value each parameter has, as pg_settings says it: vartype, and a number's unit.

SHOW writes a number with the unit that suits it (4MB), pg_settings in the parameter's own (4096 of kB).
Source: PostgreSQL 16 documentation, 54.24 pg_settings and chapter 20.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ENUMS = frozenset(
    (
        "backslash_quote",
        "bytea_output",
        "client_min_messages",
        "constraint_exclusion",
        "default_toast_compression",
        "default_transaction_isolation",
        "intervalstyle",
        "password_encryption",
        "plan_cache_mode",
        "session_replication_role",
        "synchronous_commit",
        "transaction_isolation",
        "xmlbinary",
        "xmloption",
    )
)
_UNITS = {
    "deadlock_timeout": "ms",
    "idle_in_transaction_session_timeout": "ms",
    "idle_session_timeout": "ms",
    "lock_timeout": "ms",
    "max_stack_depth": "kB",
    "segment_size": "8kB",
    "statement_timeout": "ms",
    "work_mem": "kB",
}
_BLOCK = 8192
_MANY = {
    ("s", "ms"): 1000,
    ("MB", "kB"): 1024,
    ("GB", "8kB"): (1 << 30) // _BLOCK,
}
_AMOUNT = re.compile(r"(-?\d+)([A-Za-z]*)")


@dataclass(frozen=True, slots=True)
class Kind:
    vartype: str
    unit: str | None
    value: str


def kind_of(name: str, value: str) -> Kind:
    """Return what pg_settings says of a parameter's value as SHOW writes it."""
    key = name.lower()
    if key in _ENUMS:
        return Kind("enum", None, value)
    if value in ("on", "off"):
        return Kind("bool", None, value)
    if key == "cursor_tuple_fraction":
        return Kind("real", None, value)
    amount = _AMOUNT.fullmatch(value)
    if amount is None:
        return Kind("string", None, value)
    unit = _UNITS.get(key)
    many = _MANY.get((amount[2], unit or ""), 1)
    return Kind("integer", unit, str(int(amount[1]) * many))
