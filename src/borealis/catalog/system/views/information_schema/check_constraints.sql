SELECT 'postgres'::pg_catalog.name AS constraint_catalog, n.nspname AS constraint_schema, k.conname AS constraint_name,
  k.conbin::text::varchar AS check_clause
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace WHERE k.contype = 'c'
