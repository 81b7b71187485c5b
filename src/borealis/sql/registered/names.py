"""CatalogNames: Style.names of one catalog and search path."""

from __future__ import annotations

from collections.abc import Callable

from borealis.catalog.catalog import Catalog
from borealis.sql.registered import operators, others, relations, routines, typenames
from borealis.sql.registered.parsing import before_arguments, qualified
from borealis.sql.registered.scope import NameScope
from borealis.types import oids
from borealis.types.base import Oid


class CatalogNames:
    """Names in the catalog of a transaction's snapshot, as its search path makes them visible."""

    __slots__ = ("_check_usage", "catalog", "search_path")

    def __init__(
        self,
        catalog: Catalog,
        search_path: tuple[str, ...],
        check_usage: Callable[[str], None] = lambda schema: None,
    ) -> None:
        """check_usage raises where a schema that a name is qualified with may not be used."""
        self._check_usage = check_usage
        self.catalog = catalog
        # pg_catalog is looked at first wherever the path does not place it.
        self.search_path = search_path if "pg_catalog" in search_path else ("pg_catalog", *search_path)

    def oid_of(self, kind: Oid, text: str) -> int:
        """Return what a name means. Raises the SqlError of the type's input."""
        if kind in _QUALIFIED and "." in text:
            schema = qualified(before_arguments(text) if kind == oids.REGPROCEDURE else text)[0]
            if schema is not None:
                self._check_usage(schema)
        return _READ[kind](self, text)

    def name_of(self, kind: Oid, oid: Oid) -> str | None:
        """Return a number's name as the type shows it, None where nothing has the number."""
        return _SHOW[kind](self, oid)


_QUALIFIED = frozenset((oids.REGCLASS, oids.REGPROC, oids.REGPROCEDURE))
_READ: dict[Oid, Callable[[NameScope, str], int]] = {
    oids.REGCLASS: relations.read,
    oids.REGTYPE: typenames.read,
    oids.REGPROC: routines.read,
    oids.REGPROCEDURE: routines.read_with_types,
    oids.REGOPER: operators.read,
    oids.REGOPERATOR: operators.read_with_types,
    oids.REGNAMESPACE: others.read_schema,
    oids.REGROLE: others.read_role,
    oids.REGCOLLATION: others.read_collation,
    oids.REGCONFIG: others.read_configuration,
    oids.REGDICTIONARY: others.read_dictionary,
}
_SHOW: dict[Oid, Callable[[NameScope, Oid], str | None]] = {
    oids.REGCLASS: relations.show,
    oids.REGTYPE: typenames.show,
    oids.REGPROC: routines.show,
    oids.REGPROCEDURE: routines.show_with_types,
    oids.REGOPER: operators.show,
    oids.REGOPERATOR: operators.show_with_types,
    oids.REGNAMESPACE: others.show_schema,
    oids.REGROLE: others.show_role,
    oids.REGCOLLATION: others.show_collation,
    oids.REGCONFIG: others.show_configuration,
    oids.REGDICTIONARY: others.show_dictionary,
}
