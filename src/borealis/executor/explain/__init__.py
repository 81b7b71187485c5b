"""EXPLAIN: the planned statement as a tree of plan nodes, what each of them did, and both as text.

    options        what stands in EXPLAIN's parentheses
    plan_node      the tree
    names          what relations are called in it
    expressions    bound expressions as text, in EXPLAIN's form
    build/         planned statements to plan nodes: storage's nodes are DSQL's, those above PostgreSQL's
    costs          what the nodes above the scans cost, by PostgreSQL's formulas
    counting       a statement compiled so that it counts and times its own rows (docs/decisions/)
    formats/       TEXT, JSON, YAML, XML

Source: dsql-facts.md §6; PostgreSQL 16 documentation, EXPLAIN and 14.1; recordings of real clusters.
"""
