CREATE TABLE mail_sent_letter (
	key VARCHAR(120) NOT NULL,
	claimed_at TIMESTAMP WITH TIME ZONE,
	sent_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_mail_sent_letter PRIMARY KEY (key)
)
