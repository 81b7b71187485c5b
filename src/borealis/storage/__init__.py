"""Storage: SQLite files. Layout, reader pool, apply, checkpoint, encryption. DESIGN §4."""
