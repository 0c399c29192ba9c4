CREATE TABLE payment_reconciliation (
	id VARCHAR(40) NOT NULL,
	at DATETIME NOT NULL,
	since DATETIME NOT NULL,
	compared JSON NOT NULL,
	is_whole BOOLEAN NOT NULL,
	differences JSON NOT NULL,
	open_count INTEGER NOT NULL,
	CONSTRAINT pk_payment_reconciliation PRIMARY KEY (id),
	CONSTRAINT ck_payment_reconciliation_open_count_not_negative CHECK (open_count >= 0)
)
