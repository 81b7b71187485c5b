"""Text and bytea functions. Text counts characters, compares by code point, and has ASCII case: collation and ctype C."""
