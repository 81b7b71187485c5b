SELECT 'postgres'::pg_catalog.name AS catalog_name, n.nspname AS schema_name,
  pg_catalog.pg_get_userbyid(n.nspowner) AS schema_owner, NULL::pg_catalog.name AS default_character_set_catalog,
  NULL::pg_catalog.name AS default_character_set_schema, NULL::pg_catalog.name AS default_character_set_name,
  NULL::varchar AS sql_path
FROM pg_catalog.pg_namespace n
WHERE pg_catalog.pg_has_role(n.nspowner, 'USAGE') OR pg_catalog.has_schema_privilege(n.oid, 'CREATE, USAGE')
