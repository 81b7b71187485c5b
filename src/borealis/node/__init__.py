"""Processes: supervisor, query-processor workers, the storage process, what they say to each other; and all in one. DESIGN §6."""
