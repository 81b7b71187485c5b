"""ACLs after a GRANT or a REVOKE: pure functions from items to items.

What a role granted on goes with its own right to do so: REVOKE … CASCADE takes it too, without CASCADE it is an error.
Source: PostgreSQL 16, acl.c (aclupdate, check_circularity, recursive_revoke, aclnewowner).
"""

from __future__ import annotations

from borealis.catalog.privileges import NOTHING
from borealis.catalog.roles import PUBLIC, AclItem
from borealis.errors import DependentObjectsStillExist, InvalidGrantOperation
from borealis.types.base import Oid

Items = tuple[AclItem, ...]


def granted(items: Items, added: AclItem, owner: Oid) -> Items:
    """Return the ACL with an item's letters and options added."""
    if added.options and added.grantee != owner:
        _check_circularity(items, added, owner)
    found = _find(items, added.grantee, added.grantor)
    if found is None:
        return (*items, added)
    both = AclItem(added.grantee, added.grantor, found.letters | added.letters, found.options | added.options)
    return tuple(both if one is found else one for one in items)


def revoked(items: Items, taken: AclItem, owner: Oid, *, cascade: bool) -> Items:
    """Return the ACL without an item's letters and options.

    Raises:
        DependentObjectsStillExist: 2BP01, others hold what the grantee granted on, and cascade is not said.
    """
    found = _find(items, taken.grantee, taken.grantor)
    if found is None:
        return items
    left = AclItem(found.grantee, found.grantor, found.letters - taken.letters, found.options - taken.options)
    items = tuple(left if one is found else one for one in items)
    if not left.letters and not left.options:
        items = tuple(one for one in items if one is not left)
    lost = found.options - left.options
    return _without_dependents(items, found.grantee, lost, owner, cascade=cascade) if lost else items


def with_new_owner(items: Items, old: Oid, new: Oid) -> Items:
    """Return the ACL of an object given to another owner: what the old one held and granted is the new one's."""
    result: Items = ()
    for one in items:
        grantee = new if one.grantee == old else one.grantee
        grantor = new if one.grantor == old else one.grantor
        result = granted(result, AclItem(grantee, grantor, one.letters, one.options), grantee)
    return result


def _find(items: Items, grantee: Oid, grantor: Oid) -> AclItem | None:
    return next((one for one in items if (one.grantee, one.grantor) == (grantee, grantor)), None)


def _options(items: Items, grantee: Oid) -> frozenset[str]:
    return NOTHING.union(*(one.options for one in items if one.grantee == grantee))


def _check_circularity(items: Items, added: AclItem, owner: Oid) -> None:
    """Refuse grant options that come back to who gave them: without the grantee's, the grantor must still have its own."""
    if added.grantor == owner:
        return
    rest = items
    while (
        own := next((one for one in rest if one.grantee == added.grantee and one.options), None)
    ) is not None:
        rest = revoked(rest, AclItem(own.grantee, own.grantor, NOTHING, own.options), owner, cascade=True)
    if not _options(rest, added.grantor).issuperset(added.options):
        raise InvalidGrantOperation("grant options cannot be granted back to your own grantor")


def _without_dependents(
    items: Items, grantee: Oid, lost: frozenset[str], owner: Oid, *, cascade: bool
) -> Items:
    if grantee in (owner, PUBLIC):
        return items
    lost -= _options(items, grantee)  # what another grantor still lets it grant
    while True:
        dependent = next(
            (one for one in items if one.grantor == grantee and (one.letters | one.options) & lost), None
        )
        if dependent is None or not lost:
            return items
        if not cascade:
            raise DependentObjectsStillExist(
                "dependent privileges exist", hint="Use CASCADE to revoke them too."
            )
        taken = AclItem(dependent.grantee, dependent.grantor, lost, lost)
        items = revoked(items, taken, owner, cascade=True)
