DROP TRIGGER delivery_slip_void_no_update ON delivery_slip_void
-- next
DROP TRIGGER refund_refund_no_update ON refund_refund
-- next
ALTER TABLE refund_refund ALTER COLUMN reason TYPE VARCHAR
