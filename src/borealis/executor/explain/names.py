"""What relations are called: their aliases, `t_1` for a second t, as PostgreSQL numbers them over a whole statement."""

from __future__ import annotations

from borealis.settings.identifiers import quote_identifier
from borealis.sql.bound.expressions import Expr
from borealis.sql.bound.relations import Relation, TableRelation


class Names:
    """The relations of one statement; columns of what is pulled up stand for the expressions they are."""

    def __init__(self) -> None:
        self._aliases: dict[int, str] = {}
        self._columns: dict[int, tuple[str, ...]] = {}
        self._taken: set[str] = set()
        self._pulled: dict[int, tuple[Expr, ...]] = {}

    @property
    def count(self) -> int:
        return len(self._aliases) + len(self._pulled)

    def add(self, relation: Relation, renamed: tuple[str, ...] = ()) -> None:
        columns = (
            tuple(column.name for column in relation.table.columns)
            if isinstance(relation, TableRelation)
            else tuple(column.name for column in relation.columns)
        )
        self.add_named(relation.id, relation.alias, (*renamed, *columns[len(renamed) :]))

    def add_named(self, relation: int, alias: str, columns: tuple[str, ...]) -> None:
        if relation in self._aliases:
            return
        name, number = alias, 0
        while name in self._taken:
            number += 1
            name = f"{alias}_{number}"
        self._taken.add(name)
        self._aliases[relation] = name
        self._columns[relation] = columns

    def pull_up(self, relation: int, exprs: tuple[Expr, ...]) -> None:
        self._pulled[relation] = exprs

    def pulled(self, relation: int) -> tuple[Expr, ...] | None:
        return self._pulled.get(relation)

    def alias(self, relation: int) -> str:
        return self._aliases.get(relation, f"r{relation}")

    def column(self, relation: int, attnum: int, *, prefixed: bool) -> str:
        columns = self._columns.get(relation, ())
        name = quote_identifier(columns[attnum - 1] if 0 < attnum <= len(columns) else f"column{attnum}")
        return f"{quote_identifier(self.alias(relation))}.{name}" if prefixed else name
