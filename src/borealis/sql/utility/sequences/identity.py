"""Identity columns: a bigint column and the sequence it owns, whose next number is the column's default.

The stored default is `nextval(<oid of the sequence>)`; catalogs and definitions show the identity instead of it.

Source: dsql-facts.md §4.8, §4.12; PostgreSQL 16, generateSerialExtraStmts and transformColumnDefinition (parse_utilcmd.c) for texts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence as Items
from dataclasses import dataclass, replace

from borealis.catalog.relations import Sequence
from borealis.catalog.schema import Schema
from borealis.errors import FeatureNotSupported
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node
from borealis.sql.utility.object_names import NameChooser
from borealis.sql.utility.sequences.create_sequence import check_count, new_sequence
from borealis.sql.utility.sequences.options import Options, check_cache, check_type, read_options
from borealis.types.base import Oid

_SUBJECT = "identity column"


@dataclass(frozen=True, slots=True)
class IdentityDefinition:
    """GENERATED … AS IDENTITY as it was written."""

    column: int
    when: str  # a: ALWAYS, d: BY DEFAULT
    options: Options

    @property
    def sequence_name(self) -> str | None:
        return None if (names := self._names) is None else names[-1]

    @property
    def sequence_schema(self) -> str | None:
        return names[-2] if (names := self._names) is not None and len(names) > 1 else None

    @property
    def _names(self) -> list[str] | None:
        given = self.options.nodes.get("sequence_name")
        return None if given is None else [part["String"]["sval"] for part in given["arg"]["List"]["items"]]


def read_identity(context: BindContext, type_: Oid, attnum: int, node: Node) -> IdentityDefinition:
    """Read the constraint. Raises 0A000: a type that is not bigint, no cache size."""
    options = read_options(context, node.get("options", ()), subject=_SUBJECT)
    check_type(type_, _SUBJECT)
    check_cache(options, _SUBJECT)
    return IdentityDefinition(attnum, node["generated_when"], options)


def identity_sequence(
    context: BindContext,
    definition: IdentityDefinition,
    oid: Oid,
    table: Oid,
    schema: Schema,
    owner: Oid,
    chooser: NameChooser,
    column_name: str,
) -> Sequence:
    """Return the sequence of an identity column of a table that is being made or altered."""
    check_count(context)
    if definition.sequence_schema not in (None, schema.name):
        raise FeatureNotSupported("SEQUENCE NAME in another schema than the table's not supported")
    name = definition.sequence_name or chooser.choose(column_name, "seq")
    chooser.take(name)
    sequence = new_sequence(oid, name, schema, owner, definition.options)
    return replace(sequence, owned_by=(table, definition.column), is_identity=True)


def identity_default(sequence: Oid) -> str:
    """Return the stored tree of nextval over the sequence's oid."""

    def cast(argument: Node, name: str) -> Node:
        names = [{"String": {"sval": "pg_catalog"}}, {"String": {"sval": name}}]
        return {"TypeCast": {"arg": argument, "typeName": {"names": names, "typemod": -1}}}

    number = {"A_Const": {"ival": {"ival": int(sequence)}}}
    function: Items[Node] = [{"String": {"sval": "pg_catalog"}}, {"String": {"sval": "nextval"}}]
    call = {
        "funcname": function,
        "args": [cast(cast(number, "oid"), "regclass")],
        "funcformat": "COERCE_EXPLICIT_CALL",
    }
    return json.dumps({"FuncCall": call})
