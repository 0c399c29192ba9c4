CREATE TRIGGER delivery_slip_void_no_update BEFORE UPDATE ON delivery_slip_void FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'delivery_slip_void is append-only'); END
-- next
CREATE TRIGGER refund_refund_no_update BEFORE UPDATE ON refund_refund FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'refund_refund is append-only'); END
