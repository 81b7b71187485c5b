"""Metering: what statements and transactions cost, in Distributed Processing Units. Pure functions, no I/O.

    dpu        DPUs of bytes and seconds; a transaction's minimums
    rows       how many bytes a row counts for
    statement  the block EXPLAIN (ANALYZE, VERBOSE) prints

Source: dsql-facts.md §7.3, and recordings of real clusters where they are more precise.
"""
