SELECT n.nspname::text AS name, 0::bigint AS off, 0::bigint AS size, 0::bigint AS allocated_size FROM pg_catalog.pg_namespace n WHERE false
