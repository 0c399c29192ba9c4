DROP TABLE history_credit_row
-- next
DROP TABLE refund_line
-- next
DROP TABLE checkout_order_split
-- next
DROP TABLE publication_split
-- next
DROP TABLE delivery_work_note
-- next
DROP TABLE delivery_advance_use
-- next
DROP TABLE delivery_slip_answer
-- next
DROP TABLE material_supplier_payment
-- next
DROP TABLE material_purchase_claim
-- next
DROP TABLE lot_cost_movement
-- next
DROP TABLE checkout_order_line
-- next
DROP TABLE publication
-- next
DROP TABLE delivery_slip
-- next
DROP TABLE wage_slip_log
-- next
DROP TABLE wage_payment
-- next
DROP TABLE wage_payslip_item
-- next
DROP TABLE material_purchase
-- next
DROP TABLE lot_step_output
-- next
DROP TABLE lot_step_input
-- next
DROP TABLE lot_opening
-- next
DROP TABLE lot_movement
-- next
DROP TABLE lot_home
-- next
DROP TABLE lot_cost
-- next
DROP TABLE catalogue_reservation
-- next
DROP TABLE catalogue_stock_split
-- next
DROP TABLE history_invoice
-- next
DROP TABLE payment_money_back
-- next
DROP TABLE receipt_credited_order
-- next
DROP TABLE receipt_revision
-- next
DROP TABLE settlement_item
-- next
DROP TABLE cart_basket_line
-- next
DROP TABLE phone_objection
-- next
DROP TABLE audit_look
-- next
DROP TABLE wage_top_up
-- next
DROP TABLE wage_payslip
-- next
DROP TABLE labour_own_cost
-- next
DROP TABLE labour_work
-- next
DROP TABLE lot
-- next
DROP TABLE decision_figure
-- next
DROP TABLE coop_consent
-- next
DROP TABLE catalogue_photo
-- next
DROP TABLE catalogue_stock
-- next
DROP TABLE refund_refund
-- next
DROP TABLE payment_payment
-- next
DROP TABLE payment_intent
-- next
DROP TABLE receipt_credit_note
-- next
DROP TABLE receipt_receipt
-- next
DROP TABLE receipt_number_series
-- next
DROP TABLE settlement_tax_remittance
-- next
DROP TABLE settlement_fee_report
-- next
DROP TABLE settlement_payout
-- next
DROP TABLE fulfilment_carrier_payment
-- next
DROP TABLE fulfilment_parcel
-- next
DROP TABLE checkout_delivery_price
-- next
DROP TABLE price_benchmark
-- next
DROP TABLE material_supplier
-- next
DROP TABLE lot_step
-- next
DROP TABLE decision
-- next
DROP TABLE coop_evidence
-- next
DROP TABLE coop_series
-- next
DROP TABLE coop_certificate
-- next
DROP TABLE coop_member
-- next
DROP TABLE catalogue_profile
-- next
DROP TABLE catalogue_listing
-- next
DROP TABLE account_device
-- next
DROP TABLE account_invitation
-- next
DROP TABLE account_membership
-- next
DROP TABLE ledger_posting
-- next
DROP TABLE checkout_bank_account
-- next
DROP TABLE checkout_order
-- next
DROP TABLE checkout_exchange_rate
-- next
DROP TABLE cart_basket
-- next
DROP TABLE account_token
-- next
DROP TABLE account_sign_in
-- next
DROP TABLE account_organisation
-- next
DROP TABLE ledger_entry
-- next
DROP TABLE ledger_account
-- next
DROP TABLE outbox_delivery
-- next
DROP TABLE payment_provider_event
-- next
DROP TABLE account_attempt
-- next
DROP TABLE account_user
-- next
DROP TABLE ledger_book
-- next
DROP TABLE outbox_message
-- next
DROP TABLE journal_checkpoint
-- next
DROP TABLE journal_node
-- next
DROP TABLE journal_event
-- next
DROP FUNCTION journal_event_append_only()
-- next
DROP FUNCTION journal_node_append_only()
-- next
DROP FUNCTION journal_checkpoint_append_only()
-- next
DROP FUNCTION ledger_book_append_only()
-- next
DROP FUNCTION payment_provider_event_append_only()
-- next
DROP FUNCTION ledger_account_append_only()
-- next
DROP FUNCTION ledger_entry_append_only()
-- next
DROP FUNCTION checkout_exchange_rate_append_only()
-- next
DROP FUNCTION checkout_bank_account_append_only()
-- next
DROP FUNCTION ledger_posting_append_only()
-- next
DROP FUNCTION ledger_entry_zero_sum()
-- next
DROP FUNCTION decision_append_only()
-- next
DROP FUNCTION price_benchmark_append_only()
-- next
DROP FUNCTION checkout_delivery_price_append_only()
-- next
DROP FUNCTION fulfilment_carrier_payment_append_only()
-- next
DROP FUNCTION settlement_fee_report_append_only()
-- next
DROP FUNCTION settlement_tax_remittance_append_only()
-- next
DROP FUNCTION receipt_credit_note_append_only()
-- next
DROP FUNCTION payment_payment_append_only()
-- next
DROP FUNCTION refund_refund_append_only()
-- next
DROP FUNCTION decision_figure_append_only()
-- next
DROP FUNCTION wage_top_up_append_only()
-- next
DROP FUNCTION audit_look_append_only()
-- next
DROP FUNCTION phone_objection_append_only()
-- next
DROP FUNCTION settlement_item_append_only()
-- next
DROP FUNCTION receipt_revision_append_only()
-- next
DROP FUNCTION receipt_credited_order_append_only()
-- next
DROP FUNCTION history_invoice_append_only()
-- next
DROP FUNCTION lot_movement_append_only()
-- next
DROP FUNCTION wage_payslip_item_append_only()
-- next
DROP FUNCTION wage_slip_log_append_only()
-- next
DROP FUNCTION delivery_slip_append_only()
-- next
DROP FUNCTION publication_append_only()
-- next
DROP FUNCTION lot_cost_movement_append_only()
-- next
DROP FUNCTION material_purchase_claim_append_only()
-- next
DROP FUNCTION delivery_slip_answer_append_only()
-- next
DROP FUNCTION delivery_advance_use_append_only()
-- next
DROP FUNCTION publication_split_append_only()
-- next
DROP FUNCTION checkout_order_split_append_only()
-- next
DROP FUNCTION refund_line_append_only()
-- next
DROP FUNCTION history_credit_row_append_only()
