CREATE TABLE rate_count (
	key_hash VARCHAR(64) NOT NULL,
	hits INTEGER NOT NULL,
	ends_at BIGINT NOT NULL,
	CONSTRAINT pk_rate_count PRIMARY KEY (key_hash),
	CONSTRAINT ck_rate_count_hits_not_negative CHECK (hits >= 0)
)
-- next
CREATE INDEX ix_rate_count_ends_at ON rate_count (ends_at)
-- next
DROP TABLE account_attempt
