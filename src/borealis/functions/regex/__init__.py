"""Regular expressions, PostgreSQL's: advanced, extended and basic syntax, with POSIX's leftmost-longest matching.

    options     option letters, ***: and ***= prefixes
    charsets    sets of characters, classes of collation C
    syntax      what an expression is made of
    lexer       text to tokens, for each of the three syntaxes
    parser      tokens to syntax
    automaton   syntax to an automaton; where matches can end
    tree        syntax to the tree of preferences that decides who gets what
    matcher     the match and its groups, by that tree
    python_form the same language for Python's `re`, where that answers the same
    compiled    one expression, ready to search

PostgreSQL takes the leftmost match; of those the longest or, by the first quantifier that prefers, the shortest; then
groups are dissected in the same spirit from left to right. Python's `re` takes the first alternative that works, so it
serves for yes or no, and for expressions that have one way only to match.

    operators functions replacing similar     what SQL calls
Source: PostgreSQL 16 documentation 9.7.3 (9.7.3.5 on preferences); recorded in tests/oracle/functions/regex.tsv.
"""
