"""Bound trees: what the binder makes of a parse tree, typed and resolved; what planner and compiler read.

expressions.py has everything with a value, relations.py what stands in FROM, statements.py queries and DML.
Every tree is frozen. Source: DESIGN §5; PostgreSQL's primnodes.h and parsenodes.h for names.
"""
