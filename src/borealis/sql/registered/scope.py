"""NameScope: what the readers of names need: a catalog and the schemas that are searched, pg_catalog among them."""

from __future__ import annotations

from typing import Protocol

from borealis.catalog.catalog import Catalog


class NameScope(Protocol):
    @property
    def catalog(self) -> Catalog: ...
    @property
    def search_path(self) -> tuple[str, ...]: ...
