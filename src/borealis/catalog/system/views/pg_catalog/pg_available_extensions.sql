SELECT n.nspname AS name, ''::text AS default_version, n.nspname AS installed_version, ''::text AS comment
FROM pg_catalog.pg_namespace n WHERE false
