"""inet, cidr, macaddr, macaddr8: comparison, arithmetic, parts. Source: PostgreSQL 16 documentation 9.12."""
