SELECT n.nspname AS schemaname, n.nspname AS tablename, p.polname AS policyname, ''::text AS permissive,
  NULL::pg_catalog.name[] AS roles, ''::text AS cmd, ''::text AS qual, ''::text AS with_check
FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
