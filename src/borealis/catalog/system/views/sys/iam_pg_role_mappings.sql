SELECT 0::oid AS iam_oid, ''::text AS arn, 0::oid AS pg_role_oid, ''::pg_catalog.name AS pg_role_name,
  0::oid AS grantor_pg_role_oid, ''::pg_catalog.name AS grantor_pg_role_name
WHERE false
