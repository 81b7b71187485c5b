"""Commands: one file a kind of statement, as the session runs it; `make` tells which one a parse tree is."""
