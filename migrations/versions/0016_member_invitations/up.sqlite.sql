CREATE TABLE coop_member_invitation (
	invitation_id VARCHAR(40) NOT NULL,
	member_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_coop_member_invitation PRIMARY KEY (invitation_id),
	CONSTRAINT fk_coop_member_invitation_invitation_id FOREIGN KEY(invitation_id) REFERENCES account_invitation (id),
	CONSTRAINT fk_coop_member_invitation_member_id FOREIGN KEY(member_id) REFERENCES coop_member (id)
)
-- next
CREATE INDEX ix_coop_member_invitation_member_id ON coop_member_invitation (member_id)
