DROP TABLE delivery_slip_void
-- next
DROP FUNCTION delivery_slip_void_append_only()
