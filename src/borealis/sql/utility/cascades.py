"""What DROP says of dependents: the hint where it refuses, the notices of what goes by CASCADE. Source: PostgreSQL 16, dependency.c."""

from __future__ import annotations

from collections.abc import Sequence

CASCADE_HINT = "Use DROP ... CASCADE to drop the dependent objects too."


def cascade_notices(descriptions: Sequence[str]) -> list[tuple[str, ...]]:
    """Return what is said of the objects that go by CASCADE."""
    lines = [f"drop cascades to {one}" for one in descriptions]
    if len(lines) < 2:
        return [("00000", line) for line in lines]
    return [("00000", f"drop cascades to {len(lines)} other objects", "\n".join(lines))]
