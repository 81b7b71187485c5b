"""SessionView: what a transaction's statements see of their session: style, user, search path, the time it began."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from borealis.errors import FeatureNotSupported
from borealis.executor.scope import Scope
from borealis.executor.sequences import TransactionSequences
from borealis.functions.uuids.random import random_uuid
from borealis.sql.deparse.definitions import Definitions
from borealis.sql.registered.names import CatalogNames
from borealis.storage.readers import Reader
from borealis.types.base import Style, Value

if TYPE_CHECKING:
    from borealis.executor.engine import Engine
    from borealis.executor.transaction import Transaction


class SessionView:
    __slots__ = ("_engine", "_sequences", "_started_us", "_styles", "_told", "_transaction")

    def __init__(self, transaction: Transaction, engine: Engine, started_us: int) -> None:
        self._transaction = transaction
        self._engine = engine
        self._started_us = started_us
        self._styles: tuple[Style, Style] | None = None  # a session's style, and the same with our time in it
        self._sequences = TransactionSequences(transaction)
        self._told: tuple[Reader, Scope] | None = None

    @property
    def style(self) -> Style:
        """The session's style, by which 'now' is when the transaction began."""
        style = self._transaction.scope.style
        if self._styles is None or self._styles[0] is not style:
            names = CatalogNames(self._transaction.catalog, self._transaction.scope.search_path)
            self._styles = (style, replace(style, now_us=self._started_us, names=names))
        return self._styles[1]

    @property
    def search_path(self) -> tuple[str, ...]:
        """The schemas of the session's search path that are there."""
        schemas = self._transaction.catalog.schemas_by_name
        return tuple(name for name in self._transaction.scope.search_path if name in schemas)

    def value(self, name: str) -> Value:
        """Return what SQL's CURRENT_TIMESTAMP, CURRENT_USER and the like stand for."""
        match name:
            case "current_timestamp":
                return self._started_us
            case "gen_random_uuid":
                return random_uuid(self._engine.random.randbytes(16))
            case "current_user" | "current_role" | "user":
                return self._transaction.scope.user
            case "session_user":
                return self._session_user
            case "current_catalog":
                return "postgres"
            case "current_schema":
                return next(iter(self.search_path), None)
        raise FeatureNotSupported(f"{name} is not supported yet")

    @property
    def _session_user(self) -> str:
        scope = self._transaction.scope
        return scope.setting("session_authorization") or scope.user

    def tell(self, reader: Reader) -> None:
        """Let a connection's functions know whose statement they are about to serve."""
        context, engine, scope = reader.context, self._engine, self._transaction.scope
        context.statement_us = engine.clock.now_us()  # type: ignore[attr-defined] # functions.install's Context
        if self._told is not None and self._told[0] is reader and self._told[1] is scope:
            return
        self._told = (reader, scope)
        context.style = self.style  # type: ignore[attr-defined]
        context.transaction_us = self._started_us  # type: ignore[attr-defined]
        context.clock_us = engine.clock.now_us  # type: ignore[attr-defined]
        context.random_bytes = engine.random.randbytes  # type: ignore[attr-defined]
        context.random_float = engine.random.random  # type: ignore[attr-defined]
        context.chance = scope.state.chance  # type: ignore[attr-defined]
        context.client = scope.state.client  # type: ignore[attr-defined]
        context.catalog = self._transaction.catalog  # type: ignore[attr-defined]
        context.definitions = Definitions(self._transaction.catalog, scope.search_path, self.style)  # type: ignore[attr-defined]
        context.current_user = scope.user  # type: ignore[attr-defined]
        context.session_user = self._session_user  # type: ignore[attr-defined]
        context.search_path = self.search_path  # type: ignore[attr-defined]
        context.setting = scope.setting  # type: ignore[attr-defined]
        context.set_setting = scope.set_setting  # type: ignore[attr-defined]
        context.lock_row = self._transaction.lock_row  # type: ignore[attr-defined]
        context.sequences = self._sequences  # type: ignore[attr-defined]
        context.error = None  # type: ignore[attr-defined]
