SELECT NULL::oid AS objoid, NULL::oid AS classoid, NULL::integer AS objsubid, NULL::text AS objtype,
  NULL::oid AS objnamespace, NULL::text AS objname, NULL::text AS provider, NULL::text AS label
WHERE false
