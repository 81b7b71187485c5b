SELECT grantor.rolname AS grantor, grantee.rolname AS grantee, 'postgres'::pg_catalog.name AS udt_catalog, n.nspname AS udt_schema,
  t.typname AS udt_name, 'TYPE USAGE'::varchar AS privilege_type,
  (CASE WHEN p.is_grantable OR pg_catalog.pg_has_role(grantee.oid, t.typowner, 'USAGE') THEN 'YES' ELSE 'NO' END)::varchar(3) AS is_grantable
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(t.typacl, pg_catalog.acldefault('T', t.typowner))) AS p
JOIN pg_catalog.pg_authid grantor ON grantor.oid = p.grantor
JOIN (SELECT oid, rolname FROM pg_catalog.pg_authid UNION ALL SELECT 0::pg_catalog.oid, 'PUBLIC'::pg_catalog.name) AS grantee
  ON grantee.oid = p.grantee
WHERE t.typtype = 'c' AND p.privilege_type = 'USAGE'
  AND (grantee.oid = 0 OR pg_catalog.pg_has_role(grantor.oid, 'USAGE') OR pg_catalog.pg_has_role(grantee.oid, 'USAGE'))
