DROP POLICY scope ON phone_objection
-- next
ALTER TABLE phone_objection NO FORCE ROW LEVEL SECURITY
-- next
ALTER TABLE phone_objection DISABLE ROW LEVEL SECURITY
-- next
DROP POLICY scope ON delivery_advance_use
-- next
ALTER TABLE delivery_advance_use NO FORCE ROW LEVEL SECURITY
-- next
ALTER TABLE delivery_advance_use DISABLE ROW LEVEL SECURITY
-- next
DROP POLICY scope ON delivery_slip_answer
-- next
ALTER TABLE delivery_slip_answer NO FORCE ROW LEVEL SECURITY
-- next
ALTER TABLE delivery_slip_answer DISABLE ROW LEVEL SECURITY
-- next
DROP POLICY scope ON delivery_work_note
-- next
ALTER TABLE delivery_work_note NO FORCE ROW LEVEL SECURITY
-- next
ALTER TABLE delivery_work_note DISABLE ROW LEVEL SECURITY
-- next
DROP POLICY scope ON delivery_slip_void
-- next
ALTER TABLE delivery_slip_void NO FORCE ROW LEVEL SECURITY
-- next
ALTER TABLE delivery_slip_void DISABLE ROW LEVEL SECURITY
-- next
DROP POLICY scope ON delivery_slip
-- next
ALTER TABLE delivery_slip NO FORCE ROW LEVEL SECURITY
-- next
ALTER TABLE delivery_slip DISABLE ROW LEVEL SECURITY
-- next
DROP POLICY scope ON audit_look
-- next
ALTER TABLE audit_look NO FORCE ROW LEVEL SECURITY
-- next
ALTER TABLE audit_look DISABLE ROW LEVEL SECURITY
-- next
DROP POLICY scope ON wage_slip_log
-- next
ALTER TABLE wage_slip_log NO FORCE ROW LEVEL SECURITY
-- next
ALTER TABLE wage_slip_log DISABLE ROW LEVEL SECURITY
-- next
DROP POLICY scope ON wage_payslip_item
-- next
ALTER TABLE wage_payslip_item NO FORCE ROW LEVEL SECURITY
-- next
ALTER TABLE wage_payslip_item DISABLE ROW LEVEL SECURITY
-- next
DROP POLICY scope ON wage_top_up
-- next
ALTER TABLE wage_top_up NO FORCE ROW LEVEL SECURITY
-- next
ALTER TABLE wage_top_up DISABLE ROW LEVEL SECURITY
-- next
DROP POLICY scope ON wage_payment
-- next
ALTER TABLE wage_payment NO FORCE ROW LEVEL SECURITY
-- next
ALTER TABLE wage_payment DISABLE ROW LEVEL SECURITY
-- next
DROP POLICY scope ON wage_payslip
-- next
ALTER TABLE wage_payslip NO FORCE ROW LEVEL SECURITY
-- next
ALTER TABLE wage_payslip DISABLE ROW LEVEL SECURITY
-- next
DROP POLICY scope ON labour_own_cost
-- next
ALTER TABLE labour_own_cost NO FORCE ROW LEVEL SECURITY
-- next
ALTER TABLE labour_own_cost DISABLE ROW LEVEL SECURITY
-- next
DROP POLICY scope ON labour_work
-- next
ALTER TABLE labour_work NO FORCE ROW LEVEL SECURITY
-- next
ALTER TABLE labour_work DISABLE ROW LEVEL SECURITY
-- next
DROP POLICY scope ON material_supplier
-- next
ALTER TABLE material_supplier NO FORCE ROW LEVEL SECURITY
-- next
ALTER TABLE material_supplier DISABLE ROW LEVEL SECURITY
-- next
DROP POLICY scope ON coop_consent
-- next
ALTER TABLE coop_consent NO FORCE ROW LEVEL SECURITY
-- next
ALTER TABLE coop_consent DISABLE ROW LEVEL SECURITY
-- next
DROP POLICY scope ON coop_member
-- next
ALTER TABLE coop_member NO FORCE ROW LEVEL SECURITY
-- next
ALTER TABLE coop_member DISABLE ROW LEVEL SECURITY
