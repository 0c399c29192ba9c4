DROP TABLE journal_salt
