"""OWNER TO: of the table, its indexes (theirs is the table's) and the sequences its columns own."""

from __future__ import annotations

from dataclasses import replace

from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.alteration import Alteration
from borealis.sql.utility.roles import role_named


def change_owner(alteration: Alteration, command: Node) -> None:
    owner = role_named(alteration.context, command["newowner"], alteration.owner)
    alteration.table = replace(alteration.table, owner=owner)
    for sequence in alteration.context.catalog.sequences:
        if sequence.owned_by is not None and sequence.owned_by[0] == alteration.table.oid:
            alteration.change(sequence, replace(sequence, owner=owner))
