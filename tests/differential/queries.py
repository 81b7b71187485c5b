"""Queries at random over the tables of tables.sql: joins, grouping, windows, subqueries, set operations, WITH.

Every query orders its rows by all of its columns, so that both sides give them in one order.
"""

from __future__ import annotations

import random

from .expressions import Expressions

_COLUMNS = {
    "items": {
        "int4": ("id", "grp"),
        "int2": ("small",),
        "int8": ("big",),
        "numeric": ("price", "exact"),
        "float8": ("ratio",),
        "text": ("name", "code"),
        "bool": ("flag",),
        "date": ("day",),
        "timestamp": ("moment",),
        "interval": ("span",),
        "jsonb": ("doc",),
    },
    "parts": {
        "int8": ("id",),
        "int4": ("item_id",),
        "text": ("name",),
        "numeric": ("weight",),
        "date": ("day",),
    },
    "tags": {"int4": ("item_id",), "text": ("tag",), "int2": ("rank",)},
}
_KEYS = {"items": "id", "parts": "item_id", "tags": "item_id"}
_RESULTS = (
    "int4",
    "int8",
    "int2",
    "numeric",
    "text",
    "bool",
    "date",
    "timestamp",
    "interval",
    "float8",
    "jsonb",
)
_AGGREGATES = (
    ("count(*)", None),
    ("count({})", "text"),
    ("count(DISTINCT {})", "int4"),
    ("sum({})", "int4"),
    ("sum({})", "int8"),
    ("sum({})", "numeric"),
    ("avg({})", "int4"),
    ("avg({})", "numeric"),
    ("min({})", "text"),
    ("max({})", "date"),
    ("min({})", "interval"),
    ("max({})", "numeric"),
    ("bool_or({})", "bool"),
    ("bool_and({})", "bool"),
    ("sum({} ) FILTER (WHERE flag_here)", "int4"),
    ("string_agg({0}, ',' ORDER BY {0})", "text"),
    ("array_agg({0} ORDER BY {0})", "int4"),
    ("stddev_samp({})", "int4"),
)
_WINDOWS = (
    "row_number()",
    "rank()",
    "dense_rank()",
    "lag({0})",
    "lead({0}, 2)",
    "sum({0})",
    "count({0})",
    "min({0})",
)


class Queries:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def make(self) -> str:
        kind = self.chance.choice(
            ["expressions", "expressions", "joined", "grouped", "window", "set", "with", "subquery"]
        )
        return getattr(self, f"_{kind}")()

    def _ordered(self, query: str, count: int) -> str:
        return f"{query} ORDER BY {', '.join(map(str, range(1, count + 1)))}"

    def _scope(self, *aliases: tuple[str, str]) -> Expressions:
        columns: dict[str, list[str]] = {}
        for table, alias in aliases:
            for type_, names in _COLUMNS[table].items():
                columns.setdefault(type_, []).extend(f"{alias}.{name}" for name in names)
        return Expressions(self.chance, columns)

    def _expressions(self) -> str:
        scope = self._scope(("items", "i"))
        outputs = [scope.make(self.chance.choice(_RESULTS), 3) for _ in range(2)]
        where = f" WHERE {scope.make('bool', 2)}" if self.chance.random() < 0.5 else ""
        return self._ordered(f"SELECT i.id, {', '.join(outputs)} FROM items i{where}", 1)

    def _from(self) -> tuple[str, Expressions]:
        chance = self.chance
        first, second = chance.sample(sorted(_COLUMNS), 2)
        scope = self._scope((first, "a"), (second, "b"))
        join = chance.choice(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
        condition = f"a.{_KEYS[first]} = b.{_KEYS[second]}"
        if join != "FULL JOIN" and chance.random() < 0.4:
            condition += f" AND {scope.make('bool', 1)}"
        return f"{first} a {join} {second} b ON {condition}", scope

    def _joined(self) -> str:
        source, scope = self._from()
        outputs = [scope.make(self.chance.choice(_RESULTS[:-1]), 2) for _ in range(3)]
        where = f" WHERE {scope.make('bool', 2)}" if self.chance.random() < 0.6 else ""
        distinct = "DISTINCT " if self.chance.random() < 0.3 else ""
        limit = f" LIMIT {self.chance.randint(0, 9)} OFFSET {self.chance.randint(0, 3)}"
        limit = limit if self.chance.random() < 0.3 else ""
        return self._ordered(f"SELECT {distinct}{', '.join(outputs)} FROM {source}{where}", 3) + limit

    def _aggregate(self, scope: Expressions) -> str:
        template, type_ = self.chance.choice(_AGGREGATES)
        argument = scope.make(type_, 1) if type_ else ""
        return template.format(argument).replace("flag_here", scope.make("bool", 1))

    def _grouped(self) -> str:
        source, scope = self._from()
        key = scope.make(self.chance.choice(["int4", "text", "bool", "date", "numeric"]), 1)
        aggregates = [self._aggregate(scope) for _ in range(2)]
        having = f" HAVING {self.chance.choice(['count(*) > 1', 'min(1) = 1', 'sum(2) < 100'])}"
        having = having if self.chance.random() < 0.4 else ""
        return self._ordered(
            f"SELECT {key} AS k, {', '.join(aggregates)} FROM {source} GROUP BY 1{having}", 3
        )

    def _window(self) -> str:
        scope = self._scope(("items", "i"))
        function = self.chance.choice(_WINDOWS).format(scope.make("int4", 1))
        partition = f"PARTITION BY {scope.make('int4', 1)} " if self.chance.random() < 0.6 else ""
        frame = self.chance.choice(
            [
                "",
                " ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING",
                " RANGE UNBOUNDED PRECEDING",
                " GROUPS 1 PRECEDING",
            ]
        )
        return f"SELECT i.id, {function} OVER ({partition}ORDER BY i.id{frame}) FROM items i ORDER BY 1"

    def _set(self) -> str:
        word = self.chance.choice(
            ["UNION", "UNION ALL", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL"]
        )
        types = [self.chance.choice(["int4", "text", "date", "bool"]) for _ in range(2)]
        sides = []
        for table in self.chance.sample(sorted(_COLUMNS), 2):
            scope = self._scope((table, "t"))
            sides.append(f"SELECT {', '.join(scope.make(type_, 1) for type_ in types)} FROM {table} t")
        return self._ordered(f" {word} ".join(sides), 2)

    def _with(self) -> str:
        inner = self._scope(("items", "i"))
        value = inner.make("int4", 2)
        outer = Expressions(self.chance, {"int4": ["w.v", "p.item_id"], "text": ["p.name"]})
        query = (
            f"WITH w AS (SELECT i.id, {value} AS v FROM items i) "
            f"SELECT w.id, p.id, {outer.make('int4', 2)} FROM w LEFT JOIN parts p ON p.item_id = w.id"
        )
        return self._ordered(query, 3)

    def _subquery(self) -> str:
        chance = self.chance
        outer = self._scope(("items", "i"))
        both = self._scope(("items", "i"), ("parts", "p"))
        kind = chance.choice(["EXISTS", "NOT EXISTS", "IN", "NOT IN", "scalar", "ANY", "ALL"])
        where = f"p.item_id = i.id AND {both.make('bool', 1)}"
        match kind:
            case "EXISTS" | "NOT EXISTS":
                condition = f"{kind} (SELECT 1 FROM parts p WHERE {where})"
            case "IN" | "NOT IN":
                condition = f"{outer.make('text', 1)} {kind} (SELECT p.name FROM parts p WHERE {both.make('bool', 1)})"
            case "scalar":
                condition = f"(SELECT count(*) FROM parts p WHERE {where}) > {chance.randint(0, 2)}"
            case _:
                operator = chance.choice(["=", "<", ">="])
                condition = f"i.price {operator} {kind} (SELECT p.weight FROM parts p WHERE {where})"
        return self._ordered(
            f"SELECT i.id, {outer.make(chance.choice(_RESULTS), 2)} FROM items i WHERE {condition}", 1
        )
