"""Ranges and multiranges: a range is a multirange of at most one, so that most of what is asked is asked of lists of ranges.

    operands     arguments as lists of ranges; how a call tells Python the range type
    comparing    order, and the collations
    relations    containment, overlap, adjacency, before and after
    sets         union, intersection, difference, merge, aggregates
    parts        bounds, constructors, unnest

Source: PostgreSQL 16 documentation 9.20; recorded in tests/oracle/functions/ranges.tsv.
"""
