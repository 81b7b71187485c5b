"""date, time, timetz, timestamp, timestamptz and interval: arithmetic, casts, zones, fields, series.

    limits        ranges, infinities, checked results
    intervals     interval with interval and number
    moments       timestamps with intervals and with each other
    days          date, time and timetz with integers and intervals
    casts scales  from type to type, and to a declared precision
    local zones   the session's zone; AT TIME ZONE
    units extract truncation age construct series overlaps clock aggregates

Values are those of types/: integers of microseconds or days since 2000-01-01, intervals and timetz packed.
Source: PostgreSQL 16 documentation 9.9; its behaviour is recorded in tests/oracle/functions/datetime_*.tsv.
"""
