"""SQL out of what the catalog keeps: pg_get_viewdef, pg_get_constraintdef, pg_get_expr, in PostgreSQL's own form.

    definitions     the definitions of views, defaults, CHECKs, functions, by oid
    queries         a query's clauses, laid out over lines
    scope           the names of FROM items, and of their columns, as they are by now
    expressions     a parse node and what binding found out about it, as a shown node with its casts
    nodes           shown nodes
    printer         shown nodes as text: parentheses, indentation
    constants       literals with their types

The stored tree is bound again with a trace (sql/bind/trace.py); text comes of the two together.
Judged by PostgreSQL 16: tests/scripts/schema/definitions*.script.
"""
