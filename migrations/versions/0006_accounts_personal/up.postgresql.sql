ALTER TABLE account_user
	DROP CONSTRAINT ck_account_user_email_lower,
	DROP CONSTRAINT uq_account_user_email,
	DROP CONSTRAINT uq_account_user_phone,
	ALTER COLUMN email TYPE VARCHAR,
	ALTER COLUMN phone TYPE VARCHAR,
	ALTER COLUMN name TYPE VARCHAR,
	ADD COLUMN email_index VARCHAR(64),
	ADD COLUMN phone_index VARCHAR(64),
	ADD CONSTRAINT uq_account_user_email_index UNIQUE (email_index),
	ADD CONSTRAINT uq_account_user_phone_index UNIQUE (phone_index)
-- next
ALTER TABLE account_invitation
	ALTER COLUMN name TYPE VARCHAR,
	ALTER COLUMN email TYPE VARCHAR
-- next
ALTER TABLE account_device
	ALTER COLUMN label TYPE VARCHAR
