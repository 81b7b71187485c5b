"""What a statement sees of its session: user, search path, style, settings. One frozen object, made anew when settings change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from borealis.executor.session_state import SessionState
from borealis.planner.settings import PlannerSettings, planner_settings
from borealis.settings.identifiers import split_identifiers
from borealis.settings.values import Settings
from borealis.types.base import Style


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    user: str  # as whom statements run: the session's, or the one of SET LOCAL ROLE
    search_path: tuple[str, ...]  # "$user" replaced; schemas that are not there included
    style: Style
    setting: Callable[[str], str | None]
    set_setting: Callable[[str, str | None, bool], str]
    """set_config(): name, text and is_local to the value it then has."""
    state: SessionState
    planner: PlannerSettings


def scope_of(settings: Settings, state: SessionState) -> Scope:
    date_style, date_order = settings["datestyle"].split(", ")
    style = _style(
        date_style,
        date_order,
        settings["intervalstyle"],
        settings["timezone"],
        settings["extra_float_digits"],
    )
    names = split_identifiers(settings["search_path"]) or []
    user = settings.user if settings["role"] == "none" else settings["role"]
    path = tuple(dict.fromkeys(user if name == "$user" else name for name in names if name))

    def set_setting(name: str, text: str | None, local: bool) -> str:
        settings.set(name, text, local=local)
        return settings.show(name)[1]

    planner = planner_settings(settings.get)
    return Scope(user, path, style, settings.get, set_setting, state, planner)


@lru_cache(maxsize=1_024)
def _style(date_style: str, date_order: str, interval_style: str, time_zone: str, digits: str) -> Style:
    """Return one object for equal styles: encoders and decoders are kept by identity."""
    return Style(date_style, date_order, interval_style, time_zone, int(digits))
