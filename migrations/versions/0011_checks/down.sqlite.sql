DROP TABLE check_run
-- next
DROP TABLE job_run
