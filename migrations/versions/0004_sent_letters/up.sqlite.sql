CREATE TABLE mail_sent_letter (
	key VARCHAR(120) NOT NULL,
	claimed_at DATETIME,
	sent_at DATETIME,
	CONSTRAINT pk_mail_sent_letter PRIMARY KEY (key)
)
