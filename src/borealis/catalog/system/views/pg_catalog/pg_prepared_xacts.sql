SELECT NULL::xid AS transaction, NULL::text AS gid, NULL::timestamp with time zone AS prepared, NULL::name AS owner,
  NULL::name AS database
WHERE false
