"""Listener, TLS, startup and authentication: one connection object a client, one event loop a process. DESIGN §6."""
