SELECT member.rolname AS grantee, role.rolname AS role_name, (CASE WHEN m.admin_option THEN 'YES' ELSE 'NO' END)::varchar(3) AS is_grantable
FROM pg_catalog.pg_auth_members m
JOIN pg_catalog.pg_authid member ON member.oid = m.member
JOIN pg_catalog.pg_authid role ON role.oid = m.roleid
WHERE pg_catalog.pg_has_role(member.oid, 'USAGE')
