CREATE TABLE payment_dispute (
	id VARCHAR(120) NOT NULL,
	payment_id VARCHAR(40),
	currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	state VARCHAR(4) NOT NULL,
	noted_at TIMESTAMP WITH TIME ZONE NOT NULL,
	answer_by TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_payment_dispute PRIMARY KEY (id),
	CONSTRAINT ck_payment_dispute_amount_positive CHECK (amount_minor > 0),
	CONSTRAINT ck_payment_dispute_state_known CHECK (state IN ('open', 'won', 'lost')),
	CONSTRAINT fk_payment_dispute_payment_id FOREIGN KEY(payment_id) REFERENCES payment_payment (id)
)
-- next
CREATE INDEX ix_payment_dispute_payment_id ON payment_dispute (payment_id)
