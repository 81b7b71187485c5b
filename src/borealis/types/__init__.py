"""PostgreSQL types: oid, text and binary in and out, storage representation. One file a type family, no I/O."""
