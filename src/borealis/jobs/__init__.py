"""Jobs: work that statements leave to be done beside the running load, in bounded pieces between two batches of commits.

    runner       takes the jobs in the order they came, one piece at a time
    rows         the table job, which sys.jobs shows
    index_build  INDEX_BUILD           entries of the rows that were there before the index
    validation   VALIDATE_CONSTRAINT   a look at the rows that were there before the constraint
    analyze      ANALYZE               statistics
    drop         DROP                  waits until what was dropped has been removed

A job is a row written with the statement that asked for it, so it survives restarts. How far it has come is not kept: after a
restart it begins again and writes the same. What it changes in the catalog is committed as a DDL intent like any other,
together with its end.

Source: dsql-facts.md §5.2, §5.3.
"""
