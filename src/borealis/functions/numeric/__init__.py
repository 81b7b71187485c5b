"""numeric: exact decimals, natively on scaled integers where no overflow is possible, else as decimal text in Python.

representation   scaled integers, decimal text and stored forms, and the ways between them
emitters         operators that stay native: + - * % comparisons rounding casts
decimals         text to Decimal and back, PostgreSQL's limits
arithmetic …     what Python computes: results and their display scales are PostgreSQL's
"""

from borealis.functions.numeric.representation import (
    constant,
    load,
    store,
    to_plain,
    unified,
)

__all__ = ["constant", "load", "store", "to_plain", "unified"]
