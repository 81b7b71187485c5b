"""Referential integrity: what foreign keys check and carry out after a statement has written rows.

As PostgreSQL's triggers do it: rows written become events; once the statement has written all its rows the events are
taken in order, each by a statement of its own, bound and compiled like a client's. What such a statement writes becomes
events too, taken in the same round. Checks of deferred constraints wait for COMMIT.
"""
