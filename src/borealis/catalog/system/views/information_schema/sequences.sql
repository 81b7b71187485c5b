SELECT 'postgres'::pg_catalog.name AS sequence_catalog, n.nspname AS sequence_schema, c.relname AS sequence_name,
  'bigint'::varchar AS data_type, 64 AS numeric_precision, 2 AS numeric_precision_radix, 0 AS numeric_scale,
  s.seqstart::text::varchar AS start_value, s.seqmin::text::varchar AS minimum_value,
  s.seqmax::text::varchar AS maximum_value, s.seqincrement::text::varchar AS increment,
  (CASE WHEN s.seqcycle THEN 'YES' ELSE 'NO' END)::varchar(3) AS cycle_option
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE (pg_catalog.pg_has_role(c.relowner, 'USAGE') OR pg_catalog.has_sequence_privilege(s.seqrelid, 'SELECT, UPDATE, USAGE'))
