SELECT t.name, t.abbrev, t.utc_offset, t.is_dst FROM pg_catalog.pg_timezone_names() t
