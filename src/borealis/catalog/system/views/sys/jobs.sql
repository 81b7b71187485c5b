SELECT ''::text AS job_id, ''::text AS status, ''::text AS details, ''::text AS job_type, 0::oid AS class_id,
  0::oid AS object_id, ''::text AS object_name, NULL::timestamptz AS start_time, NULL::timestamptz AS update_time
WHERE false
