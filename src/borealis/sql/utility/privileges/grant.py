"""GRANT and REVOKE on tables, columns, views, sequences, schemas, functions and domains.

Whoever has the owner's privileges grants as the owner; others as the role that holds most of the grant options asked for. What is
not held is left out with a warning. Source: dsql-facts.md §4.2; PostgreSQL 16, aclchk.c and acl.c (select_best_grantor).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from borealis.catalog.catalog import Catalog
from borealis.catalog.membership import inherited_by
from borealis.catalog.privileges import (
    COLUMN,
    NOTHING,
    SEQUENCE,
    TABLE,
    VIEW,
    Kind,
    Owned,
    Securable,
    grantable_in,
    held_in,
    items_of,
    securable,
)
from borealis.catalog.relations import Sequence, Table, View
from borealis.catalog.roles import PUBLIC, Acl, AclItem
from borealis.catalog.schema import SYSTEM_SCHEMAS, Schema
from borealis.errors import (
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidGrantOperation,
    UndefinedColumn,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.privileges.acl_update import Items, granted, revoked
from borealis.sql.utility.privileges.letters import letter_of, letters_named
from borealis.sql.utility.privileges.targets import objects_of, target_of
from borealis.sql.utility.roles import role_named
from borealis.types.base import Oid

_COLUMN_LETTERS = COLUMN.letters


@dataclass(frozen=True, slots=True)
class Grant:
    """A GRANT or REVOKE as said, whatever it is about."""

    is_grant: bool
    option: bool
    """WITH GRANT OPTION, or GRANT OPTION FOR."""
    grantees: tuple[Oid, ...]
    cascade: bool

    @property
    def word(self) -> str:
        return "GRANT" if self.is_grant else "REVOKE"

    def applied(self, items: Items, grantor: Oid, letters: frozenset[str], owner: Oid) -> Items:
        """Return an ACL after the statement."""
        for grantee in self.grantees:
            if self.is_grant and self.option and grantee == PUBLIC:
                raise InvalidGrantOperation("grant options can only be granted to roles")
            plain = letters if self.is_grant or not self.option else NOTHING
            options = letters if not self.is_grant or self.option else NOTHING
            # The owner needs no grant options, and cannot lose them.
            item = AclItem(
                grantee, grantor, plain, NOTHING if grantee == owner and self.is_grant else options
            )
            if self.is_grant:
                items = granted(items, item, owner)
            else:
                items = revoked(items, item, owner, cascade=self.cascade)
        return items


def grant(context: BindContext, node: Node, current: Oid) -> Ddl:
    said = said_in(context, node, current)
    target = target_of(node, said.word)
    by_column: list[Node] = []
    plain: list[Node] = []
    for item in node.get("privileges", ()):
        (by_column if "cols" in item["AccessPriv"] else plain).append(item)
    if by_column and target.kind is not TABLE:
        raise InvalidGrantOperation("column privileges are only valid for relations")
    letters = letters_named(plain, target.kind, target.name) if plain or not by_column else NOTHING
    if "grantor" in node and role_named(context, node["grantor"], current) != current:
        raise FeatureNotSupported("grantor must be current user")
    columns = [
        (_column_letters(item["AccessPriv"]), [name["String"]["sval"] for name in item["AccessPriv"]["cols"]])
        for item in by_column
    ]
    changed = _Changed(context.catalog, said, current, is_all=not node.get("privileges"))
    for described in {one.oid: one for one in objects_of(context, node)}.values():
        if isinstance(described, Schema) and described.name in SYSTEM_SCHEMAS:
            changed.notices.append(_not_all(NOTHING, f'"{described.name}"', is_grant=said.is_grant))
            continue
        if letters:
            changed.object(described, letters)
        for column_letters, names in columns:
            changed.columns(described, column_letters, names)
    return Ddl.replacing(said.word, *changed.acls(), notices=tuple(changed.notices))


def said_in(context: BindContext, node: Node, current: Oid) -> Grant:
    grantees = []
    for item in node["grantees"]:
        spec = item["RoleSpec"]
        is_public = spec["roletype"] == "ROLESPEC_PUBLIC"
        grantees.append(PUBLIC if is_public else role_named(context, spec, current))
    return Grant(
        bool(node.get("is_grant")),
        bool(node.get("grant_option")),
        tuple(dict.fromkeys(grantees)),
        node.get("behavior") == "DROP_CASCADE",
    )


def _column_letters(privilege: Node) -> frozenset[str]:
    name = privilege.get("priv_name")
    return COLUMN.letters if name is None else frozenset(letter_of(name, COLUMN, "column"))


class _Changed:
    """The ACLs a statement changes."""

    def __init__(self, catalog: Catalog, said: Grant, current: Oid, *, is_all: bool) -> None:
        self._catalog = catalog
        self._said = said
        self._current = current
        self._roles = inherited_by(catalog, current)
        self._is_all = is_all
        self._after: dict[tuple[Oid, Oid, int], Items] = {}
        self.notices: list[tuple[str, ...]] = []

    def acls(self) -> tuple[list[Acl], list[Acl]]:
        """Return the ACLs before and after."""
        before = [
            Acl(oid, catalog, column, self._catalog.acls_by_place[catalog, oid, column])
            for catalog, oid, column in self._after
            if (catalog, oid, column) in self._catalog.acls_by_place
        ]
        after = [
            Acl(oid, catalog, column, items)
            for (catalog, oid, column), items in self._after.items()
            # A column's ACL that says nothing is none; an object's that says nothing is not its default.
            if items or not column
        ]
        return before, after

    def object(self, described: Owned, letters: frozenset[str]) -> None:
        thing = securable(described)
        if isinstance(described, Sequence) and letters - SEQUENCE.letters:
            if not self._is_all:
                self.notices.append(
                    (
                        "01000",
                        f'sequence "{described.name}" only supports USAGE, SELECT, and UPDATE privileges',
                    )
                )
            letters &= SEQUENCE.letters
        elif thing.kind in (TABLE, VIEW) and "U" in letters:
            raise InvalidGrantOperation("invalid privilege type USAGE for table")
        items = self._items(thing, 0)
        grantor, allowed = self._grantor(items, thing, thing.kind, letters, f'"{thing.name}"')
        self._after[thing.catalog, thing.oid, 0] = self._said.applied(items, grantor, allowed, thing.owner)
        if not self._said.is_grant and isinstance(described, Table | View):
            self._all_columns(described, thing, letters & _COLUMN_LETTERS)

    def _all_columns(self, relation: Table | View, thing: Securable, letters: frozenset[str]) -> None:
        """REVOKE on a relation takes the same from each of its columns."""
        for column in relation.columns:
            items = self._items(thing, column.attnum)
            if items and letters:
                name = f'column "{column.name}" of relation "{thing.name}"'
                grantor, allowed = self._grantor(items, thing, COLUMN, letters, name)
                self._put_column(thing, column.attnum, items, grantor, allowed)

    def columns(self, described: Owned, letters: frozenset[str], names: Iterable[str]) -> None:
        assert isinstance(described, Table | View | Sequence)
        thing = securable(described)
        for name in names:
            attnum = _attnum(described, name)
            items = self._items(thing, attnum)
            # Grant options on the whole relation serve for its columns.
            whole = self._items(thing, 0)
            shown = f'column "{name}" of relation "{thing.name}"'
            grantor, allowed = self._grantor((*whole, *items), thing, COLUMN, letters, shown)
            self._put_column(thing, attnum, items, grantor, allowed)

    def _put_column(
        self, thing: Securable, attnum: int, items: Items, grantor: Oid, letters: frozenset[str]
    ) -> None:
        self._after[thing.catalog, thing.oid, attnum] = self._said.applied(
            items, grantor, letters, thing.owner
        )

    def _items(self, thing: Securable, column: int) -> Items:
        found = self._after.get((thing.catalog, thing.oid, column))
        return items_of(self._catalog, thing, column) if found is None else found

    def _grantor(
        self, items: Items, thing: Securable, kind: Kind, letters: frozenset[str], name: str
    ) -> tuple[Oid, frozenset[str]]:
        """Return the role granted as, and which of the letters it may grant.

        Raises:
            InsufficientPrivilege: 42501, it holds nothing at all on the object.
        """
        grantor, available = _best_grantor(self._candidates(), items, thing, kind, letters)
        if not available and not held_in(items, inherited_by(self._catalog, grantor)):
            raise InsufficientPrivilege(f"permission denied for {thing.kind.name} {thing.name}")
        allowed = letters & available
        if allowed != letters and not (self._is_all and allowed):
            self.notices.append(_not_all(allowed, name, is_grant=self._said.is_grant))
        return grantor, allowed

    def _candidates(self) -> Iterator[Oid]:
        yield self._current
        yield from sorted(self._roles - {self._current})


def _best_grantor(
    candidates: Iterable[Oid], items: Items, thing: Securable, kind: Kind, letters: frozenset[str]
) -> tuple[Oid, frozenset[str]]:
    candidates = tuple(candidates)
    if thing.owner in candidates:
        return thing.owner, kind.letters
    best, most = candidates[0], NOTHING
    for role in candidates:
        options = grantable_in(items, frozenset((role,)), thing.owner, kind)
        if options >= letters:
            return role, options
        if len(options & letters) > len(most & letters):
            best, most = role, options
    return best, most


def _not_all(allowed: frozenset[str], name: str, *, is_grant: bool) -> tuple[str, str]:
    if is_grant:
        how = "not all privileges were granted" if allowed else "no privileges were granted"
        return "01007", f"{how} for {name}"
    how = "not all privileges could be revoked" if allowed else "no privileges could be revoked"
    return "01006", f"{how} for {name}"


def _attnum(relation: Table | View | Sequence, name: str) -> int:
    columns = () if isinstance(relation, Sequence) else relation.columns
    for column in columns:
        if column.name == name and not column.is_dropped:
            return column.attnum
    raise UndefinedColumn(f'column "{name}" of relation "{relation.name}" does not exist')
