DROP TABLE coop_consent_refusal
-- next
DROP FUNCTION coop_consent_refusal_append_only()
