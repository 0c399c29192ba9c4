DROP TRIGGER decision_no_update ON decision
-- next
DROP TRIGGER lot_movement_no_update ON lot_movement
-- next
DROP TRIGGER phone_objection_no_update ON phone_objection
-- next
DROP TRIGGER history_invoice_no_update ON history_invoice
-- next
DROP INDEX ix_history_invoice_customer
-- next
ALTER TABLE history_invoice DROP COLUMN customer_index
-- next
CREATE INDEX ix_history_invoice_customer ON history_invoice (organisation_id, source, customer)
-- next
ALTER TABLE catalogue_stock DROP COLUMN names
-- next
ALTER TABLE coop_member
	ALTER COLUMN name TYPE VARCHAR(120),
	ALTER COLUMN sex TYPE VARCHAR(1),
	ALTER COLUMN birth_year TYPE INTEGER USING birth_year::integer
-- next
ALTER TABLE material_supplier ALTER COLUMN name TYPE VARCHAR(120)
-- next
ALTER TABLE checkout_order
	ALTER COLUMN buyer_name TYPE VARCHAR(120),
	ALTER COLUMN buyer_email TYPE VARCHAR(254)
-- next
ALTER TABLE history_invoice ALTER COLUMN customer TYPE VARCHAR(40)
-- next
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision FOR EACH ROW EXECUTE FUNCTION decision_append_only()
-- next
CREATE TRIGGER lot_movement_no_update BEFORE UPDATE ON lot_movement FOR EACH ROW EXECUTE FUNCTION lot_movement_append_only()
-- next
CREATE TRIGGER phone_objection_no_update BEFORE UPDATE ON phone_objection FOR EACH ROW WHEN (NOT (NEW.id = OLD.id AND NEW.received_minor = OLD.received_minor AND NEW.note = '')) EXECUTE FUNCTION phone_objection_append_only()
-- next
CREATE TRIGGER history_invoice_no_update BEFORE UPDATE ON history_invoice FOR EACH ROW EXECUTE FUNCTION history_invoice_append_only()
