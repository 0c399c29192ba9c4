CREATE TABLE coop_consent_refusal (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	member_id VARCHAR(40) NOT NULL,
	kind VARCHAR(24) NOT NULL,
	how VARCHAR(80) NOT NULL,
	refused_at DATETIME NOT NULL,
	CONSTRAINT pk_coop_consent_refusal PRIMARY KEY (id),
	CONSTRAINT ck_coop_consent_refusal_kind_known CHECK (kind IN ('show_labour_amount', 'show_name', 'photo')),
	CONSTRAINT uq_coop_consent_refusal_member_id_kind UNIQUE (member_id, kind),
	CONSTRAINT fk_coop_consent_refusal_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_coop_consent_refusal_member_id FOREIGN KEY(member_id) REFERENCES coop_member (id)
)
-- next
CREATE TRIGGER coop_consent_refusal_no_update BEFORE UPDATE ON coop_consent_refusal FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'coop_consent_refusal is append-only'); END
-- next
CREATE TRIGGER coop_consent_refusal_no_delete BEFORE DELETE ON coop_consent_refusal FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'coop_consent_refusal is append-only'); END
