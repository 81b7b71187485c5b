SELECT grantee, role_name, is_grantable
FROM information_schema.applicable_roles
WHERE is_grantable = 'YES'
