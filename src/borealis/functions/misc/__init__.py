"""Functions about the session and the server, chance, and counting NULLs."""
