"""Scope: what the executor asks of a session. The session's own Scope is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from borealis.executor.session_state import SessionState
from borealis.planner.settings import DEFAULT_SETTINGS, PlannerSettings
from borealis.types.base import Style


class Scope(Protocol):
    @property
    def user(self) -> str: ...
    @property
    def search_path(self) -> tuple[str, ...]: ...
    @property
    def style(self) -> Style: ...
    @property
    def setting(self) -> Callable[[str], str | None]: ...
    @property
    def set_setting(self) -> Callable[[str, str | None, bool], str] | None: ...
    @property
    def state(self) -> SessionState: ...
    @property
    def planner(self) -> PlannerSettings: ...


@dataclass(frozen=True, slots=True, eq=False)
class PlainScope:
    """A session's defaults: for tests, tools, and work the node does for itself."""

    user: str = "admin"
    search_path: tuple[str, ...] = ("public",)
    style: Style = field(default_factory=Style)
    setting: Callable[[str], str | None] = lambda name: None
    set_setting: Callable[[str, str | None, bool], str] | None = None  # none: its settings cannot be changed
    state: SessionState = field(default_factory=SessionState)
    planner: PlannerSettings = DEFAULT_SETTINGS
