CREATE TABLE coop_consent_refusal (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	member_id VARCHAR(40) NOT NULL,
	kind VARCHAR(24) NOT NULL,
	how VARCHAR(80) NOT NULL,
	refused_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_coop_consent_refusal PRIMARY KEY (id),
	CONSTRAINT ck_coop_consent_refusal_kind_known CHECK (kind IN ('show_labour_amount', 'show_name', 'photo')),
	CONSTRAINT uq_coop_consent_refusal_member_id_kind UNIQUE (member_id, kind),
	CONSTRAINT fk_coop_consent_refusal_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_coop_consent_refusal_member_id FOREIGN KEY(member_id) REFERENCES coop_member (id)
)
-- next
ALTER TABLE coop_consent_refusal ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE coop_consent_refusal FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON coop_consent_refusal USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR organisation_id = (SELECT current_setting('lumbung.scope', true)))
-- next
CREATE OR REPLACE FUNCTION coop_consent_refusal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'coop_consent_refusal is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER coop_consent_refusal_no_update BEFORE UPDATE ON coop_consent_refusal FOR EACH ROW EXECUTE FUNCTION coop_consent_refusal_append_only()
-- next
CREATE TRIGGER coop_consent_refusal_no_delete BEFORE DELETE ON coop_consent_refusal FOR EACH ROW EXECUTE FUNCTION coop_consent_refusal_append_only()
