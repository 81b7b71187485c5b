"""GRANT, REVOKE, ALTER DEFAULT PRIVILEGES, and what other DDL means for privileges."""
