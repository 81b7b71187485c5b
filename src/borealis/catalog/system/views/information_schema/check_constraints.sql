SELECT 'postgres'::pg_catalog.name AS constraint_catalog, n.nspname AS constraint_schema, k.conname AS constraint_name,
  pg_catalog.substring(pg_catalog.pg_get_constraintdef(k.oid), 7)::varchar AS check_clause
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
LEFT JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
LEFT JOIN pg_catalog.pg_type t ON t.oid = k.contypid
WHERE k.contype = 'c'
  AND (pg_catalog.pg_has_role(coalesce(c.relowner, t.typowner), 'USAGE'))
