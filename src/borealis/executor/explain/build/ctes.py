"""WITH: an item named once, without side effects, is read as a subquery in FROM is; any other is a plan of its own.

Source: PostgreSQL 16 documentation 7.8.3, Common Table Expression Materialization.
"""

from __future__ import annotations

from collections.abc import Sequence

from borealis.executor.explain.build.builder import Builder, in_order
from borealis.sql.bound.relations import CteRelation
from borealis.sql.bound.statements import Cte, Delete, Insert, Update


def add_ctes(build: Builder, ctes: Sequence[Cte]) -> None:
    """Build the items of a WITH, and hang them below the query it stands at."""
    for cte in ctes:
        build.ctes[cte.id] = (cte, True)
        if isinstance(cte.query, Insert | Update | Delete):
            from borealis.executor.explain.build.writes import write_plan

            plan = write_plan(build, cte.query)
        else:
            if cte.recursive and any(
                isinstance(each, CteRelation) and each.cte == cte.id for each in in_order(cte.query)
            ):
                build.recursing.add(cte.id)
            plan = build.query(cte.query)
            build.recursing.discard(cte.id)
        build.cte_rows[cte.id] = plan.estimate.rows
        build.add_initplan(plan, f"CTE {cte.name}")
