"""CREATE, ALTER and DROP SEQUENCE, and the sequences of identity columns."""
