SELECT NULL::text AS name, NULL::text AS ident, NULL::text AS parent, NULL::integer AS level,
  NULL::bigint AS total_bytes, NULL::bigint AS total_nblocks, NULL::bigint AS free_bytes,
  NULL::bigint AS free_chunks, NULL::bigint AS used_bytes
WHERE false
