SELECT grantor.rolname AS grantor, grantee.rolname AS grantee, 'postgres'::pg_catalog.name AS table_catalog, n.nspname AS table_schema,
  c.relname AS table_name, p.privilege_type::varchar AS privilege_type,
  (CASE WHEN p.is_grantable OR pg_catalog.pg_has_role(grantee.oid, c.relowner, 'USAGE') THEN 'YES' ELSE 'NO' END)::varchar(3) AS is_grantable,
  (CASE WHEN p.privilege_type = 'SELECT' THEN 'YES' ELSE 'NO' END)::varchar(3) AS with_hierarchy
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))) AS p
JOIN pg_catalog.pg_authid grantor ON grantor.oid = p.grantor
JOIN (SELECT oid, rolname FROM pg_catalog.pg_authid UNION ALL SELECT 0::pg_catalog.oid, 'PUBLIC'::pg_catalog.name) AS grantee
  ON grantee.oid = p.grantee
WHERE c.relkind IN ('r', 'v')
  AND (grantee.oid = 0 OR pg_catalog.pg_has_role(grantor.oid, 'USAGE') OR pg_catalog.pg_has_role(grantee.oid, 'USAGE'))
