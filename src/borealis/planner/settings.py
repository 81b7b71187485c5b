"""The session's planner settings (dsql-facts §4.9). A form switched off is only taken where there is no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class PlannerSettings:
    enable_seqscan: bool = True
    enable_indexscan: bool = True
    enable_indexonlyscan: bool = True
    enable_nestloop: bool = True
    enable_hashjoin: bool = True


DEFAULT_SETTINGS = PlannerSettings()


def planner_settings(setting: Callable[[str], str | None]) -> PlannerSettings:
    """Return the planner settings among a session's, which are on where they are not set."""
    values = {field.name: setting(field.name) for field in fields(PlannerSettings)}
    if all(value is None or value == "on" for value in values.values()):
        return DEFAULT_SETTINGS
    return PlannerSettings(**{name: value in (None, "on") for name, value in values.items()})
