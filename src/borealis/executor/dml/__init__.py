"""DML: INSERT, UPDATE, DELETE and row locks, folded row by row into the transaction's write set."""
