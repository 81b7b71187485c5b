"""Executor: bound statements to SQLite SQL, its running over a snapshot, own writes, DML and row encoders. DESIGN §5."""
