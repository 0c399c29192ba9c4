ALTER TABLE coop_member ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE coop_member FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON coop_member USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR organisation_id = (SELECT current_setting('lumbung.scope', true)))
-- next
ALTER TABLE coop_consent ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE coop_consent FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON coop_consent USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR organisation_id = (SELECT current_setting('lumbung.scope', true)))
-- next
ALTER TABLE material_supplier ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE material_supplier FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON material_supplier USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR organisation_id = (SELECT current_setting('lumbung.scope', true)))
-- next
ALTER TABLE labour_work ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE labour_work FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON labour_work USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR organisation_id = (SELECT current_setting('lumbung.scope', true)))
-- next
ALTER TABLE labour_own_cost ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE labour_own_cost FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON labour_own_cost USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR organisation_id = (SELECT current_setting('lumbung.scope', true)))
-- next
ALTER TABLE wage_payslip ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE wage_payslip FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON wage_payslip USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR organisation_id = (SELECT current_setting('lumbung.scope', true)))
-- next
ALTER TABLE wage_payment ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE wage_payment FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON wage_payment USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR organisation_id = (SELECT current_setting('lumbung.scope', true)))
-- next
ALTER TABLE wage_top_up ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE wage_top_up FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON wage_top_up USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR organisation_id = (SELECT current_setting('lumbung.scope', true)))
-- next
ALTER TABLE wage_payslip_item ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE wage_payslip_item FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON wage_payslip_item USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR EXISTS (SELECT 1 FROM wage_payslip AS whole WHERE whole.id = wage_payslip_item.payslip_id))
-- next
ALTER TABLE wage_slip_log ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE wage_slip_log FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON wage_slip_log USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR EXISTS (SELECT 1 FROM wage_payslip AS whole WHERE whole.id = wage_slip_log.payslip_id))
-- next
ALTER TABLE audit_look ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE audit_look FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON audit_look USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR organisation_id = (SELECT current_setting('lumbung.scope', true)))
-- next
ALTER TABLE delivery_slip ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE delivery_slip FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON delivery_slip USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR organisation_id = (SELECT current_setting('lumbung.scope', true)))
-- next
ALTER TABLE delivery_slip_void ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE delivery_slip_void FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON delivery_slip_void USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR organisation_id = (SELECT current_setting('lumbung.scope', true)))
-- next
ALTER TABLE delivery_work_note ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE delivery_work_note FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON delivery_work_note USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR organisation_id = (SELECT current_setting('lumbung.scope', true)))
-- next
ALTER TABLE delivery_slip_answer ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE delivery_slip_answer FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON delivery_slip_answer USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR EXISTS (SELECT 1 FROM delivery_slip AS whole WHERE whole.id = delivery_slip_answer.slip_id))
-- next
ALTER TABLE delivery_advance_use ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE delivery_advance_use FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON delivery_advance_use USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR EXISTS (SELECT 1 FROM delivery_slip AS whole WHERE whole.id = delivery_advance_use.slip_id))
-- next
ALTER TABLE phone_objection ENABLE ROW LEVEL SECURITY
-- next
ALTER TABLE phone_objection FORCE ROW LEVEL SECURITY
-- next
CREATE POLICY scope ON phone_objection USING ((SELECT current_setting('lumbung.scope', true)) = '*' OR organisation_id = (SELECT current_setting('lumbung.scope', true)))
