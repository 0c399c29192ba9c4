DROP TRIGGER decision_no_update
-- next
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END
-- next
DROP TRIGGER lot_movement_no_update
-- next
CREATE TRIGGER lot_movement_no_update BEFORE UPDATE ON lot_movement FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'lot_movement is append-only'); END
-- next
DROP TRIGGER phone_objection_no_update
-- next
CREATE TRIGGER phone_objection_no_update BEFORE UPDATE ON phone_objection FOR EACH ROW WHEN (NOT (NEW.id = OLD.id AND NEW.received_minor = OLD.received_minor AND NEW.note = '')) BEGIN SELECT RAISE(ABORT, 'phone_objection is append-only'); END
-- next
DROP TRIGGER history_invoice_no_update
-- next
CREATE TRIGGER history_invoice_no_update BEFORE UPDATE ON history_invoice FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'history_invoice is append-only'); END
-- next
DROP INDEX ix_history_invoice_customer
-- next
ALTER TABLE history_invoice DROP COLUMN customer_index
-- next
CREATE INDEX ix_history_invoice_customer ON history_invoice (organisation_id, source, customer)
-- next
ALTER TABLE catalogue_stock DROP COLUMN names
-- next
ALTER TABLE coop_member RENAME COLUMN birth_year TO birth_year_text
-- next
ALTER TABLE coop_member ADD COLUMN birth_year INTEGER
-- next
UPDATE coop_member SET birth_year = CAST(birth_year_text AS INTEGER) WHERE birth_year_text IS NOT NULL
-- next
ALTER TABLE coop_member DROP COLUMN birth_year_text
