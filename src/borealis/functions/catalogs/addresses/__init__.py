"""Objects by their address (catalog, oid, column): what pg_describe_object and pg_identify_object say of them.

    rows       the rows of one catalog's system tables, by oid
    kinds      which catalogs have objects, and the columns that name them
    qualified  names with their schema, whatever the search path
    describe   `column a of table t`, as messages name an object
    identify   its type, identity and the parts of its identity
    functions  the SQL functions

Source: PostgreSQL 16 documentation 9.26.5; objectaddress.c, as observed.
"""
