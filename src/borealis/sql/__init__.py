"""SQL front end: parse (libpg_query), bind (names, types), utility statements."""
