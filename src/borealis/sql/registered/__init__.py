"""Names of numbered objects, both ways: what the reg* types are read and shown by, under a catalog and a search path.

    names       CatalogNames: the entry, Style.names
    parsing     `schema."Name"` and `name(type, type)` taken apart
    relations   regclass
    routines    regproc, regprocedure
    operators   regoper, regoperator
    typenames   regtype
    others      regnamespace, regrole, regcollation, regconfig, regdictionary

Source: PostgreSQL 16 documentation 8.19; its answers in tests/oracle/functions/registered.tsv.
"""
