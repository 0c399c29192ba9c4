CREATE TABLE job_run (
	name VARCHAR(80) NOT NULL,
	started_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ended_at TIMESTAMP WITH TIME ZONE NOT NULL,
	succeeded_at TIMESTAMP WITH TIME ZONE,
	failures INTEGER NOT NULL,
	CONSTRAINT pk_job_run PRIMARY KEY (name),
	CONSTRAINT ck_job_run_failures_not_negative CHECK (failures >= 0)
)
-- next
CREATE TABLE check_run (
	id VARCHAR(40) NOT NULL,
	kind VARCHAR(10) NOT NULL,
	started_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ended_at TIMESTAMP WITH TIME ZONE NOT NULL,
	events BIGINT NOT NULL,
	broken BIGINT NOT NULL,
	findings JSON NOT NULL,
	not_reached JSON NOT NULL,
	CONSTRAINT pk_check_run PRIMARY KEY (id),
	CONSTRAINT ck_check_run_kind_known CHECK (kind IN ('invariants', 'verify', 'backup')),
	CONSTRAINT ck_check_run_broken_not_negative CHECK (broken >= 0)
)
-- next
CREATE INDEX ix_check_run_newest ON check_run (kind, ended_at)
