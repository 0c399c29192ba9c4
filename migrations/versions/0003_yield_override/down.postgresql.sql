DROP TRIGGER lot_step_within_yield ON lot_step
-- next
DROP FUNCTION lot_step_yield()
-- next
DROP TABLE lot_step_override
