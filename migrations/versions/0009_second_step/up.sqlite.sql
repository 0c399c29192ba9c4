ALTER TABLE account_user ADD COLUMN email_confirmed_at DATETIME
-- next
ALTER TABLE account_sign_in ADD COLUMN device VARCHAR(40) DEFAULT '' NOT NULL
-- next
ALTER TABLE account_sign_in ADD COLUMN second_at DATETIME
-- next
CREATE TABLE account_second_factor (
	user_id VARCHAR(40) NOT NULL,
	secret VARCHAR NOT NULL,
	last_step BIGINT NOT NULL,
	created_at DATETIME NOT NULL,
	confirmed_at DATETIME,
	CONSTRAINT pk_account_second_factor PRIMARY KEY (user_id),
	CONSTRAINT fk_account_second_factor_user_id FOREIGN KEY(user_id) REFERENCES account_user (id)
)
-- next
CREATE TABLE account_recovery_code (
	code_hash VARCHAR(64) NOT NULL,
	user_id VARCHAR(40) NOT NULL,
	created_at DATETIME NOT NULL,
	used_at DATETIME,
	CONSTRAINT pk_account_recovery_code PRIMARY KEY (code_hash),
	CONSTRAINT fk_account_recovery_code_user_id FOREIGN KEY(user_id) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_account_recovery_code_user_id ON account_recovery_code (user_id)
-- next
CREATE TABLE account_new_address (
	id VARCHAR(40) NOT NULL,
	user_id VARCHAR(40) NOT NULL,
	email VARCHAR NOT NULL,
	created_at DATETIME NOT NULL,
	CONSTRAINT pk_account_new_address PRIMARY KEY (id),
	CONSTRAINT uq_account_new_address_user_id UNIQUE (user_id),
	CONSTRAINT fk_account_new_address_user_id FOREIGN KEY(user_id) REFERENCES account_user (id)
)
-- next
CREATE TABLE account_access (
	id VARCHAR(40) NOT NULL,
	user_id VARCHAR(40) NOT NULL,
	what VARCHAR(20) NOT NULL,
	by VARCHAR(8) NOT NULL,
	device VARCHAR(40) NOT NULL,
	network VARCHAR(45) NOT NULL,
	browser_hash VARCHAR(64) NOT NULL,
	at DATETIME NOT NULL,
	CONSTRAINT pk_account_access PRIMARY KEY (id),
	CONSTRAINT fk_account_access_user_id FOREIGN KEY(user_id) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_account_access_of_user ON account_access (user_id, id)
-- next
CREATE INDEX ix_account_access_at ON account_access (at)
