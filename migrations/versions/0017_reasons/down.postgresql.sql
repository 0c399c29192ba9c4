CREATE TRIGGER delivery_slip_void_no_update BEFORE UPDATE ON delivery_slip_void FOR EACH ROW EXECUTE FUNCTION delivery_slip_void_append_only()
-- next
CREATE TRIGGER refund_refund_no_update BEFORE UPDATE ON refund_refund FOR EACH ROW EXECUTE FUNCTION refund_refund_append_only()
-- next
ALTER TABLE refund_refund ALTER COLUMN reason TYPE VARCHAR(200)
