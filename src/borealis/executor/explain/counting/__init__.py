"""EXPLAIN ANALYZE: the statement compiled with counters in its conditions, and what they counted.

    counter     what is kept while the statement runs
    tick        the condition that counts, and the SQLite function it calls
    instrument  a planned statement with ticks in it
    settle      counts to the actual figures of plan nodes
    usage       bytes read and written, for DPUs

See docs/decisions/0017-explain-analyze-counts.md for what each figure is.
"""
