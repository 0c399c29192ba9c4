DROP TRIGGER lot_step_within_yield
-- next
DROP TABLE lot_step_override
