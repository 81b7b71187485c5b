"""Objects and their parts as messages about dependencies name them: `default value for column a of table t`."""

from __future__ import annotations

from borealis.functions.catalogs.addresses import describe
from borealis.functions.catalogs.addresses.rows import SystemRows
from borealis.sql.bind.context import BindContext
from borealis.sql.dependencies.address import Address
from borealis.sql.dependencies.graph import Graph
from borealis.sql.dependencies.system_rows import shown
from borealis.sql.registered.names import CatalogNames


class Descriptions:
    def __init__(self, context: BindContext, graph: Graph) -> None:
        names = CatalogNames(graph.catalog, context.search_path)
        self._objects = describe.Descriptions(SystemRows(graph.catalog), names, context.search_path)

    def of(self, address: Address) -> str:
        text = self._objects.of(address.catalog, *shown(address))
        assert text is not None, address
        return text
