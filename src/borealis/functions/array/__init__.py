"""Arrays: what the functions over them do. A value is JSON text (types/array.py); lower bounds are 1.

    elements    an element's value in and out of the JSON, in SQLite text
    comparing   = < and the rest, and the collation of each array type
    shape       lengths, bounds, dimensions
    joining     append, prepend, ||, fill, trim, shuffle
    searching   positions, remove, replace, @> <@ &&
    texts       array_to_string, string_to_array
    rows        unnest, generate_subscripts
    aggregates  array_agg

The functions are polymorphic: their emitters pass the element type's oid on to Python.
Source: PostgreSQL 16 documentation 9.19; recorded in tests/oracle/functions/arrays.tsv.
"""
