CREATE TABLE account_user_new (
	id VARCHAR(40) NOT NULL,
	email VARCHAR,
	email_index VARCHAR(64),
	phone VARCHAR,
	phone_index VARCHAR(64),
	name VARCHAR NOT NULL,
	password_hash VARCHAR(200),
	pin_hash VARCHAR(200),
	pin_set_at DATETIME,
	language VARCHAR(5) NOT NULL,
	is_operator BOOLEAN NOT NULL,
	created_at DATETIME NOT NULL,
	CONSTRAINT pk_account_user PRIMARY KEY (id),
	CONSTRAINT uq_account_user_email_index UNIQUE (email_index),
	CONSTRAINT uq_account_user_phone_index UNIQUE (phone_index)
)
-- next
INSERT INTO account_user_new (id, email, phone, name, password_hash, pin_hash, pin_set_at, language, is_operator, created_at)
	SELECT id, email, phone, name, password_hash, pin_hash, pin_set_at, language, is_operator, created_at FROM account_user
-- next
DROP TABLE account_user
-- next
ALTER TABLE account_user_new RENAME TO account_user
