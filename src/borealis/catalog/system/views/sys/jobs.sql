SELECT j.job_id, j.status, j.details, j.job_type, j.class_id, j.object_id, j.object_name, j.start_us AS start_time,
  j.update_us AS update_time
FROM sys.job j
