DROP INDEX ix_journal_event_row
-- next
CREATE INDEX ix_journal_event_row ON journal_event (row_id, id)
