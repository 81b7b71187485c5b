"""The session's planner settings (dsql-facts §4.9). A form switched off is only taken where there is no other.

enable_bitmapscan, enable_material, enable_mergejoin and dsql.enable_batched_nestloop name forms that are never chosen here:
SQLite has none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache


@dataclass(frozen=True)
class PlannerSettings:
    enable_seqscan: bool = True
    enable_indexscan: bool = True
    enable_indexonlyscan: bool = True
    enable_nestloop: bool = True
    enable_hashjoin: bool = True

    @cached_property
    def number(self) -> int:
        """Return what tells equal settings from others at once."""
        return sum(1 << place for place, each in enumerate(fields(self)) if not getattr(self, each.name))


DEFAULT_SETTINGS = PlannerSettings()


def planner_settings(setting: Callable[[str], str | None]) -> PlannerSettings:
    """Return the planner settings among a session's, which are on where they are not set."""
    return _settings(*(setting(field.name) in (None, "on") for field in fields(PlannerSettings)))


@lru_cache(maxsize=32)
def _settings(*values: bool) -> PlannerSettings:
    return PlannerSettings(*values)
