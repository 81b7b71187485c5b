SELECT 'postgres'::pg_catalog.name AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
  (CASE c.relkind WHEN 'r' THEN 'BASE TABLE' ELSE 'VIEW' END)::varchar AS table_type,
  NULL::pg_catalog.name AS self_referencing_column_name, NULL::varchar AS reference_generation,
  NULL::pg_catalog.name AS user_defined_type_catalog, NULL::pg_catalog.name AS user_defined_type_schema,
  NULL::pg_catalog.name AS user_defined_type_name,
  (CASE WHEN c.relkind = 'r' OR pg_catalog.pg_relation_is_updatable(c.oid, false) & 8 = 8 THEN 'YES' ELSE 'NO' END)::varchar(3)
    AS is_insertable_into, 'NO'::varchar(3) AS is_typed,
  NULL::varchar AS commit_action
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v')
  AND (c.relowner = 10 OR pg_catalog.pg_has_role(c.relowner, 'USAGE')
    OR pg_catalog.has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
    OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))
