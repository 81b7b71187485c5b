SELECT NULL::text AS name, NULL::bigint AS off, NULL::bigint AS size, NULL::bigint AS allocated_size
WHERE false
