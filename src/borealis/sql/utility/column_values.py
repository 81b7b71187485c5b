"""Where the values of a new column come from, where none is given: a DEFAULT, an identity, a generation expression; one of them.

Source: PostgreSQL 16, transformColumnDefinition (parse_utilcmd.c) for the order of checks and texts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from borealis.errors import SyntaxError_
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node
from borealis.sql.utility.sequences.identity import IdentityDefinition, read_identity
from borealis.types.base import Oid


@dataclass(slots=True)
class ColumnValues:
    """What the constraints of one column say, read one after the other."""

    name: str
    attnum: int
    type: Oid  # the domain, where it is one
    default: str | None = None
    identity: IdentityDefinition | None = None
    generated: str | None = None

    def read(self, context: BindContext, constraint: Node) -> bool:
        """Take a constraint that says where values come from; False for every other.

        Raises: SyntaxError_ 42601, more than one says so.
        """
        match constraint["contype"]:
            case "CONSTR_DEFAULT":
                if self.default is not None:
                    raise self._twice(context, "multiple default values specified", constraint)
                self.default = json.dumps(constraint["raw_expr"])
            case "CONSTR_GENERATED":
                if self.generated is not None:
                    raise self._twice(context, "multiple generation clauses specified", constraint)
                if constraint.get("generated_kind", "s") != "s":
                    raise SyntaxError_(
                        "generated columns must be STORED", position=context.position(constraint)
                    )
                self.generated = json.dumps(constraint["raw_expr"])
            case "CONSTR_IDENTITY":
                if self.identity is not None:
                    raise self._twice(context, "multiple identity specifications", constraint)
                self.identity = read_identity(context, self.type, self.attnum, constraint)
            case _:
                return False
        self._refuse_both(context, constraint)
        return True

    @property
    def stored(self) -> str | None:
        """The tree the column keeps."""
        return self.default if self.generated is None else self.generated

    def _refuse_both(self, context: BindContext, constraint: Node) -> None:
        said = [
            word
            for word, value in (
                ("default", self.default),
                ("identity", self.identity),
                ("generation expression", self.generated),
            )
            if value is not None
        ]
        if len(said) > 1:
            raise self._twice(context, f"both {said[0]} and {said[1]} specified", constraint)

    def _twice(self, context: BindContext, what: str, constraint: Node) -> SyntaxError_:
        table = context.parsed.node["relation"]["relname"]
        return SyntaxError_(
            f'{what} for column "{self.name}" of table "{table}"', position=context.position(constraint)
        )
