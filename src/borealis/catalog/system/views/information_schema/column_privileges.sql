SELECT grantor.rolname AS grantor, grantee.rolname AS grantee, 'postgres'::pg_catalog.name AS table_catalog, n.nspname AS table_schema,
  p.relname AS table_name, p.attname AS column_name, p.privilege_type::varchar AS privilege_type,
  (CASE WHEN p.is_grantable OR pg_catalog.pg_has_role(grantee.oid, p.relowner, 'USAGE') THEN 'YES' ELSE 'NO' END)::varchar(3) AS is_grantable
FROM (
  SELECT e.grantor, e.grantee, c.relnamespace, c.relname, c.relowner, a.attname, e.privilege_type, e.is_grantable
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))) AS e
  WHERE c.relkind IN ('r', 'v')
  UNION
  SELECT e.grantor, e.grantee, c.relnamespace, c.relname, c.relowner, a.attname, e.privilege_type, e.is_grantable
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(a.attacl, pg_catalog.acldefault('c', c.relowner))) AS e
  WHERE c.relkind IN ('r', 'v')
) AS p
JOIN pg_catalog.pg_namespace n ON n.oid = p.relnamespace
JOIN pg_catalog.pg_authid grantor ON grantor.oid = p.grantor
JOIN (SELECT oid, rolname FROM pg_catalog.pg_authid UNION ALL SELECT 0::pg_catalog.oid, 'PUBLIC'::pg_catalog.name) AS grantee
  ON grantee.oid = p.grantee
WHERE p.privilege_type IN ('INSERT', 'SELECT', 'UPDATE', 'REFERENCES')
  AND (grantee.oid = 0 OR pg_catalog.pg_has_role(grantor.oid, 'USAGE') OR pg_catalog.pg_has_role(grantee.oid, 'USAGE'))
