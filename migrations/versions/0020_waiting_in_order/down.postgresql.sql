DROP INDEX ix_outbox_delivery_waiting
-- next
CREATE INDEX ix_outbox_delivery_waiting ON outbox_delivery (due_at) WHERE done_at IS NULL
