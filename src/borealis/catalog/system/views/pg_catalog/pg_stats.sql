SELECT n.nspname AS schemaname, c.relname AS tablename, a.attname, s.stainherit AS inherited, s.stanullfrac AS null_frac,
  s.stawidth AS avg_width, s.stadistinct AS n_distinct, s.stavalues1 AS most_common_vals, s.stanumbers1 AS most_common_freqs,
  s.stavalues2 AS histogram_bounds, s.stanumbers3[1] AS correlation, NULL::pg_catalog.text[] AS most_common_elems,
  NULL::pg_catalog.float4[] AS most_common_elem_freqs, NULL::pg_catalog.float4[] AS elem_count_histogram
FROM pg_catalog.pg_statistic s
JOIN pg_catalog.pg_class c ON c.oid = s.starelid
JOIN pg_catalog.pg_attribute a ON c.oid = a.attrelid AND a.attnum = s.staattnum
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT a.attisdropped AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'select')
