CREATE TABLE account_attempt (
	id VARCHAR(40) NOT NULL,
	key_hash VARCHAR(64) NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_account_attempt PRIMARY KEY (id)
)
-- next
CREATE INDEX ix_account_attempt_recent ON account_attempt (key_hash, at)
-- next
DROP TABLE rate_count
