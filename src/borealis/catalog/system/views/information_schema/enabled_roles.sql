SELECT r.rolname AS role_name
FROM pg_catalog.pg_authid r
WHERE pg_catalog.pg_has_role(r.oid, 'USAGE')
