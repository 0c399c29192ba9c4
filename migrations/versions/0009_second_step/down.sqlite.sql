DROP TABLE account_access
-- next
DROP TABLE account_new_address
-- next
DROP TABLE account_recovery_code
-- next
DROP TABLE account_second_factor
-- next
ALTER TABLE account_sign_in DROP COLUMN second_at
-- next
ALTER TABLE account_sign_in DROP COLUMN device
-- next
ALTER TABLE account_user DROP COLUMN email_confirmed_at
