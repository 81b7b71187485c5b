SELECT grantor.rolname AS grantor, grantee.rolname AS grantee, 'postgres'::pg_catalog.name AS object_catalog, n.nspname AS object_schema,
  o.name AS object_name, o.kind::varchar AS object_type, 'USAGE'::varchar AS privilege_type,
  (CASE WHEN o.kind <> 'COLLATION' AND (o.is_grantable OR pg_catalog.pg_has_role(grantee.oid, o.owner, 'USAGE')) THEN 'YES' ELSE 'NO' END)::varchar(3)
    AS is_grantable
FROM (
  SELECT c.collowner AS grantor, 0::pg_catalog.oid AS grantee, c.collowner AS owner, c.collnamespace AS namespace, c.collname AS name,
    'COLLATION' AS kind, 'USAGE' AS privilege_type, false AS is_grantable
  FROM pg_catalog.pg_collation c
  WHERE c.collencoding IN (-1, 6)
  UNION ALL
  SELECT p.grantor, p.grantee, t.typowner, t.typnamespace, t.typname, 'DOMAIN', p.privilege_type, p.is_grantable
  FROM pg_catalog.pg_type t
  CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(t.typacl, pg_catalog.acldefault('T', t.typowner))) AS p
  WHERE t.typtype = 'd'
  UNION ALL
  SELECT p.grantor, p.grantee, c.relowner, c.relnamespace, c.relname, 'SEQUENCE', p.privilege_type, p.is_grantable
  FROM pg_catalog.pg_class c
  CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault('s', c.relowner))) AS p
  WHERE c.relkind = 'S'
) AS o
JOIN pg_catalog.pg_namespace n ON n.oid = o.namespace
JOIN pg_catalog.pg_authid grantor ON grantor.oid = o.grantor
JOIN (SELECT oid, rolname FROM pg_catalog.pg_authid UNION ALL SELECT 0::pg_catalog.oid, 'PUBLIC'::pg_catalog.name) AS grantee
  ON grantee.oid = o.grantee
WHERE o.privilege_type = 'USAGE'
  AND (grantee.oid = 0 OR pg_catalog.pg_has_role(grantor.oid, 'USAGE') OR pg_catalog.pg_has_role(grantee.oid, 'USAGE'))
