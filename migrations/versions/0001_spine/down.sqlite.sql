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
