ALTER TABLE account_user
	DROP COLUMN email_index,
	DROP COLUMN phone_index,
	ALTER COLUMN email TYPE VARCHAR(254),
	ALTER COLUMN phone TYPE VARCHAR(20),
	ALTER COLUMN name TYPE VARCHAR(120),
	ADD CONSTRAINT ck_account_user_email_lower CHECK (email IS NULL OR email = lower(email)),
	ADD CONSTRAINT uq_account_user_email UNIQUE (email),
	ADD CONSTRAINT uq_account_user_phone UNIQUE (phone)
-- next
ALTER TABLE account_invitation
	ALTER COLUMN name TYPE VARCHAR(120),
	ALTER COLUMN email TYPE VARCHAR(254)
-- next
ALTER TABLE account_device
	ALTER COLUMN label TYPE VARCHAR(60)
