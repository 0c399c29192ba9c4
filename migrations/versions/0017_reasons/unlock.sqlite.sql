DROP TRIGGER delivery_slip_void_no_update
-- next
DROP TRIGGER refund_refund_no_update
