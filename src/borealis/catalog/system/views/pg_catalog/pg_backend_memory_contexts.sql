SELECT ''::text AS name, ''::text AS ident, ''::text AS parent, 0 AS level, 0::bigint AS total_bytes, 0::bigint AS total_nblocks,
  0::bigint AS free_bytes, 0::bigint AS free_chunks, 0::bigint AS used_bytes
FROM pg_catalog.pg_namespace n WHERE false
