SELECT grantor.rolname AS grantor, grantee.rolname AS grantee, 'postgres'::pg_catalog.name AS specific_catalog, n.nspname AS specific_schema,
  pg_catalog.nameconcatoid(f.proname, f.oid) AS specific_name, 'postgres'::pg_catalog.name AS routine_catalog, n.nspname AS routine_schema,
  f.proname AS routine_name, 'EXECUTE'::varchar AS privilege_type,
  (CASE WHEN p.is_grantable OR pg_catalog.pg_has_role(grantee.oid, f.proowner, 'USAGE') THEN 'YES' ELSE 'NO' END)::varchar(3) AS is_grantable
FROM pg_catalog.pg_proc f
JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(f.proacl, pg_catalog.acldefault('f', f.proowner))) AS p
JOIN pg_catalog.pg_authid grantor ON grantor.oid = p.grantor
JOIN (SELECT oid, rolname FROM pg_catalog.pg_authid UNION ALL SELECT 0::pg_catalog.oid, 'PUBLIC'::pg_catalog.name) AS grantee
  ON grantee.oid = p.grantee
WHERE p.privilege_type = 'EXECUTE'
  AND (grantee.oid = 0 OR pg_catalog.pg_has_role(grantor.oid, 'USAGE') OR pg_catalog.pg_has_role(grantee.oid, 'USAGE'))
