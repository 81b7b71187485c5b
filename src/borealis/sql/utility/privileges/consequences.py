"""What DDL means for privileges: an object that is dropped leaves none, one with another owner has that owner's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from borealis.catalog.catalog import Catalog
from borealis.catalog.objects import Domain, Function
from borealis.catalog.privileges import Owned, Securable, securable
from borealis.catalog.relations import Sequence, Table, View
from borealis.catalog.roles import Acl, DefaultAcl
from borealis.catalog.rows import difference
from borealis.catalog.schema import Schema
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.privileges.acl_update import with_new_owner
from borealis.storage.catalog_tables import ATTRIBUTE, PG_ATTRIBUTE, PG_CLASS, PG_NAMESPACE, PG_PROC, PG_TYPE
from borealis.transaction.intent import Mode

_OBJECTS = frozenset((PG_CLASS, PG_NAMESPACE, PG_PROC, PG_TYPE))
_IS_DROPPED = ATTRIBUTE.ordinal("attisdropped")


def with_privileges_followed(catalog: Catalog, ddl: Ddl) -> Ddl:
    """Return a DDL that also changes the ACLs of what it drops and of what it gives to another owner."""
    before: list[Acl | DefaultAcl] = [*_of_dropped(catalog, ddl), *_of_dropped_schemas(catalog, ddl)]
    after: list[Acl] = []
    for old, new in _given(catalog, ddl):
        for acl in catalog.acls:
            if (acl.catalog, acl.object) == (old.catalog, old.oid):
                before.append(acl)
                after.append(replace(acl, items=with_new_owner(acl.items, old.owner, new.owner)))
    changes = difference(before, after)
    return replace(ddl, changes=(*ddl.changes, *changes)) if changes else ddl


def _of_dropped(catalog: Catalog, ddl: Ddl) -> Iterator[Acl]:
    if not catalog.acls:
        return
    gone = {
        (change.table, change.key[0])
        for change in ddl.changes
        if change.mode is Mode.DELETE and change.table in _OBJECTS
    }
    columns = {
        (change.key[0], change.key[1])
        for change in ddl.changes
        if change.table == PG_ATTRIBUTE and change.row is not None and change.row[_IS_DROPPED]
    }
    for acl in catalog.acls:
        is_column_gone = acl.catalog == PG_CLASS and (acl.object, acl.column) in columns
        if (acl.catalog, acl.object) in gone or is_column_gone:
            yield acl


def _of_dropped_schemas(catalog: Catalog, ddl: Ddl) -> Iterator[DefaultAcl]:
    gone = {
        change.key[0] for change in ddl.changes if change.mode is Mode.DELETE and change.table == PG_NAMESPACE
    }
    yield from (one for one in catalog.default_acls if one.schema in gone)


def _given(catalog: Catalog, ddl: Ddl) -> Iterator[tuple[Securable, Securable]]:
    """Yield the objects whose owner changes, as they were and as they will be."""
    for made in ddl.made:
        old: Owned | None = None
        match made:
            case Table() | View() | Sequence():
                old = catalog.relations_by_oid.get(made.oid)
            case Function():
                old = catalog.functions_by_oid.get(made.oid)
            case Domain():
                old = catalog.domains_by_oid.get(made.oid)
            case Schema():
                old = next((one for one in catalog.schemas if one.oid == made.oid), None)
            case _:
                continue
        if old is not None and old.owner != made.owner:
            yield securable(old), securable(made)
