"""json and jsonb: operators and functions. Values are JSON text; jsonb's is normalised (types/json.py).

    scan         where the members of an object and the elements of an array stand in a text
    access       -> ->> #> #>> and the functions behind them
    rows         each, elements, keys as rows
    encoding     any SQL value as JSON
    build        to_json, json_build_object, json_object and kin
    change       || - #- jsonb_set, jsonb_insert, strip_nulls, jsonb_pretty
    comparing    jsonb = <, @>, ?
    casts        jsonb to boolean and numbers
    aggregates   json_agg, json_object_agg and kin

What is taken out of a json is the text as it was written; out of a jsonb it is normalised because the whole is.
Source: PostgreSQL 16 documentation 9.16; recorded in tests/oracle/functions/json_*.tsv.
"""
