"""Aggregates: SQLite's own where its meaning is PostgreSQL's, exact sums from native halves, Python for the rest.

A class has step and final; final may be called again after more steps, so that every class serves window frames too
(frames.py). A class with value and inverse moves with a frame by itself.
"""
