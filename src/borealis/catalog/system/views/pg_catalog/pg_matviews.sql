SELECT n.nspname AS schemaname, n.nspname AS matviewname, n.nspname AS matviewowner, n.nspname AS tablespace,
  false AS hasindexes, false AS ispopulated, ''::text AS definition
FROM pg_catalog.pg_namespace n WHERE false
