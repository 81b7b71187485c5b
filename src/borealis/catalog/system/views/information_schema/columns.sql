SELECT 'postgres'::pg_catalog.name AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
  a.attname AS column_name, a.attnum::int AS ordinal_position,
  (CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END)::varchar AS column_default,
  (CASE WHEN a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) THEN 'NO' ELSE 'YES' END)::varchar(3) AS is_nullable,
  (CASE WHEN b.typelem <> 0 AND b.typlen = -1 THEN 'ARRAY'
        WHEN bn.nspname = 'pg_catalog' THEN pg_catalog.format_type(b.oid, NULL) ELSE 'USER-DEFINED' END)::varchar AS data_type,
  (CASE WHEN b.oid IN (1042, 1043) AND m.typmod > 0 THEN m.typmod - 4
        WHEN b.oid IN (1560, 1562) AND m.typmod > 0 THEN m.typmod END)::int AS character_maximum_length,
  (CASE WHEN b.oid IN (25, 1043) AND m.typmod <= 0 THEN 1073741824 WHEN b.oid = 25 THEN 1073741824
        WHEN b.oid IN (1042, 1043) THEN (m.typmod - 4) * 4 END)::int AS character_octet_length,
  (CASE b.oid WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 700 THEN 24 WHEN 701 THEN 53
        WHEN 1700 THEN CASE WHEN m.typmod > 0 THEN ((m.typmod - 4) >> 16) & 65535 END END)::int AS numeric_precision,
  (CASE WHEN b.oid IN (20, 21, 23, 700, 701) THEN 2 WHEN b.oid = 1700 THEN 10 END)::int AS numeric_precision_radix,
  (CASE WHEN b.oid IN (20, 21, 23) THEN 0
        WHEN b.oid = 1700 AND m.typmod > 0 THEN (m.typmod - 4) & 2047 END)::int AS numeric_scale,
  (CASE WHEN b.oid = 1082 THEN 0
        WHEN b.oid IN (1083, 1114, 1184, 1266) THEN CASE WHEN m.typmod < 0 THEN 6 ELSE m.typmod END
        WHEN b.oid = 1186 THEN 6 END)::int AS datetime_precision,
  NULL::varchar AS interval_type, NULL::int AS interval_precision,
  NULL::pg_catalog.name AS character_set_catalog, NULL::pg_catalog.name AS character_set_schema,
  NULL::pg_catalog.name AS character_set_name, NULL::pg_catalog.name AS collation_catalog,
  NULL::pg_catalog.name AS collation_schema, NULL::pg_catalog.name AS collation_name,
  (CASE WHEN t.typtype = 'd' THEN 'postgres' END)::pg_catalog.name AS domain_catalog,
  (CASE WHEN t.typtype = 'd' THEN tn.nspname END)::pg_catalog.name AS domain_schema,
  (CASE WHEN t.typtype = 'd' THEN t.typname END)::pg_catalog.name AS domain_name,
  'postgres'::pg_catalog.name AS udt_catalog, bn.nspname AS udt_schema, b.typname AS udt_name,
  NULL::pg_catalog.name AS scope_catalog, NULL::pg_catalog.name AS scope_schema, NULL::pg_catalog.name AS scope_name,
  NULL::int AS maximum_cardinality, a.attnum::text::pg_catalog.name AS dtd_identifier,
  'NO'::varchar(3) AS is_self_referencing, (CASE WHEN a.attidentity <> '' THEN 'YES' ELSE 'NO' END)::varchar(3) AS is_identity,
  (CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END)::varchar AS identity_generation,
  s.seqstart::text::varchar AS identity_start, s.seqincrement::text::varchar AS identity_increment,
  s.seqmax::text::varchar AS identity_maximum, s.seqmin::text::varchar AS identity_minimum,
  (CASE WHEN s.seqcycle THEN 'YES' ELSE 'NO' END)::varchar(3) AS identity_cycle,
  (CASE WHEN a.attgenerated <> '' THEN 'ALWAYS' ELSE 'NEVER' END)::varchar AS is_generated,
  (CASE WHEN a.attgenerated <> '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END)::varchar AS generation_expression,
  (CASE WHEN c.relkind = 'r' OR pg_catalog.pg_column_is_updatable(c.oid, a.attnum, false) THEN 'YES' ELSE 'NO' END)::varchar(3)
    AS is_updatable
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
JOIN pg_catalog.pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
JOIN pg_catalog.pg_namespace bn ON bn.oid = b.typnamespace
CROSS JOIN LATERAL (SELECT CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END AS typmod) m
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_sequence s ON s.seqrelid = CASE WHEN a.attidentity <> ''
  THEN pg_catalog.pg_get_serial_sequence(a.attrelid::regclass::text, a.attname)::regclass::oid END
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v')
  AND (c.relowner = 10 OR pg_catalog.pg_has_role(c.relowner, 'USAGE')
    OR pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT, INSERT, UPDATE, REFERENCES'))
