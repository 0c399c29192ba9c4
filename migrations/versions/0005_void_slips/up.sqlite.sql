CREATE TABLE delivery_slip_void (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	slip_id VARCHAR(40) NOT NULL,
	reason TEXT NOT NULL,
	moved BOOLEAN NOT NULL,
	made_by VARCHAR(40) NOT NULL,
	voided_by VARCHAR(40) NOT NULL,
	voided_on DATE NOT NULL,
	voided_at DATETIME NOT NULL,
	CONSTRAINT pk_delivery_slip_void PRIMARY KEY (id),
	CONSTRAINT ck_delivery_slip_void_reason_given CHECK (reason <> ''),
	CONSTRAINT ck_delivery_slip_void_second_person CHECK (voided_by <> made_by OR NOT moved),
	CONSTRAINT fk_delivery_slip_void_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT uq_delivery_slip_void_slip_id UNIQUE (slip_id),
	CONSTRAINT fk_delivery_slip_void_slip_id FOREIGN KEY(slip_id) REFERENCES delivery_slip (id),
	CONSTRAINT fk_delivery_slip_void_made_by FOREIGN KEY(made_by) REFERENCES account_user (id),
	CONSTRAINT fk_delivery_slip_void_voided_by FOREIGN KEY(voided_by) REFERENCES account_user (id)
)
-- next
CREATE TRIGGER delivery_slip_void_no_update BEFORE UPDATE ON delivery_slip_void FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'delivery_slip_void is append-only'); END
-- next
CREATE TRIGGER delivery_slip_void_no_delete BEFORE DELETE ON delivery_slip_void FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'delivery_slip_void is append-only'); END
