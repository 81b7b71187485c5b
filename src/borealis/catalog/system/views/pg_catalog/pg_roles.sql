SELECT a.rolname, a.rolsuper, a.rolinherit, a.rolcreaterole, a.rolcreatedb, a.rolcanlogin, a.rolreplication,
  a.rolconnlimit, '********'::text AS rolpassword, a.rolvaliduntil, a.rolbypassrls, NULL::text[] AS rolconfig, a.oid
FROM pg_catalog.pg_authid a
