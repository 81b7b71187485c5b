"""DROP of objects found by name: what goes with them, decided by the dependency graph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from borealis.catalog.rows import Object
from borealis.sql.bind.context import BindContext
from borealis.sql.dependencies.address import Address
from borealis.sql.dependencies.deletion import Deletion
from borealis.sql.dependencies.descriptions import Descriptions
from borealis.sql.dependencies.edges import Holder, address_of
from borealis.sql.dependencies.graph import Graph
from borealis.sql.dependencies.removal import Removal
from borealis.sql.utility.ddl import Ddl


def drop(context: BindContext, tag: str, named: Sequence[Address], notices: Iterable[tuple[str, ...]]) -> Ddl:
    """Return the DDL that drops the objects, and by CASCADE what depends on them.

    Raises: DependentObjectsStillExist 2BP01, FeatureNotSupported for what DSQL does not drop.
    """
    graph = Graph(context.catalog)
    is_cascade = context.parsed.node.get("behavior") == "DROP_CASCADE"
    removal, told = removed(context, graph, tuple(dict.fromkeys(named)), is_cascade=is_cascade)
    before: list[Object] = [old for old, _ in removal.changes]
    after = [new for _, new in removal.changes if new is not None]
    return Ddl.replacing(tag, [*before, *removal.comments], after, (*notices, *told))


def removed(
    context: BindContext, graph: Graph, named: Sequence[Address], *, is_cascade: bool
) -> tuple[Removal, list[tuple[str, ...]]]:
    """Take objects out of the graph's catalog with all that depends on them; return what CASCADE says of that too."""
    deletion = Deletion(graph, Descriptions(context, graph), named)
    deletion.search()
    if not is_cascade:
        deletion.refuse_dependents()
    removal = Removal(graph)
    removal.take(one.address for one in deletion.found)
    return removal, deletion.notices


def drop_holders(
    context: BindContext, tag: str, holders: Iterable[Holder], notices: Iterable[tuple[str, ...]]
) -> Ddl:
    return drop(context, tag, [address_of(one) for one in holders], notices)
