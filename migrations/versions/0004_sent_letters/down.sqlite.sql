DROP TABLE mail_sent_letter
