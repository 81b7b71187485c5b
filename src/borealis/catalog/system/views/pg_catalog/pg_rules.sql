SELECT NULL::name AS schemaname, NULL::name AS tablename, NULL::name AS rulename, NULL::text AS definition
WHERE false
