CREATE TABLE journal_salt (
	table_name VARCHAR(63) NOT NULL,
	row_id VARCHAR(160) NOT NULL,
	salt VARCHAR(32) NOT NULL,
	CONSTRAINT pk_journal_salt PRIMARY KEY (table_name, row_id)
)
