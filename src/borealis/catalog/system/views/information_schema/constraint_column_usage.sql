SELECT 'postgres'::pg_catalog.name AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
  a.attname AS column_name, 'postgres'::pg_catalog.name AS constraint_catalog, kn.nspname AS constraint_schema,
  k.conname AS constraint_name
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_namespace kn ON kn.oid = k.connamespace
JOIN pg_catalog.pg_class c ON c.oid = CASE k.contype WHEN 'f' THEN k.confrelid ELSE k.conrelid END
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL unnest(CASE k.contype WHEN 'f' THEN k.confkey ELSE k.conkey END) AS p(attnum)
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.attnum
WHERE k.contype IN ('p', 'u', 'f')
  AND (pg_catalog.pg_has_role(c.relowner, 'USAGE'))
