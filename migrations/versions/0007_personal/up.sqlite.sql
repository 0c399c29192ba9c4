DROP TRIGGER decision_no_update
-- next
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision FOR EACH ROW WHEN (NOT (NEW.id IS NOT DISTINCT FROM OLD.id AND NEW.organisation_id IS NOT DISTINCT FROM OLD.organisation_id AND NEW.number IS NOT DISTINCT FROM OLD.number AND NEW.title IS NOT DISTINCT FROM OLD.title AND NEW.decided_on IS NOT DISTINCT FROM OLD.decided_on AND NEW.effective_on IS NOT DISTINCT FROM OLD.effective_on AND NEW.present IS NOT DISTINCT FROM OLD.present AND NEW.votes_for IS NOT DISTINCT FROM OLD.votes_for AND NEW.votes_against IS NOT DISTINCT FROM OLD.votes_against AND NEW.votes_abstained IS NOT DISTINCT FROM OLD.votes_abstained AND NEW.recorded_at IS NOT DISTINCT FROM OLD.recorded_at)) BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END
-- next
DROP TRIGGER lot_movement_no_update
-- next
CREATE TRIGGER lot_movement_no_update BEFORE UPDATE ON lot_movement FOR EACH ROW WHEN (NOT (NEW.id IS NOT DISTINCT FROM OLD.id AND NEW.organisation_id IS NOT DISTINCT FROM OLD.organisation_id AND NEW.lot_id IS NOT DISTINCT FROM OLD.lot_id AND NEW.kind IS NOT DISTINCT FROM OLD.kind AND NEW.quantity IS NOT DISTINCT FROM OLD.quantity AND NEW.member_id IS NOT DISTINCT FROM OLD.member_id AND NEW.source IS NOT DISTINCT FROM OLD.source AND NEW.moved_on IS NOT DISTINCT FROM OLD.moved_on AND NEW.at IS NOT DISTINCT FROM OLD.at AND NEW.photo_sha256 IS NOT DISTINCT FROM OLD.photo_sha256 AND NEW.client_key IS NOT DISTINCT FROM OLD.client_key)) BEGIN SELECT RAISE(ABORT, 'lot_movement is append-only'); END
-- next
DROP TRIGGER phone_objection_no_update
-- next
CREATE TRIGGER phone_objection_no_update BEFORE UPDATE ON phone_objection FOR EACH ROW WHEN (NOT (NEW.id IS NOT DISTINCT FROM OLD.id AND NEW.organisation_id IS NOT DISTINCT FROM OLD.organisation_id AND NEW.member_id IS NOT DISTINCT FROM OLD.member_id AND NEW.kind IS NOT DISTINCT FROM OLD.kind AND NEW.subject_id IS NOT DISTINCT FROM OLD.subject_id AND NEW.received_minor IS NOT DISTINCT FROM OLD.received_minor AND NEW.said_at IS NOT DISTINCT FROM OLD.said_at)) BEGIN SELECT RAISE(ABORT, 'phone_objection is append-only'); END
-- next
DROP TRIGGER history_invoice_no_update
-- next
CREATE TRIGGER history_invoice_no_update BEFORE UPDATE ON history_invoice FOR EACH ROW WHEN (NOT (NEW.id IS NOT DISTINCT FROM OLD.id AND NEW.organisation_id IS NOT DISTINCT FROM OLD.organisation_id AND NEW.source IS NOT DISTINCT FROM OLD.source AND NEW.number IS NOT DISTINCT FROM OLD.number AND NEW.at IS NOT DISTINCT FROM OLD.at AND NEW.rows IS NOT DISTINCT FROM OLD.rows AND NEW.rows_sha256 IS NOT DISTINCT FROM OLD.rows_sha256 AND NEW.amount_minor IS NOT DISTINCT FROM OLD.amount_minor AND NEW.order_id IS NOT DISTINCT FROM OLD.order_id AND NEW.credit_note_id IS NOT DISTINCT FROM OLD.credit_note_id)) BEGIN SELECT RAISE(ABORT, 'history_invoice is append-only'); END
-- next
ALTER TABLE history_invoice ADD COLUMN customer_index VARCHAR(64)
-- next
DROP INDEX ix_history_invoice_customer
-- next
CREATE INDEX ix_history_invoice_customer ON history_invoice (organisation_id, source, customer_index)
-- next
ALTER TABLE catalogue_stock ADD COLUMN names TEXT NOT NULL DEFAULT ''
-- next
ALTER TABLE coop_member RENAME COLUMN birth_year TO birth_year_plain
-- next
ALTER TABLE coop_member ADD COLUMN birth_year VARCHAR
-- next
UPDATE coop_member SET birth_year = CAST(birth_year_plain AS TEXT)
-- next
ALTER TABLE coop_member DROP COLUMN birth_year_plain
