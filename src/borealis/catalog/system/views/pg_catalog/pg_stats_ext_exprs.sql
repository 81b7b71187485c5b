SELECT cn.nspname AS schemaname, c.relname AS tablename, sn.nspname AS statistics_schemaname, s.stxname AS statistics_name,
  pg_catalog.pg_get_userbyid(s.stxowner) AS statistics_owner,
  (pg_catalog.pg_get_statisticsobjdef_expressions(s.oid))[- e.staattnum] AS expr, e.stainherit AS inherited,
  e.stanullfrac AS null_frac, e.stawidth AS avg_width, e.stadistinct AS n_distinct, e.stavalues1 AS most_common_vals,
  e.stanumbers1 AS most_common_freqs, e.stavalues2 AS histogram_bounds, e.stanumbers3[1] AS correlation,
  NULL::pg_catalog.text[] AS most_common_elems, NULL::pg_catalog.float4[] AS most_common_elem_freqs,
  NULL::pg_catalog.float4[] AS elem_count_histogram
FROM pg_catalog.pg_statistic_ext s
JOIN pg_catalog.pg_class c ON c.oid = s.stxrelid
JOIN pg_catalog.pg_statistic e ON e.starelid = s.oid AND e.staattnum < 0
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_namespace sn ON sn.oid = s.stxnamespace
