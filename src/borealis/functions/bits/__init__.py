"""bit and bit varying. A value is its digits (types/bits.py). Source: PostgreSQL 16 documentation 9.6."""
