"""tsvector and tsquery: only at run time, never columns (dsql-facts.md §4.3).

    limits          how long lexemes and how high positions may be
    lexeme_reader   one lexeme of a tsvector's or tsquery's text, with its quotes, backslashes and positions
    vector          the lexemes of a tsvector, its text, its size
    vector_type     the type tsvector
    query           the tree of a tsquery, its text, its size
    query_reader    a tsquery's text, and websearch_to_tsquery's, to a tree
    query_type      the type tsquery

Source: PostgreSQL 16 documentation 8.11; recorded in tests/oracle/types and tests/oracle/functions/text_search*.tsv.
"""
