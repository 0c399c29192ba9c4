CREATE TABLE journal_event (
	id BIGSERIAL NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	table_name VARCHAR(63) NOT NULL,
	row_id VARCHAR(160) NOT NULL,
	digest VARCHAR(64) NOT NULL,
	leaf TEXT NOT NULL,
	seq BIGINT,
	CONSTRAINT pk_journal_event PRIMARY KEY (id),
	CONSTRAINT uq_journal_event_seq UNIQUE (seq)
)
-- next
CREATE INDEX ix_journal_event_unsequenced ON journal_event (id) WHERE seq IS NULL
-- next
CREATE INDEX ix_journal_event_row ON journal_event (table_name, row_id, id)
-- next
CREATE OR REPLACE FUNCTION journal_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'journal_event is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER journal_event_no_update BEFORE UPDATE ON journal_event FOR EACH ROW WHEN (NOT (OLD.seq IS NULL AND NEW.seq IS NOT NULL AND NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.leaf = OLD.leaf AND NEW.digest = OLD.digest AND NEW.table_name = OLD.table_name AND NEW.row_id = OLD.row_id)) EXECUTE FUNCTION journal_event_append_only()
-- next
CREATE TRIGGER journal_event_no_delete BEFORE DELETE ON journal_event FOR EACH ROW EXECUTE FUNCTION journal_event_append_only()
-- next
CREATE TABLE journal_node (
	level INTEGER NOT NULL,
	position BIGINT NOT NULL,
	hash BYTEA NOT NULL,
	CONSTRAINT pk_journal_node PRIMARY KEY (level, position)
)
-- next
CREATE OR REPLACE FUNCTION journal_node_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'journal_node is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER journal_node_no_update BEFORE UPDATE ON journal_node FOR EACH ROW EXECUTE FUNCTION journal_node_append_only()
-- next
CREATE TRIGGER journal_node_no_delete BEFORE DELETE ON journal_node FOR EACH ROW EXECUTE FUNCTION journal_node_append_only()
-- next
CREATE TABLE journal_checkpoint (
	size BIGINT NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	root VARCHAR(64) NOT NULL,
	note TEXT NOT NULL,
	CONSTRAINT pk_journal_checkpoint PRIMARY KEY (size),
	CONSTRAINT ck_journal_checkpoint_size_not_empty CHECK (size > 0)
)
-- next
CREATE OR REPLACE FUNCTION journal_checkpoint_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'journal_checkpoint is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER journal_checkpoint_no_update BEFORE UPDATE ON journal_checkpoint FOR EACH ROW EXECUTE FUNCTION journal_checkpoint_append_only()
-- next
CREATE TRIGGER journal_checkpoint_no_delete BEFORE DELETE ON journal_checkpoint FOR EACH ROW EXECUTE FUNCTION journal_checkpoint_append_only()
-- next
CREATE TABLE outbox_message (
	id VARCHAR(40) NOT NULL,
	topic VARCHAR(80) NOT NULL,
	payload JSON NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_outbox_message PRIMARY KEY (id)
)
-- next
CREATE TABLE ledger_book (
	id VARCHAR(40) NOT NULL,
	name VARCHAR(80) NOT NULL,
	currency VARCHAR(3),
	CONSTRAINT pk_ledger_book PRIMARY KEY (id),
	CONSTRAINT uq_ledger_book_name UNIQUE (name)
)
-- next
CREATE OR REPLACE FUNCTION ledger_book_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'ledger_book is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER ledger_book_no_update BEFORE UPDATE ON ledger_book FOR EACH ROW EXECUTE FUNCTION ledger_book_append_only()
-- next
CREATE TRIGGER ledger_book_no_delete BEFORE DELETE ON ledger_book FOR EACH ROW EXECUTE FUNCTION ledger_book_append_only()
-- next
CREATE TABLE account_user (
	id VARCHAR(40) NOT NULL,
	email VARCHAR(254),
	phone VARCHAR(20),
	name VARCHAR(120) NOT NULL,
	password_hash VARCHAR(200),
	pin_hash VARCHAR(200),
	pin_set_at TIMESTAMP WITH TIME ZONE,
	language VARCHAR(5) NOT NULL,
	is_operator BOOLEAN NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_account_user PRIMARY KEY (id),
	CONSTRAINT ck_account_user_email_lower CHECK (email IS NULL OR email = lower(email)),
	CONSTRAINT uq_account_user_email UNIQUE (email),
	CONSTRAINT uq_account_user_phone UNIQUE (phone)
)
-- next
CREATE TABLE account_attempt (
	id VARCHAR(40) NOT NULL,
	key_hash VARCHAR(64) NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_account_attempt PRIMARY KEY (id)
)
-- next
CREATE INDEX ix_account_attempt_recent ON account_attempt (key_hash, at)
-- next
CREATE TABLE payment_provider_event (
	id VARCHAR(120) NOT NULL,
	type VARCHAR(80) NOT NULL,
	body_sha256 VARCHAR(64) NOT NULL,
	received_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_payment_provider_event PRIMARY KEY (id)
)
-- next
CREATE OR REPLACE FUNCTION payment_provider_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'payment_provider_event is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER payment_provider_event_no_update BEFORE UPDATE ON payment_provider_event FOR EACH ROW EXECUTE FUNCTION payment_provider_event_append_only()
-- next
CREATE TRIGGER payment_provider_event_no_delete BEFORE DELETE ON payment_provider_event FOR EACH ROW EXECUTE FUNCTION payment_provider_event_append_only()
-- next
CREATE TABLE outbox_delivery (
	id VARCHAR(40) NOT NULL,
	message_id VARCHAR(40) NOT NULL,
	handler VARCHAR(120) NOT NULL,
	due_at TIMESTAMP WITH TIME ZONE NOT NULL,
	attempts INTEGER NOT NULL,
	done_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_outbox_delivery PRIMARY KEY (id),
	CONSTRAINT uq_outbox_delivery_message_id_handler UNIQUE (message_id, handler),
	CONSTRAINT ck_outbox_delivery_attempts_not_negative CHECK (attempts >= 0),
	CONSTRAINT fk_outbox_delivery_message_id FOREIGN KEY(message_id) REFERENCES outbox_message (id)
)
-- next
CREATE INDEX ix_outbox_delivery_waiting ON outbox_delivery (due_at) WHERE done_at IS NULL
-- next
CREATE TABLE ledger_account (
	id VARCHAR(40) NOT NULL,
	book_id VARCHAR(40) NOT NULL,
	code VARCHAR(120) NOT NULL,
	CONSTRAINT pk_ledger_account PRIMARY KEY (id),
	CONSTRAINT uq_ledger_account_book_id_code UNIQUE (book_id, code),
	CONSTRAINT fk_ledger_account_book_id FOREIGN KEY(book_id) REFERENCES ledger_book (id)
)
-- next
CREATE OR REPLACE FUNCTION ledger_account_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'ledger_account is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER ledger_account_no_update BEFORE UPDATE ON ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_account_append_only()
-- next
CREATE TRIGGER ledger_account_no_delete BEFORE DELETE ON ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_account_append_only()
-- next
CREATE TABLE ledger_entry (
	id VARCHAR(40) NOT NULL,
	book_id VARCHAR(40) NOT NULL,
	source VARCHAR(80) NOT NULL,
	"on" DATE NOT NULL,
	posted_at TIMESTAMP WITH TIME ZONE NOT NULL,
	reverses_id VARCHAR(40),
	CONSTRAINT pk_ledger_entry PRIMARY KEY (id),
	CONSTRAINT uq_ledger_entry_reverses_id UNIQUE (reverses_id),
	CONSTRAINT fk_ledger_entry_book_id FOREIGN KEY(book_id) REFERENCES ledger_book (id),
	CONSTRAINT fk_ledger_entry_reverses_id FOREIGN KEY(reverses_id) REFERENCES ledger_entry (id)
)
-- next
CREATE INDEX ix_ledger_entry_source ON ledger_entry (source)
-- next
CREATE INDEX ix_ledger_entry_book_id ON ledger_entry (book_id)
-- next
CREATE OR REPLACE FUNCTION ledger_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'ledger_entry is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_append_only()
-- next
CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_append_only()
-- next
CREATE TABLE account_organisation (
	id VARCHAR(40) NOT NULL,
	slug VARCHAR(60) NOT NULL,
	name VARCHAR(120) NOT NULL,
	kind VARCHAR(12) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	country VARCHAR(2),
	district VARCHAR(80),
	zone VARCHAR(40) NOT NULL,
	book_id VARCHAR(40) NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	approved_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_account_organisation PRIMARY KEY (id),
	CONSTRAINT uq_account_organisation_slug UNIQUE (slug),
	CONSTRAINT ck_account_organisation_kind_known CHECK (kind IN ('platform', 'cooperative')),
	CONSTRAINT uq_account_organisation_book_id UNIQUE (book_id),
	CONSTRAINT fk_account_organisation_book_id FOREIGN KEY(book_id) REFERENCES ledger_book (id)
)
-- next
CREATE TABLE account_sign_in (
	id VARCHAR(40) NOT NULL,
	user_id VARCHAR(40) NOT NULL,
	token_hash VARCHAR(64) NOT NULL,
	by VARCHAR(8) NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	revoked_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_account_sign_in PRIMARY KEY (id),
	CONSTRAINT ck_account_sign_in_by_known CHECK (by IN ('password', 'pin')),
	CONSTRAINT fk_account_sign_in_user_id FOREIGN KEY(user_id) REFERENCES account_user (id),
	CONSTRAINT uq_account_sign_in_token_hash UNIQUE (token_hash)
)
-- next
CREATE INDEX ix_account_sign_in_user_id ON account_sign_in (user_id)
-- next
CREATE TABLE account_token (
	id VARCHAR(40) NOT NULL,
	purpose VARCHAR(24) NOT NULL,
	token_hash VARCHAR(64) NOT NULL,
	subject_id VARCHAR(40) NOT NULL,
	issued_by VARCHAR(40),
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	used_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_account_token PRIMARY KEY (id),
	CONSTRAINT uq_account_token_token_hash UNIQUE (token_hash),
	CONSTRAINT fk_account_token_issued_by FOREIGN KEY(issued_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_account_token_subject ON account_token (purpose, subject_id)
-- next
CREATE TABLE cart_basket (
	id VARCHAR(40) NOT NULL,
	user_id VARCHAR(40),
	token_hash VARCHAR(64),
	changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_cart_basket PRIMARY KEY (id),
	CONSTRAINT ck_cart_basket_owner_known CHECK (user_id IS NOT NULL OR token_hash IS NOT NULL),
	CONSTRAINT uq_cart_basket_user_id UNIQUE (user_id),
	CONSTRAINT fk_cart_basket_user_id FOREIGN KEY(user_id) REFERENCES account_user (id),
	CONSTRAINT uq_cart_basket_token_hash UNIQUE (token_hash)
)
-- next
CREATE TABLE checkout_exchange_rate (
	id VARCHAR(40) NOT NULL,
	charge_currency VARCHAR(3) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	rate VARCHAR(24) NOT NULL,
	source VARCHAR(200) NOT NULL,
	observed_on DATE NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_by VARCHAR(40),
	CONSTRAINT pk_checkout_exchange_rate PRIMARY KEY (id),
	CONSTRAINT fk_checkout_exchange_rate_recorded_by FOREIGN KEY(recorded_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_checkout_exchange_rate_pair ON checkout_exchange_rate (charge_currency, currency, observed_on)
-- next
CREATE OR REPLACE FUNCTION checkout_exchange_rate_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'checkout_exchange_rate is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER checkout_exchange_rate_no_update BEFORE UPDATE ON checkout_exchange_rate FOR EACH ROW EXECUTE FUNCTION checkout_exchange_rate_append_only()
-- next
CREATE TRIGGER checkout_exchange_rate_no_delete BEFORE DELETE ON checkout_exchange_rate FOR EACH ROW EXECUTE FUNCTION checkout_exchange_rate_append_only()
-- next
CREATE TABLE checkout_order (
	id VARCHAR(40) NOT NULL,
	number VARCHAR(40) NOT NULL,
	token VARCHAR(64) NOT NULL,
	client_key VARCHAR(64),
	user_id VARCHAR(40),
	buyer_name VARCHAR(120) NOT NULL,
	buyer_email VARCHAR(254) NOT NULL,
	buyer_address TEXT NOT NULL,
	buyer_country VARCHAR(2),
	language VARCHAR(5) NOT NULL,
	charge_currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	method VARCHAR(8) NOT NULL,
	state VARCHAR(9) NOT NULL,
	placed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	hold_ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
	paid_at TIMESTAMP WITH TIME ZONE,
	fee_minor BIGINT NOT NULL,
	fee_reported BOOLEAN NOT NULL,
	fund VARCHAR(20) NOT NULL,
	captured_minor BIGINT NOT NULL,
	refunded_minor BIGINT NOT NULL,
	CONSTRAINT pk_checkout_order PRIMARY KEY (id),
	CONSTRAINT ck_checkout_order_state_known CHECK (state IN ('placed', 'paid', 'expired', 'cancelled')),
	CONSTRAINT ck_checkout_order_method_known CHECK (method IN ('card', 'transfer', 'history')),
	CONSTRAINT ck_checkout_order_amount_positive CHECK (amount_minor > 0),
	CONSTRAINT ck_checkout_order_captured_not_negative CHECK (captured_minor >= 0),
	CONSTRAINT ck_checkout_order_refunded_within_captured CHECK (refunded_minor BETWEEN 0 AND captured_minor),
	CONSTRAINT ck_checkout_order_paid_has_time CHECK ((state = 'paid') = (paid_at IS NOT NULL)),
	CONSTRAINT uq_checkout_order_number UNIQUE (number),
	CONSTRAINT uq_checkout_order_token UNIQUE (token),
	CONSTRAINT uq_checkout_order_client_key UNIQUE (client_key),
	CONSTRAINT fk_checkout_order_user_id FOREIGN KEY(user_id) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_checkout_order_user_id ON checkout_order (user_id)
-- next
CREATE INDEX ix_checkout_order_due ON checkout_order (state, hold_ends_at)
-- next
CREATE TABLE checkout_bank_account (
	id VARCHAR(40) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	holder VARCHAR(120) NOT NULL,
	bank VARCHAR(120) NOT NULL,
	number VARCHAR(60) NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_by VARCHAR(40),
	CONSTRAINT pk_checkout_bank_account PRIMARY KEY (id),
	CONSTRAINT fk_checkout_bank_account_recorded_by FOREIGN KEY(recorded_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_checkout_bank_account_currency ON checkout_bank_account (currency)
-- next
CREATE OR REPLACE FUNCTION checkout_bank_account_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'checkout_bank_account is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER checkout_bank_account_no_update BEFORE UPDATE ON checkout_bank_account FOR EACH ROW EXECUTE FUNCTION checkout_bank_account_append_only()
-- next
CREATE TRIGGER checkout_bank_account_no_delete BEFORE DELETE ON checkout_bank_account FOR EACH ROW EXECUTE FUNCTION checkout_bank_account_append_only()
-- next
CREATE TABLE ledger_posting (
	entry_id VARCHAR(40) NOT NULL,
	ordinal INTEGER NOT NULL,
	account_id VARCHAR(40) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	CONSTRAINT pk_ledger_posting PRIMARY KEY (entry_id, ordinal),
	CONSTRAINT ck_ledger_posting_amount_not_zero CHECK (amount_minor <> 0),
	CONSTRAINT fk_ledger_posting_entry_id FOREIGN KEY(entry_id) REFERENCES ledger_entry (id),
	CONSTRAINT fk_ledger_posting_account_id FOREIGN KEY(account_id) REFERENCES ledger_account (id)
)
-- next
CREATE INDEX ix_ledger_posting_account_id ON ledger_posting (account_id)
-- next
CREATE OR REPLACE FUNCTION ledger_posting_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'ledger_posting is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER ledger_posting_no_update BEFORE UPDATE ON ledger_posting FOR EACH ROW EXECUTE FUNCTION ledger_posting_append_only()
-- next
CREATE TRIGGER ledger_posting_no_delete BEFORE DELETE ON ledger_posting FOR EACH ROW EXECUTE FUNCTION ledger_posting_append_only()
-- next
CREATE OR REPLACE FUNCTION ledger_entry_zero_sum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_posting WHERE entry_id = NEW.entry_id
             GROUP BY currency HAVING sum(amount_minor) <> 0) THEN
    RAISE EXCEPTION 'entry % does not sum to zero', NEW.entry_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
-- next
CREATE CONSTRAINT TRIGGER ledger_posting_zero_sum AFTER INSERT ON ledger_posting DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_zero_sum()
-- next
CREATE TABLE account_membership (
	id VARCHAR(40) NOT NULL,
	user_id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	role VARCHAR(16) NOT NULL,
	begins_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ends_at TIMESTAMP WITH TIME ZONE,
	granted_by VARCHAR(40),
	CONSTRAINT pk_account_membership PRIMARY KEY (id),
	CONSTRAINT ck_account_membership_ends_after_begin CHECK (ends_at IS NULL OR ends_at >= begins_at),
	CONSTRAINT fk_account_membership_user_id FOREIGN KEY(user_id) REFERENCES account_user (id),
	CONSTRAINT fk_account_membership_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_account_membership_granted_by FOREIGN KEY(granted_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_account_membership_organisation_id ON account_membership (organisation_id)
-- next
CREATE INDEX ix_account_membership_current ON account_membership (user_id, organisation_id)
-- next
CREATE TABLE account_invitation (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	role VARCHAR(16) NOT NULL,
	days INTEGER,
	name VARCHAR(120) NOT NULL,
	email VARCHAR(254),
	language VARCHAR(5) NOT NULL,
	invited_by VARCHAR(40),
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	accepted_at TIMESTAMP WITH TIME ZONE,
	accepted_by VARCHAR(40),
	withdrawn_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_account_invitation PRIMARY KEY (id),
	CONSTRAINT ck_account_invitation_days_positive CHECK (days IS NULL OR days > 0),
	CONSTRAINT fk_account_invitation_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_account_invitation_invited_by FOREIGN KEY(invited_by) REFERENCES account_user (id),
	CONSTRAINT fk_account_invitation_accepted_by FOREIGN KEY(accepted_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_account_invitation_organisation_id ON account_invitation (organisation_id)
-- next
CREATE TABLE account_device (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	label VARCHAR(60) NOT NULL,
	token_hash VARCHAR(64) NOT NULL,
	paired_by VARCHAR(40),
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	revoked_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_account_device PRIMARY KEY (id),
	CONSTRAINT fk_account_device_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT uq_account_device_token_hash UNIQUE (token_hash),
	CONSTRAINT fk_account_device_paired_by FOREIGN KEY(paired_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_account_device_organisation_id ON account_device (organisation_id)
-- next
CREATE TABLE catalogue_listing (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	slug VARCHAR(80) NOT NULL,
	title VARCHAR(120) NOT NULL,
	description TEXT NOT NULL,
	category VARCHAR(24) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	price_minor BIGINT NOT NULL,
	tax_rate VARCHAR(12) NOT NULL,
	published_at TIMESTAMP WITH TIME ZONE NOT NULL,
	withdrawn_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_catalogue_listing PRIMARY KEY (id),
	CONSTRAINT ck_catalogue_listing_price_positive CHECK (price_minor > 0),
	CONSTRAINT fk_catalogue_listing_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT uq_catalogue_listing_slug UNIQUE (slug)
)
-- next
CREATE INDEX ix_catalogue_listing_organisation_id ON catalogue_listing (organisation_id)
-- next
CREATE INDEX ix_catalogue_listing_published_at ON catalogue_listing (published_at)
-- next
CREATE INDEX ix_catalogue_listing_category ON catalogue_listing (category)
-- next
CREATE TABLE catalogue_profile (
	organisation_id VARCHAR(40) NOT NULL,
	summary TEXT NOT NULL,
	story TEXT NOT NULL,
	members_count INTEGER NOT NULL,
	since_year INTEGER,
	selvedge JSON NOT NULL,
	published_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_catalogue_profile PRIMARY KEY (organisation_id),
	CONSTRAINT fk_catalogue_profile_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id)
)
-- next
CREATE TABLE coop_member (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	number VARCHAR(24) NOT NULL,
	name VARCHAR(120) NOT NULL,
	user_id VARCHAR(40),
	joined_on DATE NOT NULL,
	left_on DATE,
	sex VARCHAR(1),
	birth_year INTEGER,
	CONSTRAINT pk_coop_member PRIMARY KEY (id),
	CONSTRAINT uq_coop_member_organisation_id_number UNIQUE (organisation_id, number),
	CONSTRAINT uq_coop_member_organisation_id_user_id UNIQUE (organisation_id, user_id),
	CONSTRAINT ck_coop_member_leaves_after_joining CHECK (left_on IS NULL OR left_on >= joined_on),
	CONSTRAINT fk_coop_member_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_coop_member_user_id FOREIGN KEY(user_id) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_coop_member_user_id ON coop_member (user_id)
-- next
CREATE INDEX ix_coop_member_organisation_id ON coop_member (organisation_id)
-- next
CREATE TABLE coop_certificate (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	kind VARCHAR(24) NOT NULL,
	holder VARCHAR(120) NOT NULL,
	issuer VARCHAR(120) NOT NULL,
	number VARCHAR(60) NOT NULL,
	scope TEXT NOT NULL,
	valid_from DATE NOT NULL,
	valid_until DATE NOT NULL,
	document_sha256 VARCHAR(64),
	CONSTRAINT pk_coop_certificate PRIMARY KEY (id),
	CONSTRAINT uq_coop_certificate_organisation_id_issuer_number UNIQUE (organisation_id, issuer, number),
	CONSTRAINT ck_coop_certificate_ends_after_begin CHECK (valid_until >= valid_from),
	CONSTRAINT fk_coop_certificate_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id)
)
-- next
CREATE INDEX ix_coop_certificate_organisation_id ON coop_certificate (organisation_id)
-- next
CREATE TABLE coop_series (
	organisation_id VARCHAR(40) NOT NULL,
	name VARCHAR(24) NOT NULL,
	last INTEGER NOT NULL,
	CONSTRAINT pk_coop_series PRIMARY KEY (organisation_id, name),
	CONSTRAINT ck_coop_series_last_not_negative CHECK (last >= 0),
	CONSTRAINT fk_coop_series_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id)
)
-- next
CREATE TABLE coop_evidence (
	organisation_id VARCHAR(40) NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	media_type VARCHAR(40) NOT NULL,
	size_bytes INTEGER NOT NULL,
	filed_by VARCHAR(40),
	filed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_coop_evidence PRIMARY KEY (organisation_id, sha256),
	CONSTRAINT ck_coop_evidence_size_positive CHECK (size_bytes > 0),
	CONSTRAINT fk_coop_evidence_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_coop_evidence_filed_by FOREIGN KEY(filed_by) REFERENCES account_user (id)
)
-- next
CREATE TABLE decision (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	number VARCHAR(24) NOT NULL,
	title VARCHAR(160) NOT NULL,
	minutes TEXT NOT NULL,
	decided_on DATE NOT NULL,
	effective_on DATE NOT NULL,
	present INTEGER NOT NULL,
	votes_for INTEGER NOT NULL,
	votes_against INTEGER NOT NULL,
	votes_abstained INTEGER NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_decision PRIMARY KEY (id),
	CONSTRAINT uq_decision_organisation_id_number UNIQUE (organisation_id, number),
	CONSTRAINT ck_decision_present_not_negative CHECK (present >= 0),
	CONSTRAINT ck_decision_votes_not_negative CHECK (votes_for >= 0 AND votes_against >= 0 AND votes_abstained >= 0),
	CONSTRAINT ck_decision_votes_within_present CHECK (votes_for + votes_against + votes_abstained <= present),
	CONSTRAINT fk_decision_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id)
)
-- next
CREATE INDEX ix_decision_organisation_id ON decision (organisation_id)
-- next
CREATE OR REPLACE FUNCTION decision_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'decision is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision FOR EACH ROW EXECUTE FUNCTION decision_append_only()
-- next
CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision FOR EACH ROW EXECUTE FUNCTION decision_append_only()
-- next
CREATE TABLE lot_step (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	name VARCHAR(160) NOT NULL,
	craft VARCHAR(40) NOT NULL,
	state VARCHAR(12) NOT NULL,
	max_yield VARCHAR(24) NOT NULL,
	main_in_g BIGINT NOT NULL,
	out_g BIGINT NOT NULL,
	loss_g BIGINT NOT NULL,
	cost_minor BIGINT NOT NULL,
	worked_on DATE NOT NULL,
	district VARCHAR(80),
	photo_sha256 VARCHAR(64),
	recorded_by VARCHAR(40),
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	posted_by VARCHAR(40),
	posted_at TIMESTAMP WITH TIME ZONE,
	client_key VARCHAR(60),
	CONSTRAINT pk_lot_step PRIMARY KEY (id),
	CONSTRAINT uq_lot_step_organisation_id_client_key UNIQUE (organisation_id, client_key),
	CONSTRAINT ck_lot_step_state_known CHECK (state IN ('recorded', 'posted', 'discarded')),
	CONSTRAINT ck_lot_step_mass_balanced CHECK (main_in_g = out_g + loss_g),
	CONSTRAINT ck_lot_step_mass_not_negative CHECK (main_in_g > 0 AND out_g >= 0 AND loss_g >= 0),
	CONSTRAINT ck_lot_step_cost_not_negative CHECK (cost_minor >= 0),
	CONSTRAINT fk_lot_step_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_lot_step_recorded_by FOREIGN KEY(recorded_by) REFERENCES account_user (id),
	CONSTRAINT fk_lot_step_posted_by FOREIGN KEY(posted_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_lot_step_organisation_id ON lot_step (organisation_id)
-- next
CREATE TABLE material_supplier (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	number VARCHAR(24) NOT NULL,
	name VARCHAR(120) NOT NULL,
	district VARCHAR(80),
	CONSTRAINT pk_material_supplier PRIMARY KEY (id),
	CONSTRAINT uq_material_supplier_organisation_id_number UNIQUE (organisation_id, number),
	CONSTRAINT fk_material_supplier_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id)
)
-- next
CREATE INDEX ix_material_supplier_organisation_id ON material_supplier (organisation_id)
-- next
CREATE TABLE price_benchmark (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	kind VARCHAR(8) NOT NULL,
	amount_minor BIGINT NOT NULL,
	hours INTEGER NOT NULL,
	source VARCHAR(200) NOT NULL,
	reviewed_by VARCHAR(120) NOT NULL,
	valid_from DATE NOT NULL,
	valid_until DATE NOT NULL,
	CONSTRAINT pk_price_benchmark PRIMARY KEY (id),
	CONSTRAINT ck_price_benchmark_kind_known CHECK (kind IN ('minimum', 'living')),
	CONSTRAINT ck_price_benchmark_amount_positive CHECK (amount_minor > 0 AND hours > 0),
	CONSTRAINT ck_price_benchmark_ends_after_begin CHECK (valid_until >= valid_from),
	CONSTRAINT fk_price_benchmark_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id)
)
-- next
CREATE INDEX ix_price_benchmark_current ON price_benchmark (organisation_id, kind, valid_from)
-- next
CREATE OR REPLACE FUNCTION price_benchmark_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'price_benchmark is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER price_benchmark_no_update BEFORE UPDATE ON price_benchmark FOR EACH ROW EXECUTE FUNCTION price_benchmark_append_only()
-- next
CREATE TRIGGER price_benchmark_no_delete BEFORE DELETE ON price_benchmark FOR EACH ROW EXECUTE FUNCTION price_benchmark_append_only()
-- next
CREATE TABLE checkout_delivery_price (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	reach VARCHAR(6) NOT NULL,
	title VARCHAR(120) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	price_minor BIGINT NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_by VARCHAR(40),
	CONSTRAINT pk_checkout_delivery_price PRIMARY KEY (id),
	CONSTRAINT ck_checkout_delivery_price_reach_known CHECK (reach IN ('home', 'abroad')),
	CONSTRAINT ck_checkout_delivery_price_price_positive CHECK (price_minor > 0),
	CONSTRAINT fk_checkout_delivery_price_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_checkout_delivery_price_recorded_by FOREIGN KEY(recorded_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_checkout_delivery_price_current ON checkout_delivery_price (organisation_id, reach, id)
-- next
CREATE OR REPLACE FUNCTION checkout_delivery_price_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'checkout_delivery_price is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER checkout_delivery_price_no_update BEFORE UPDATE ON checkout_delivery_price FOR EACH ROW EXECUTE FUNCTION checkout_delivery_price_append_only()
-- next
CREATE TRIGGER checkout_delivery_price_no_delete BEFORE DELETE ON checkout_delivery_price FOR EACH ROW EXECUTE FUNCTION checkout_delivery_price_append_only()
-- next
CREATE TABLE fulfilment_parcel (
	id VARCHAR(40) NOT NULL,
	order_id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	state VARCHAR(6) NOT NULL,
	packed_at TIMESTAMP WITH TIME ZONE,
	sent_at TIMESTAMP WITH TIME ZONE,
	carrier VARCHAR(80) NOT NULL,
	tracking VARCHAR(80) NOT NULL,
	CONSTRAINT pk_fulfilment_parcel PRIMARY KEY (id),
	CONSTRAINT uq_fulfilment_parcel_order_id_organisation_id UNIQUE (order_id, organisation_id),
	CONSTRAINT ck_fulfilment_parcel_state_known CHECK (state IN ('open', 'packed', 'sent')),
	CONSTRAINT fk_fulfilment_parcel_order_id FOREIGN KEY(order_id) REFERENCES checkout_order (id),
	CONSTRAINT fk_fulfilment_parcel_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id)
)
-- next
CREATE INDEX ix_fulfilment_parcel_waiting ON fulfilment_parcel (organisation_id, state)
-- next
CREATE TABLE fulfilment_carrier_payment (
	id VARCHAR(40) NOT NULL,
	order_id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	proof VARCHAR(200) NOT NULL,
	paid_at TIMESTAMP WITH TIME ZONE NOT NULL,
	paid_by VARCHAR(40),
	CONSTRAINT pk_fulfilment_carrier_payment PRIMARY KEY (id),
	CONSTRAINT ck_fulfilment_carrier_payment_amount_positive CHECK (amount_minor > 0),
	CONSTRAINT fk_fulfilment_carrier_payment_order_id FOREIGN KEY(order_id) REFERENCES checkout_order (id),
	CONSTRAINT fk_fulfilment_carrier_payment_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_fulfilment_carrier_payment_paid_by FOREIGN KEY(paid_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_fulfilment_carrier_payment_order_id ON fulfilment_carrier_payment (order_id)
-- next
CREATE OR REPLACE FUNCTION fulfilment_carrier_payment_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'fulfilment_carrier_payment is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER fulfilment_carrier_payment_no_update BEFORE UPDATE ON fulfilment_carrier_payment FOR EACH ROW EXECUTE FUNCTION fulfilment_carrier_payment_append_only()
-- next
CREATE TRIGGER fulfilment_carrier_payment_no_delete BEFORE DELETE ON fulfilment_carrier_payment FOR EACH ROW EXECUTE FUNCTION fulfilment_carrier_payment_append_only()
-- next
CREATE TABLE settlement_payout (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	bank_rates JSON NOT NULL,
	rail VARCHAR(40) NOT NULL,
	proof VARCHAR(200) NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	made_by VARCHAR(40),
	confirmed_at TIMESTAMP WITH TIME ZONE,
	confirmed_by VARCHAR(40),
	confirmed_how VARCHAR(80),
	CONSTRAINT pk_settlement_payout PRIMARY KEY (id),
	CONSTRAINT ck_settlement_payout_amount_positive CHECK (amount_minor > 0),
	CONSTRAINT ck_settlement_payout_confirmed_says_how CHECK ((confirmed_at IS NULL) = (confirmed_how IS NULL)),
	CONSTRAINT fk_settlement_payout_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_settlement_payout_made_by FOREIGN KEY(made_by) REFERENCES account_user (id),
	CONSTRAINT fk_settlement_payout_confirmed_by FOREIGN KEY(confirmed_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_settlement_payout_organisation_id ON settlement_payout (organisation_id)
-- next
CREATE TABLE settlement_fee_report (
	id VARCHAR(40) NOT NULL,
	order_id VARCHAR(40) NOT NULL,
	ordinal INTEGER NOT NULL,
	currency VARCHAR(3) NOT NULL,
	fee_minor BIGINT NOT NULL,
	source VARCHAR(200) NOT NULL,
	reported_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_settlement_fee_report PRIMARY KEY (id),
	CONSTRAINT uq_settlement_fee_report_order_id_ordinal UNIQUE (order_id, ordinal),
	CONSTRAINT ck_settlement_fee_report_fee_not_negative CHECK (fee_minor >= 0),
	CONSTRAINT fk_settlement_fee_report_order_id FOREIGN KEY(order_id) REFERENCES checkout_order (id)
)
-- next
CREATE OR REPLACE FUNCTION settlement_fee_report_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'settlement_fee_report is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER settlement_fee_report_no_update BEFORE UPDATE ON settlement_fee_report FOR EACH ROW EXECUTE FUNCTION settlement_fee_report_append_only()
-- next
CREATE TRIGGER settlement_fee_report_no_delete BEFORE DELETE ON settlement_fee_report FOR EACH ROW EXECUTE FUNCTION settlement_fee_report_append_only()
-- next
CREATE TABLE settlement_tax_remittance (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	covers_until DATE NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	proof VARCHAR(200) NOT NULL,
	remitted_at TIMESTAMP WITH TIME ZONE NOT NULL,
	remitted_by VARCHAR(40),
	CONSTRAINT pk_settlement_tax_remittance PRIMARY KEY (id),
	CONSTRAINT ck_settlement_tax_remittance_amount_positive CHECK (amount_minor > 0),
	CONSTRAINT fk_settlement_tax_remittance_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_settlement_tax_remittance_remitted_by FOREIGN KEY(remitted_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_settlement_tax_remittance_organisation_id ON settlement_tax_remittance (organisation_id)
-- next
CREATE OR REPLACE FUNCTION settlement_tax_remittance_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'settlement_tax_remittance is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER settlement_tax_remittance_no_update BEFORE UPDATE ON settlement_tax_remittance FOR EACH ROW EXECUTE FUNCTION settlement_tax_remittance_append_only()
-- next
CREATE TRIGGER settlement_tax_remittance_no_delete BEFORE DELETE ON settlement_tax_remittance FOR EACH ROW EXECUTE FUNCTION settlement_tax_remittance_append_only()
-- next
CREATE TABLE receipt_number_series (
	issuer_id VARCHAR(40) NOT NULL,
	series VARCHAR(24) NOT NULL,
	last BIGINT NOT NULL,
	CONSTRAINT pk_receipt_number_series PRIMARY KEY (issuer_id, series),
	CONSTRAINT ck_receipt_number_series_last_not_negative CHECK (last >= 0),
	CONSTRAINT fk_receipt_number_series_issuer_id FOREIGN KEY(issuer_id) REFERENCES account_organisation (id)
)
-- next
CREATE TABLE receipt_receipt (
	id VARCHAR(40) NOT NULL,
	order_id VARCHAR(40) NOT NULL,
	issuer_id VARCHAR(40) NOT NULL,
	number VARCHAR(40) NOT NULL,
	token VARCHAR(64) NOT NULL,
	issued_on DATE NOT NULL,
	revision INTEGER NOT NULL,
	CONSTRAINT pk_receipt_receipt PRIMARY KEY (id),
	CONSTRAINT uq_receipt_receipt_issuer_id_number UNIQUE (issuer_id, number),
	CONSTRAINT ck_receipt_receipt_revision_positive CHECK (revision > 0),
	CONSTRAINT uq_receipt_receipt_order_id UNIQUE (order_id),
	CONSTRAINT fk_receipt_receipt_order_id FOREIGN KEY(order_id) REFERENCES checkout_order (id),
	CONSTRAINT fk_receipt_receipt_issuer_id FOREIGN KEY(issuer_id) REFERENCES account_organisation (id),
	CONSTRAINT uq_receipt_receipt_token UNIQUE (token)
)
-- next
CREATE TABLE receipt_credit_note (
	id VARCHAR(40) NOT NULL,
	issuer_id VARCHAR(40) NOT NULL,
	number VARCHAR(40) NOT NULL,
	cause_id VARCHAR(40) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	document TEXT NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_receipt_credit_note PRIMARY KEY (id),
	CONSTRAINT uq_receipt_credit_note_issuer_id_number UNIQUE (issuer_id, number),
	CONSTRAINT ck_receipt_credit_note_amount_positive CHECK (amount_minor > 0),
	CONSTRAINT fk_receipt_credit_note_issuer_id FOREIGN KEY(issuer_id) REFERENCES account_organisation (id),
	CONSTRAINT uq_receipt_credit_note_cause_id UNIQUE (cause_id)
)
-- next
CREATE OR REPLACE FUNCTION receipt_credit_note_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'receipt_credit_note is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER receipt_credit_note_no_update BEFORE UPDATE ON receipt_credit_note FOR EACH ROW EXECUTE FUNCTION receipt_credit_note_append_only()
-- next
CREATE TRIGGER receipt_credit_note_no_delete BEFORE DELETE ON receipt_credit_note FOR EACH ROW EXECUTE FUNCTION receipt_credit_note_append_only()
-- next
CREATE TABLE payment_intent (
	id VARCHAR(40) NOT NULL,
	order_id VARCHAR(40) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	state VARCHAR(9) NOT NULL,
	session_id VARCHAR(120),
	session_url TEXT,
	opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ended_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_payment_intent PRIMARY KEY (id),
	CONSTRAINT ck_payment_intent_state_known CHECK (state IN ('open', 'succeeded', 'closed')),
	CONSTRAINT ck_payment_intent_amount_positive CHECK (amount_minor > 0),
	CONSTRAINT fk_payment_intent_order_id FOREIGN KEY(order_id) REFERENCES checkout_order (id),
	CONSTRAINT uq_payment_intent_session_id UNIQUE (session_id)
)
-- next
CREATE INDEX ix_payment_intent_order_id ON payment_intent (order_id)
-- next
CREATE UNIQUE INDEX uq_payment_intent_live ON payment_intent (order_id) WHERE state = 'open'
-- next
CREATE TABLE payment_payment (
	id VARCHAR(40) NOT NULL,
	order_id VARCHAR(40) NOT NULL,
	method VARCHAR(8) NOT NULL,
	fund VARCHAR(20) NOT NULL,
	reference VARCHAR(120) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	proof VARCHAR(200) NOT NULL,
	received_at TIMESTAMP WITH TIME ZONE NOT NULL,
	confirmed_by VARCHAR(40),
	CONSTRAINT pk_payment_payment PRIMARY KEY (id),
	CONSTRAINT ck_payment_payment_amount_positive CHECK (amount_minor > 0),
	CONSTRAINT ck_payment_payment_method_known CHECK (method IN ('card', 'transfer')),
	CONSTRAINT fk_payment_payment_order_id FOREIGN KEY(order_id) REFERENCES checkout_order (id),
	CONSTRAINT uq_payment_payment_reference UNIQUE (reference),
	CONSTRAINT fk_payment_payment_confirmed_by FOREIGN KEY(confirmed_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_payment_payment_order_id ON payment_payment (order_id)
-- next
CREATE OR REPLACE FUNCTION payment_payment_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'payment_payment is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER payment_payment_no_update BEFORE UPDATE ON payment_payment FOR EACH ROW EXECUTE FUNCTION payment_payment_append_only()
-- next
CREATE TRIGGER payment_payment_no_delete BEFORE DELETE ON payment_payment FOR EACH ROW EXECUTE FUNCTION payment_payment_append_only()
-- next
CREATE TABLE refund_refund (
	id VARCHAR(40) NOT NULL,
	order_id VARCHAR(40) NOT NULL,
	goods VARCHAR(9) NOT NULL,
	reason VARCHAR(200) NOT NULL,
	seller_at_fault BOOLEAN NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	reserve_minor BIGINT NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	made_by VARCHAR(40),
	CONSTRAINT pk_refund_refund PRIMARY KEY (id),
	CONSTRAINT ck_refund_refund_amount_positive CHECK (amount_minor > 0),
	CONSTRAINT ck_refund_refund_goods_known CHECK (goods IN ('restocked', 'scrapped')),
	CONSTRAINT fk_refund_refund_order_id FOREIGN KEY(order_id) REFERENCES checkout_order (id),
	CONSTRAINT fk_refund_refund_made_by FOREIGN KEY(made_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_refund_refund_order_id ON refund_refund (order_id)
-- next
CREATE OR REPLACE FUNCTION refund_refund_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'refund_refund is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER refund_refund_no_update BEFORE UPDATE ON refund_refund FOR EACH ROW EXECUTE FUNCTION refund_refund_append_only()
-- next
CREATE TRIGGER refund_refund_no_delete BEFORE DELETE ON refund_refund FOR EACH ROW EXECUTE FUNCTION refund_refund_append_only()
-- next
CREATE TABLE catalogue_stock (
	id VARCHAR(40) NOT NULL,
	listing_id VARCHAR(40) NOT NULL,
	lot_id VARCHAR(40) NOT NULL,
	lot_code VARCHAR(16) NOT NULL,
	listed BIGINT NOT NULL,
	reserved BIGINT NOT NULL,
	sold BIGINT NOT NULL,
	returned BIGINT NOT NULL,
	withdrawn BIGINT NOT NULL,
	makers INTEGER NOT NULL,
	folds_labour BOOLEAN NOT NULL,
	story JSON NOT NULL,
	source_sha256 VARCHAR(64) NOT NULL,
	published_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_catalogue_stock PRIMARY KEY (id),
	CONSTRAINT uq_catalogue_stock_listing_id_lot_id UNIQUE (listing_id, lot_id),
	CONSTRAINT ck_catalogue_stock_listed_positive CHECK (listed > 0),
	CONSTRAINT ck_catalogue_stock_counts_not_negative CHECK (reserved >= 0 AND sold >= 0 AND returned >= 0),
	CONSTRAINT ck_catalogue_stock_available_not_negative CHECK (listed + returned - reserved - sold - withdrawn >= 0),
	CONSTRAINT fk_catalogue_stock_listing_id FOREIGN KEY(listing_id) REFERENCES catalogue_listing (id),
	CONSTRAINT uq_catalogue_stock_lot_code UNIQUE (lot_code)
)
-- next
CREATE INDEX ix_catalogue_stock_lot_id ON catalogue_stock (lot_id)
-- next
CREATE TABLE catalogue_photo (
	id VARCHAR(40) NOT NULL,
	listing_id VARCHAR(40) NOT NULL,
	ordinal INTEGER NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	width INTEGER NOT NULL,
	height INTEGER NOT NULL,
	alternative VARCHAR(300) NOT NULL,
	is_drawn BOOLEAN NOT NULL,
	CONSTRAINT pk_catalogue_photo PRIMARY KEY (id),
	CONSTRAINT fk_catalogue_photo_listing_id FOREIGN KEY(listing_id) REFERENCES catalogue_listing (id)
)
-- next
CREATE INDEX ix_catalogue_photo_listing_id ON catalogue_photo (listing_id)
-- next
CREATE TABLE coop_consent (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	member_id VARCHAR(40) NOT NULL,
	kind VARCHAR(24) NOT NULL,
	how VARCHAR(80) NOT NULL,
	given_at TIMESTAMP WITH TIME ZONE NOT NULL,
	revoked_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_coop_consent PRIMARY KEY (id),
	CONSTRAINT ck_coop_consent_kind_known CHECK (kind IN ('show_labour_amount', 'show_name', 'photo')),
	CONSTRAINT ck_coop_consent_revoked_after_given CHECK (revoked_at IS NULL OR revoked_at >= given_at),
	CONSTRAINT fk_coop_consent_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_coop_consent_member_id FOREIGN KEY(member_id) REFERENCES coop_member (id)
)
-- next
CREATE UNIQUE INDEX uq_coop_consent_standing ON coop_consent (member_id, kind) WHERE revoked_at IS NULL
-- next
CREATE TABLE decision_figure (
	decision_id VARCHAR(40) NOT NULL,
	kind VARCHAR(80) NOT NULL,
	value VARCHAR(200) NOT NULL,
	CONSTRAINT pk_decision_figure PRIMARY KEY (decision_id, kind),
	CONSTRAINT fk_decision_figure_decision_id FOREIGN KEY(decision_id) REFERENCES decision (id)
)
-- next
CREATE INDEX ix_decision_figure_kind ON decision_figure (kind)
-- next
CREATE OR REPLACE FUNCTION decision_figure_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'decision_figure is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER decision_figure_no_update BEFORE UPDATE ON decision_figure FOR EACH ROW EXECUTE FUNCTION decision_figure_append_only()
-- next
CREATE TRIGGER decision_figure_no_delete BEFORE DELETE ON decision_figure FOR EACH ROW EXECUTE FUNCTION decision_figure_append_only()
-- next
CREATE TABLE lot (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	number VARCHAR(40) NOT NULL,
	code VARCHAR(16) NOT NULL,
	name VARCHAR(160) NOT NULL,
	unit VARCHAR(3) NOT NULL,
	owner_member_id VARCHAR(40),
	earning_mode VARCHAR(12) NOT NULL,
	made_on DATE NOT NULL,
	quantity_in BIGINT NOT NULL,
	used BIGINT NOT NULL,
	lost BIGINT NOT NULL,
	sold BIGINT NOT NULL,
	returned BIGINT NOT NULL,
	held BIGINT NOT NULL,
	stock BIGINT NOT NULL,
	claims JSON NOT NULL,
	on_hold BOOLEAN NOT NULL,
	is_declared BOOLEAN NOT NULL,
	CONSTRAINT pk_lot PRIMARY KEY (id),
	CONSTRAINT uq_lot_organisation_id_number UNIQUE (organisation_id, number),
	CONSTRAINT ck_lot_unit_is_base CHECK (unit IN ('GRM', 'H87')),
	CONSTRAINT ck_lot_balanced CHECK (quantity_in - used - lost - sold + returned - held = stock),
	CONSTRAINT ck_lot_counts_not_negative CHECK (quantity_in >= 0 AND used >= 0 AND lost >= 0),
	CONSTRAINT ck_lot_returned_within_sold CHECK (sold >= 0 AND returned >= 0 AND returned <= sold),
	CONSTRAINT ck_lot_held_not_negative CHECK (held >= 0),
	CONSTRAINT ck_lot_stock_not_negative CHECK (stock >= 0),
	CONSTRAINT ck_lot_earning_mode_known CHECK (earning_mode IN ('work', 'purchase', 'consignment')),
	CONSTRAINT fk_lot_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT uq_lot_code UNIQUE (code),
	CONSTRAINT fk_lot_owner_member_id FOREIGN KEY(owner_member_id) REFERENCES coop_member (id)
)
-- next
CREATE INDEX ix_lot_organisation_id ON lot (organisation_id)
-- next
CREATE TABLE labour_work (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	member_id VARCHAR(40) NOT NULL,
	step_id VARCHAR(40) NOT NULL,
	kind VARCHAR(8) NOT NULL,
	quantity VARCHAR(32) NOT NULL,
	per VARCHAR(40) NOT NULL,
	rate_minor BIGINT NOT NULL,
	rate_decision_id VARCHAR(40),
	hours VARCHAR(32) NOT NULL,
	amount_minor BIGINT NOT NULL,
	worked_on DATE NOT NULL,
	state VARCHAR(12) NOT NULL,
	signed_off_by VARCHAR(40),
	signed_off_at TIMESTAMP WITH TIME ZONE,
	note TEXT NOT NULL,
	client_key VARCHAR(60),
	CONSTRAINT pk_labour_work PRIMARY KEY (id),
	CONSTRAINT uq_labour_work_organisation_id_client_key UNIQUE (organisation_id, client_key),
	CONSTRAINT ck_labour_work_kind_known CHECK (kind IN ('piece', 'hour')),
	CONSTRAINT ck_labour_work_amount_not_negative CHECK (rate_minor >= 0 AND amount_minor >= 0),
	CONSTRAINT ck_labour_work_state_known CHECK (state IN ('recorded', 'signed_off', 'discarded')),
	CONSTRAINT ck_labour_work_sign_off_dated CHECK (state <> 'signed_off' OR signed_off_at IS NOT NULL),
	CONSTRAINT fk_labour_work_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_labour_work_member_id FOREIGN KEY(member_id) REFERENCES coop_member (id),
	CONSTRAINT fk_labour_work_step_id FOREIGN KEY(step_id) REFERENCES lot_step (id),
	CONSTRAINT fk_labour_work_rate_decision_id FOREIGN KEY(rate_decision_id) REFERENCES decision (id),
	CONSTRAINT fk_labour_work_signed_off_by FOREIGN KEY(signed_off_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_labour_work_organisation_id ON labour_work (organisation_id)
-- next
CREATE INDEX ix_labour_work_step_id ON labour_work (step_id)
-- next
CREATE INDEX ix_labour_work_member_id ON labour_work (member_id)
-- next
CREATE TABLE labour_own_cost (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	member_id VARCHAR(40) NOT NULL,
	step_id VARCHAR(40) NOT NULL,
	what VARCHAR(80) NOT NULL,
	amount_minor BIGINT NOT NULL,
	is_reimbursed BOOLEAN NOT NULL,
	worked_on DATE NOT NULL,
	state VARCHAR(12) NOT NULL,
	signed_off_by VARCHAR(40),
	signed_off_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_labour_own_cost PRIMARY KEY (id),
	CONSTRAINT ck_labour_own_cost_amount_positive CHECK (amount_minor > 0),
	CONSTRAINT ck_labour_own_cost_state_known CHECK (state IN ('recorded', 'signed_off', 'discarded')),
	CONSTRAINT fk_labour_own_cost_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_labour_own_cost_member_id FOREIGN KEY(member_id) REFERENCES coop_member (id),
	CONSTRAINT fk_labour_own_cost_step_id FOREIGN KEY(step_id) REFERENCES lot_step (id),
	CONSTRAINT fk_labour_own_cost_signed_off_by FOREIGN KEY(signed_off_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_labour_own_cost_member_id ON labour_own_cost (member_id)
-- next
CREATE INDEX ix_labour_own_cost_step_id ON labour_own_cost (step_id)
-- next
CREATE INDEX ix_labour_own_cost_organisation_id ON labour_own_cost (organisation_id)
-- next
CREATE TABLE wage_payslip (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	number VARCHAR(24) NOT NULL,
	member_id VARCHAR(40) NOT NULL,
	wages_minor BIGINT NOT NULL,
	own_costs_minor BIGINT NOT NULL,
	top_ups_minor BIGINT NOT NULL,
	deductions_minor BIGINT NOT NULL,
	net_minor BIGINT NOT NULL,
	due_on DATE NOT NULL,
	state VARCHAR(32) NOT NULL,
	prepared_by VARCHAR(40) NOT NULL,
	approved_by VARCHAR(40),
	prepared_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_wage_payslip PRIMARY KEY (id),
	CONSTRAINT uq_wage_payslip_organisation_id_number UNIQUE (organisation_id, number),
	CONSTRAINT ck_wage_payslip_wages_not_negative CHECK (wages_minor >= 0 AND own_costs_minor >= 0),
	CONSTRAINT ck_wage_payslip_deductions_not_negative CHECK (top_ups_minor >= 0 AND deductions_minor >= 0),
	CONSTRAINT ck_wage_payslip_net_adds_up CHECK (net_minor = wages_minor + own_costs_minor + top_ups_minor - deductions_minor),
	CONSTRAINT ck_wage_payslip_net_not_negative CHECK (net_minor >= 0),
	CONSTRAINT ck_wage_payslip_two_people CHECK (approved_by IS NULL OR approved_by <> prepared_by),
	CONSTRAINT ck_wage_payslip_approved_before_paid CHECK (state = 'prepared' OR approved_by IS NOT NULL),
	CONSTRAINT fk_wage_payslip_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_wage_payslip_member_id FOREIGN KEY(member_id) REFERENCES coop_member (id),
	CONSTRAINT fk_wage_payslip_prepared_by FOREIGN KEY(prepared_by) REFERENCES account_user (id),
	CONSTRAINT fk_wage_payslip_approved_by FOREIGN KEY(approved_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_wage_payslip_member_id ON wage_payslip (member_id)
-- next
CREATE INDEX ix_wage_payslip_due ON wage_payslip (organisation_id, due_on)
-- next
CREATE TABLE wage_top_up (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	member_id VARCHAR(40) NOT NULL,
	amount_minor BIGINT NOT NULL,
	granted_on DATE NOT NULL,
	CONSTRAINT pk_wage_top_up PRIMARY KEY (id),
	CONSTRAINT ck_wage_top_up_amount_positive CHECK (amount_minor > 0),
	CONSTRAINT fk_wage_top_up_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_wage_top_up_member_id FOREIGN KEY(member_id) REFERENCES coop_member (id)
)
-- next
CREATE INDEX ix_wage_top_up_member_id ON wage_top_up (member_id)
-- next
CREATE OR REPLACE FUNCTION wage_top_up_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'wage_top_up is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER wage_top_up_no_update BEFORE UPDATE ON wage_top_up FOR EACH ROW EXECUTE FUNCTION wage_top_up_append_only()
-- next
CREATE TRIGGER wage_top_up_no_delete BEFORE DELETE ON wage_top_up FOR EACH ROW EXECUTE FUNCTION wage_top_up_append_only()
-- next
CREATE TABLE audit_look (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	user_id VARCHAR(40) NOT NULL,
	role VARCHAR(16) NOT NULL,
	member_id VARCHAR(40) NOT NULL,
	what VARCHAR(16) NOT NULL,
	subject_id VARCHAR(40) NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_audit_look PRIMARY KEY (id),
	CONSTRAINT ck_audit_look_what_known CHECK (what IN ('payslip', 'payslips', 'record', 'wage_check', 'work')),
	CONSTRAINT fk_audit_look_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_audit_look_user_id FOREIGN KEY(user_id) REFERENCES account_user (id),
	CONSTRAINT fk_audit_look_member_id FOREIGN KEY(member_id) REFERENCES coop_member (id)
)
-- next
CREATE INDEX ix_audit_look_member ON audit_look (member_id, id)
-- next
CREATE INDEX ix_audit_look_organisation ON audit_look (organisation_id, id)
-- next
CREATE INDEX ix_audit_look_recent ON audit_look (user_id, at)
-- next
CREATE OR REPLACE FUNCTION audit_look_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'audit_look is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER audit_look_no_update BEFORE UPDATE ON audit_look FOR EACH ROW EXECUTE FUNCTION audit_look_append_only()
-- next
CREATE TRIGGER audit_look_no_delete BEFORE DELETE ON audit_look FOR EACH ROW EXECUTE FUNCTION audit_look_append_only()
-- next
CREATE TABLE phone_objection (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	member_id VARCHAR(40) NOT NULL,
	kind VARCHAR(8) NOT NULL,
	subject_id VARCHAR(40) NOT NULL,
	received_minor BIGINT NOT NULL,
	note TEXT NOT NULL,
	said_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_phone_objection PRIMARY KEY (id),
	CONSTRAINT ck_phone_objection_kind_known CHECK (kind IN ('slip', 'payslip')),
	CONSTRAINT ck_phone_objection_received_not_negative CHECK (received_minor >= 0),
	CONSTRAINT fk_phone_objection_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_phone_objection_member_id FOREIGN KEY(member_id) REFERENCES coop_member (id)
)
-- next
CREATE INDEX ix_phone_objection_member_id ON phone_objection (member_id)
-- next
CREATE INDEX ix_phone_objection_subject_id ON phone_objection (subject_id)
-- next
CREATE OR REPLACE FUNCTION phone_objection_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'phone_objection is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER phone_objection_no_update BEFORE UPDATE ON phone_objection FOR EACH ROW WHEN (NOT (NEW.id = OLD.id AND NEW.received_minor = OLD.received_minor AND NEW.note = '')) EXECUTE FUNCTION phone_objection_append_only()
-- next
CREATE TRIGGER phone_objection_no_delete BEFORE DELETE ON phone_objection FOR EACH ROW EXECUTE FUNCTION phone_objection_append_only()
-- next
CREATE TABLE cart_basket_line (
	id VARCHAR(40) NOT NULL,
	basket_id VARCHAR(40) NOT NULL,
	listing_id VARCHAR(40) NOT NULL,
	quantity INTEGER NOT NULL,
	CONSTRAINT pk_cart_basket_line PRIMARY KEY (id),
	CONSTRAINT uq_cart_basket_line_basket_id_listing_id UNIQUE (basket_id, listing_id),
	CONSTRAINT ck_cart_basket_line_quantity_positive CHECK (quantity > 0),
	CONSTRAINT fk_cart_basket_line_basket_id FOREIGN KEY(basket_id) REFERENCES cart_basket (id),
	CONSTRAINT fk_cart_basket_line_listing_id FOREIGN KEY(listing_id) REFERENCES catalogue_listing (id)
)
-- next
CREATE TABLE settlement_item (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	order_id VARCHAR(40) NOT NULL,
	kind VARCHAR(16) NOT NULL,
	cause_id VARCHAR(40) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	origin_minor BIGINT NOT NULL,
	charge_currency VARCHAR(3) NOT NULL,
	charge_minor BIGINT NOT NULL,
	noted_at TIMESTAMP WITH TIME ZONE NOT NULL,
	payout_id VARCHAR(40),
	CONSTRAINT pk_settlement_item PRIMARY KEY (id),
	CONSTRAINT ck_settlement_item_kind_known CHECK (kind IN ('sale', 'fee_correction', 'refund')),
	CONSTRAINT uq_settlement_item_cause_id_kind_organisation_id UNIQUE (cause_id, kind, organisation_id),
	CONSTRAINT fk_settlement_item_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_settlement_item_order_id FOREIGN KEY(order_id) REFERENCES checkout_order (id),
	CONSTRAINT fk_settlement_item_payout_id FOREIGN KEY(payout_id) REFERENCES settlement_payout (id)
)
-- next
CREATE INDEX ix_settlement_item_order_id ON settlement_item (order_id)
-- next
CREATE INDEX ix_settlement_item_open ON settlement_item (organisation_id, payout_id)
-- next
CREATE OR REPLACE FUNCTION settlement_item_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'settlement_item is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER settlement_item_no_update BEFORE UPDATE ON settlement_item FOR EACH ROW WHEN (NOT (OLD.payout_id IS NULL AND NEW.payout_id IS NOT NULL AND NEW.id = OLD.id AND NEW.order_id = OLD.order_id AND NEW.organisation_id = OLD.organisation_id AND NEW.origin_minor = OLD.origin_minor AND NEW.charge_minor = OLD.charge_minor)) EXECUTE FUNCTION settlement_item_append_only()
-- next
CREATE TRIGGER settlement_item_no_delete BEFORE DELETE ON settlement_item FOR EACH ROW EXECUTE FUNCTION settlement_item_append_only()
-- next
CREATE TABLE receipt_revision (
	id VARCHAR(40) NOT NULL,
	receipt_id VARCHAR(40) NOT NULL,
	revision INTEGER NOT NULL,
	document TEXT NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_receipt_revision PRIMARY KEY (id),
	CONSTRAINT uq_receipt_revision_receipt_id_revision UNIQUE (receipt_id, revision),
	CONSTRAINT fk_receipt_revision_receipt_id FOREIGN KEY(receipt_id) REFERENCES receipt_receipt (id)
)
-- next
CREATE OR REPLACE FUNCTION receipt_revision_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'receipt_revision is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER receipt_revision_no_update BEFORE UPDATE ON receipt_revision FOR EACH ROW EXECUTE FUNCTION receipt_revision_append_only()
-- next
CREATE TRIGGER receipt_revision_no_delete BEFORE DELETE ON receipt_revision FOR EACH ROW EXECUTE FUNCTION receipt_revision_append_only()
-- next
CREATE TABLE receipt_credited_order (
	credit_note_id VARCHAR(40) NOT NULL,
	order_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_receipt_credited_order PRIMARY KEY (credit_note_id, order_id),
	CONSTRAINT fk_receipt_credited_order_credit_note_id FOREIGN KEY(credit_note_id) REFERENCES receipt_credit_note (id),
	CONSTRAINT fk_receipt_credited_order_order_id FOREIGN KEY(order_id) REFERENCES checkout_order (id)
)
-- next
CREATE INDEX ix_receipt_credited_order_order_id ON receipt_credited_order (order_id)
-- next
CREATE OR REPLACE FUNCTION receipt_credited_order_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'receipt_credited_order is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER receipt_credited_order_no_update BEFORE UPDATE ON receipt_credited_order FOR EACH ROW EXECUTE FUNCTION receipt_credited_order_append_only()
-- next
CREATE TRIGGER receipt_credited_order_no_delete BEFORE DELETE ON receipt_credited_order FOR EACH ROW EXECUTE FUNCTION receipt_credited_order_append_only()
-- next
CREATE TABLE payment_money_back (
	id VARCHAR(40) NOT NULL,
	order_id VARCHAR(40) NOT NULL,
	payment_id VARCHAR(40),
	kind VARCHAR(8) NOT NULL,
	cause_id VARCHAR(40) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	state VARCHAR(6) NOT NULL,
	provider_id VARCHAR(120),
	proof VARCHAR(200) NOT NULL,
	due_at TIMESTAMP WITH TIME ZONE NOT NULL,
	done_at TIMESTAMP WITH TIME ZONE,
	done_by VARCHAR(40),
	CONSTRAINT pk_payment_money_back PRIMARY KEY (id),
	CONSTRAINT ck_payment_money_back_amount_positive CHECK (amount_minor > 0),
	CONSTRAINT ck_payment_money_back_kind_known CHECK (kind IN ('refund', 'unfilled')),
	CONSTRAINT ck_payment_money_back_state_known CHECK (state IN ('due', 'sent', 'done', 'failed')),
	CONSTRAINT fk_payment_money_back_order_id FOREIGN KEY(order_id) REFERENCES checkout_order (id),
	CONSTRAINT fk_payment_money_back_payment_id FOREIGN KEY(payment_id) REFERENCES payment_payment (id),
	CONSTRAINT uq_payment_money_back_cause_id UNIQUE (cause_id),
	CONSTRAINT uq_payment_money_back_provider_id UNIQUE (provider_id),
	CONSTRAINT fk_payment_money_back_done_by FOREIGN KEY(done_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_payment_money_back_open ON payment_money_back (state, id)
-- next
CREATE INDEX ix_payment_money_back_order_id ON payment_money_back (order_id)
-- next
CREATE TABLE history_invoice (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	source VARCHAR(40) NOT NULL,
	number VARCHAR(40) NOT NULL,
	customer VARCHAR(40) NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	rows INTEGER NOT NULL,
	rows_sha256 VARCHAR(64) NOT NULL,
	amount_minor BIGINT NOT NULL,
	order_id VARCHAR(40),
	credit_note_id VARCHAR(40),
	CONSTRAINT pk_history_invoice PRIMARY KEY (id),
	CONSTRAINT uq_history_invoice_organisation_id_source_number UNIQUE (organisation_id, source, number),
	CONSTRAINT ck_history_invoice_sale_or_credit CHECK ((order_id IS NULL) <> (credit_note_id IS NULL)),
	CONSTRAINT ck_history_invoice_amount_positive CHECK (amount_minor > 0),
	CONSTRAINT fk_history_invoice_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT uq_history_invoice_order_id UNIQUE (order_id),
	CONSTRAINT fk_history_invoice_order_id FOREIGN KEY(order_id) REFERENCES checkout_order (id),
	CONSTRAINT uq_history_invoice_credit_note_id UNIQUE (credit_note_id),
	CONSTRAINT fk_history_invoice_credit_note_id FOREIGN KEY(credit_note_id) REFERENCES receipt_credit_note (id)
)
-- next
CREATE INDEX ix_history_invoice_customer ON history_invoice (organisation_id, source, customer)
-- next
CREATE OR REPLACE FUNCTION history_invoice_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'history_invoice is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER history_invoice_no_update BEFORE UPDATE ON history_invoice FOR EACH ROW EXECUTE FUNCTION history_invoice_append_only()
-- next
CREATE TRIGGER history_invoice_no_delete BEFORE DELETE ON history_invoice FOR EACH ROW EXECUTE FUNCTION history_invoice_append_only()
-- next
CREATE TABLE catalogue_stock_split (
	stock_id VARCHAR(40) NOT NULL,
	ordinal INTEGER NOT NULL,
	purpose VARCHAR(16) NOT NULL,
	label VARCHAR(120) NOT NULL,
	amount_minor BIGINT NOT NULL,
	status VARCHAR(16) NOT NULL,
	CONSTRAINT pk_catalogue_stock_split PRIMARY KEY (stock_id, ordinal),
	CONSTRAINT fk_catalogue_stock_split_stock_id FOREIGN KEY(stock_id) REFERENCES catalogue_stock (id)
)
-- next
CREATE TABLE catalogue_reservation (
	id VARCHAR(40) NOT NULL,
	stock_id VARCHAR(40) NOT NULL,
	order_id VARCHAR(40) NOT NULL,
	quantity BIGINT NOT NULL,
	state VARCHAR(8) NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_catalogue_reservation PRIMARY KEY (id),
	CONSTRAINT uq_catalogue_reservation_order_id_stock_id UNIQUE (order_id, stock_id),
	CONSTRAINT ck_catalogue_reservation_quantity_positive CHECK (quantity > 0),
	CONSTRAINT ck_catalogue_reservation_state_known CHECK (state IN ('held', 'sold', 'released')),
	CONSTRAINT fk_catalogue_reservation_stock_id FOREIGN KEY(stock_id) REFERENCES catalogue_stock (id)
)
-- next
CREATE INDEX ix_catalogue_reservation_state ON catalogue_reservation (state, expires_at)
-- next
CREATE INDEX ix_catalogue_reservation_order_id ON catalogue_reservation (order_id)
-- next
CREATE TABLE lot_cost (
	lot_id VARCHAR(40) NOT NULL,
	purpose VARCHAR(16) NOT NULL,
	source_id VARCHAR(40) NOT NULL,
	amount_minor BIGINT NOT NULL,
	CONSTRAINT pk_lot_cost PRIMARY KEY (lot_id, purpose, source_id),
	CONSTRAINT ck_lot_cost_purpose_known CHECK (purpose IN ('crop', 'materials', 'labour', 'own_costs')),
	CONSTRAINT ck_lot_cost_amount_not_negative CHECK (amount_minor >= 0),
	CONSTRAINT fk_lot_cost_lot_id FOREIGN KEY(lot_id) REFERENCES lot (id)
)
-- next
CREATE TABLE lot_home (
	lot_id VARCHAR(40) NOT NULL,
	member_id VARCHAR(40) NOT NULL,
	issued BIGINT NOT NULL,
	used BIGINT NOT NULL,
	returned BIGINT NOT NULL,
	scrap BIGINT NOT NULL,
	held BIGINT NOT NULL,
	CONSTRAINT pk_lot_home PRIMARY KEY (lot_id, member_id),
	CONSTRAINT ck_lot_home_balanced CHECK (issued = used + returned + scrap + held),
	CONSTRAINT ck_lot_home_counts_not_negative CHECK (issued >= 0 AND used >= 0 AND returned >= 0 AND scrap >= 0),
	CONSTRAINT ck_lot_home_held_not_negative CHECK (held >= 0),
	CONSTRAINT fk_lot_home_lot_id FOREIGN KEY(lot_id) REFERENCES lot (id),
	CONSTRAINT fk_lot_home_member_id FOREIGN KEY(member_id) REFERENCES coop_member (id)
)
-- next
CREATE INDEX ix_lot_home_member_id ON lot_home (member_id)
-- next
CREATE TABLE lot_movement (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	lot_id VARCHAR(40) NOT NULL,
	kind VARCHAR(12) NOT NULL,
	quantity BIGINT NOT NULL,
	member_id VARCHAR(40),
	source VARCHAR(80) NOT NULL,
	moved_on DATE NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	note TEXT NOT NULL,
	photo_sha256 VARCHAR(64),
	client_key VARCHAR(60),
	CONSTRAINT pk_lot_movement PRIMARY KEY (id),
	CONSTRAINT uq_lot_movement_organisation_id_client_key UNIQUE (organisation_id, client_key),
	CONSTRAINT ck_lot_movement_quantity_positive CHECK (quantity > 0),
	CONSTRAINT ck_lot_movement_kind_known CHECK (kind IN ('in', 'used', 'lost', 'sold', 'returned', 'issued', 'brought_back', 'valued')),
	CONSTRAINT ck_lot_movement_home_named CHECK (member_id IS NOT NULL OR kind NOT IN ('issued', 'brought_back')),
	CONSTRAINT fk_lot_movement_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_lot_movement_lot_id FOREIGN KEY(lot_id) REFERENCES lot (id),
	CONSTRAINT fk_lot_movement_member_id FOREIGN KEY(member_id) REFERENCES coop_member (id)
)
-- next
CREATE INDEX ix_lot_movement_lot ON lot_movement (lot_id, id)
-- next
CREATE INDEX ix_lot_movement_member_id ON lot_movement (member_id)
-- next
CREATE INDEX ix_lot_movement_source ON lot_movement (source)
-- next
CREATE OR REPLACE FUNCTION lot_movement_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'lot_movement is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER lot_movement_no_update BEFORE UPDATE ON lot_movement FOR EACH ROW EXECUTE FUNCTION lot_movement_append_only()
-- next
CREATE TRIGGER lot_movement_no_delete BEFORE DELETE ON lot_movement FOR EACH ROW EXECUTE FUNCTION lot_movement_append_only()
-- next
CREATE TABLE lot_opening (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	lot_id VARCHAR(40) NOT NULL,
	note TEXT NOT NULL,
	brought_in_on DATE NOT NULL,
	CONSTRAINT pk_lot_opening PRIMARY KEY (id),
	CONSTRAINT fk_lot_opening_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_lot_opening_lot_id FOREIGN KEY(lot_id) REFERENCES lot (id)
)
-- next
CREATE INDEX ix_lot_opening_lot_id ON lot_opening (lot_id)
-- next
CREATE INDEX ix_lot_opening_organisation_id ON lot_opening (organisation_id)
-- next
CREATE TABLE lot_step_input (
	step_id VARCHAR(40) NOT NULL,
	ordinal INTEGER NOT NULL,
	lot_id VARCHAR(40) NOT NULL,
	role VARCHAR(12) NOT NULL,
	quantity BIGINT NOT NULL,
	mass_g BIGINT NOT NULL,
	member_id VARCHAR(40),
	CONSTRAINT pk_lot_step_input PRIMARY KEY (step_id, ordinal),
	CONSTRAINT ck_lot_step_input_quantity_positive CHECK (quantity > 0),
	CONSTRAINT ck_lot_step_input_mass_by_role CHECK ((role = 'main' AND mass_g > 0) OR (role = 'auxiliary' AND mass_g = 0)),
	CONSTRAINT fk_lot_step_input_step_id FOREIGN KEY(step_id) REFERENCES lot_step (id),
	CONSTRAINT fk_lot_step_input_lot_id FOREIGN KEY(lot_id) REFERENCES lot (id),
	CONSTRAINT fk_lot_step_input_member_id FOREIGN KEY(member_id) REFERENCES coop_member (id)
)
-- next
CREATE INDEX ix_lot_step_input_lot_id ON lot_step_input (lot_id)
-- next
CREATE TABLE lot_step_output (
	step_id VARCHAR(40) NOT NULL,
	ordinal INTEGER NOT NULL,
	lot_id VARCHAR(40) NOT NULL,
	quantity BIGINT NOT NULL,
	mass_g BIGINT NOT NULL,
	list_price_minor BIGINT,
	CONSTRAINT pk_lot_step_output PRIMARY KEY (step_id, ordinal),
	CONSTRAINT ck_lot_step_output_quantity_positive CHECK (quantity > 0),
	CONSTRAINT ck_lot_step_output_mass_not_negative CHECK (mass_g >= 0),
	CONSTRAINT ck_lot_step_output_list_price_positive CHECK (list_price_minor IS NULL OR list_price_minor > 0),
	CONSTRAINT fk_lot_step_output_step_id FOREIGN KEY(step_id) REFERENCES lot_step (id),
	CONSTRAINT uq_lot_step_output_lot_id UNIQUE (lot_id),
	CONSTRAINT fk_lot_step_output_lot_id FOREIGN KEY(lot_id) REFERENCES lot (id)
)
-- next
CREATE TABLE material_purchase (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	supplier_id VARCHAR(40) NOT NULL,
	lot_id VARCHAR(40) NOT NULL,
	purpose VARCHAR(16) NOT NULL,
	quantity BIGINT NOT NULL,
	cost_minor BIGINT NOT NULL,
	origin VARCHAR(120) NOT NULL,
	note TEXT NOT NULL,
	bought_on DATE NOT NULL,
	due_on DATE,
	document_sha256 VARCHAR(64),
	client_key VARCHAR(60),
	CONSTRAINT pk_material_purchase PRIMARY KEY (id),
	CONSTRAINT uq_material_purchase_organisation_id_client_key UNIQUE (organisation_id, client_key),
	CONSTRAINT ck_material_purchase_quantity_positive CHECK (quantity > 0),
	CONSTRAINT ck_material_purchase_cost_not_negative CHECK (cost_minor >= 0),
	CONSTRAINT ck_material_purchase_purpose_known CHECK (purpose IN ('crop', 'materials')),
	CONSTRAINT fk_material_purchase_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_material_purchase_supplier_id FOREIGN KEY(supplier_id) REFERENCES material_supplier (id),
	CONSTRAINT uq_material_purchase_lot_id UNIQUE (lot_id),
	CONSTRAINT fk_material_purchase_lot_id FOREIGN KEY(lot_id) REFERENCES lot (id)
)
-- next
CREATE INDEX ix_material_purchase_due ON material_purchase (organisation_id, due_on)
-- next
CREATE INDEX ix_material_purchase_supplier_id ON material_purchase (supplier_id)
-- next
CREATE TABLE wage_payslip_item (
	payslip_id VARCHAR(40) NOT NULL,
	ordinal INTEGER NOT NULL,
	kind VARCHAR(8) NOT NULL,
	record_id VARCHAR(40) NOT NULL,
	amount_minor BIGINT NOT NULL,
	CONSTRAINT pk_wage_payslip_item PRIMARY KEY (payslip_id, ordinal),
	CONSTRAINT ck_wage_payslip_item_kind_known CHECK (kind IN ('work', 'own_cost', 'top_up')),
	CONSTRAINT fk_wage_payslip_item_payslip_id FOREIGN KEY(payslip_id) REFERENCES wage_payslip (id),
	CONSTRAINT uq_wage_payslip_item_record_id UNIQUE (record_id)
)
-- next
CREATE OR REPLACE FUNCTION wage_payslip_item_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'wage_payslip_item is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER wage_payslip_item_no_update BEFORE UPDATE ON wage_payslip_item FOR EACH ROW EXECUTE FUNCTION wage_payslip_item_append_only()
-- next
CREATE TRIGGER wage_payslip_item_no_delete BEFORE DELETE ON wage_payslip_item FOR EACH ROW EXECUTE FUNCTION wage_payslip_item_append_only()
-- next
CREATE TABLE wage_payment (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	payslip_id VARCHAR(40) NOT NULL,
	amount_minor BIGINT NOT NULL,
	method VARCHAR(8) NOT NULL,
	proof VARCHAR(200),
	paid_on DATE NOT NULL,
	paid_by VARCHAR(40),
	CONSTRAINT pk_wage_payment PRIMARY KEY (id),
	CONSTRAINT ck_wage_payment_amount_positive CHECK (amount_minor > 0),
	CONSTRAINT ck_wage_payment_method_known CHECK (method IN ('cash', 'bank', 'mobile')),
	CONSTRAINT fk_wage_payment_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_wage_payment_payslip_id FOREIGN KEY(payslip_id) REFERENCES wage_payslip (id),
	CONSTRAINT fk_wage_payment_paid_by FOREIGN KEY(paid_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_wage_payment_payslip_id ON wage_payment (payslip_id)
-- next
CREATE TABLE wage_slip_log (
	id VARCHAR(40) NOT NULL,
	payslip_id VARCHAR(40) NOT NULL,
	event VARCHAR(24) NOT NULL,
	state_after VARCHAR(32) NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	user_id VARCHAR(40),
	member_id VARCHAR(40),
	how VARCHAR(80) NOT NULL,
	entry_id VARCHAR(40),
	CONSTRAINT pk_wage_slip_log PRIMARY KEY (id),
	CONSTRAINT fk_wage_slip_log_payslip_id FOREIGN KEY(payslip_id) REFERENCES wage_payslip (id),
	CONSTRAINT fk_wage_slip_log_user_id FOREIGN KEY(user_id) REFERENCES account_user (id),
	CONSTRAINT fk_wage_slip_log_member_id FOREIGN KEY(member_id) REFERENCES coop_member (id),
	CONSTRAINT fk_wage_slip_log_entry_id FOREIGN KEY(entry_id) REFERENCES ledger_entry (id)
)
-- next
CREATE INDEX ix_wage_slip_log_payslip_id ON wage_slip_log (payslip_id)
-- next
CREATE OR REPLACE FUNCTION wage_slip_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'wage_slip_log is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER wage_slip_log_no_update BEFORE UPDATE ON wage_slip_log FOR EACH ROW EXECUTE FUNCTION wage_slip_log_append_only()
-- next
CREATE TRIGGER wage_slip_log_no_delete BEFORE DELETE ON wage_slip_log FOR EACH ROW EXECUTE FUNCTION wage_slip_log_append_only()
-- next
CREATE TABLE delivery_slip (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	member_id VARCHAR(40) NOT NULL,
	made_by VARCHAR(40) NOT NULL,
	made_on DATE NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	client_key VARCHAR(60) NOT NULL,
	lot_id VARCHAR(40),
	issued_quantity BIGINT NOT NULL,
	rate_key VARCHAR(72),
	rate_minor BIGINT NOT NULL,
	rate_decision_id VARCHAR(40),
	good BIGINT NOT NULL,
	to_repair BIGINT NOT NULL,
	wage_minor BIGINT NOT NULL,
	paid_minor BIGINT NOT NULL,
	step_id VARCHAR(40),
	CONSTRAINT pk_delivery_slip PRIMARY KEY (id),
	CONSTRAINT uq_delivery_slip_organisation_id_number UNIQUE (organisation_id, number),
	CONSTRAINT uq_delivery_slip_organisation_id_client_key UNIQUE (organisation_id, client_key),
	CONSTRAINT ck_delivery_slip_number_positive CHECK (number > 0),
	CONSTRAINT ck_delivery_slip_counts_not_negative CHECK (issued_quantity >= 0 AND good >= 0 AND to_repair >= 0),
	CONSTRAINT ck_delivery_slip_money_not_negative CHECK (paid_minor >= 0 AND rate_minor >= 0),
	CONSTRAINT ck_delivery_slip_wage_adds_up CHECK (wage_minor = good * rate_minor),
	CONSTRAINT ck_delivery_slip_material_named CHECK (issued_quantity = 0 OR lot_id IS NOT NULL),
	CONSTRAINT ck_delivery_slip_work_named CHECK (good + to_repair = 0 OR rate_key IS NOT NULL),
	CONSTRAINT ck_delivery_slip_not_empty CHECK (issued_quantity + good + to_repair + paid_minor > 0),
	CONSTRAINT fk_delivery_slip_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_delivery_slip_member_id FOREIGN KEY(member_id) REFERENCES coop_member (id),
	CONSTRAINT fk_delivery_slip_made_by FOREIGN KEY(made_by) REFERENCES account_user (id),
	CONSTRAINT fk_delivery_slip_lot_id FOREIGN KEY(lot_id) REFERENCES lot (id),
	CONSTRAINT fk_delivery_slip_rate_decision_id FOREIGN KEY(rate_decision_id) REFERENCES decision (id),
	CONSTRAINT uq_delivery_slip_step_id UNIQUE (step_id),
	CONSTRAINT fk_delivery_slip_step_id FOREIGN KEY(step_id) REFERENCES lot_step (id)
)
-- next
CREATE INDEX ix_delivery_slip_day ON delivery_slip (organisation_id, made_on)
-- next
CREATE INDEX ix_delivery_slip_member_id ON delivery_slip (member_id)
-- next
CREATE OR REPLACE FUNCTION delivery_slip_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'delivery_slip is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER delivery_slip_no_update BEFORE UPDATE ON delivery_slip FOR EACH ROW WHEN (NOT (OLD.step_id IS NULL AND NEW.step_id IS NOT NULL AND NEW.id IS NOT DISTINCT FROM OLD.id AND NEW.organisation_id IS NOT DISTINCT FROM OLD.organisation_id AND NEW.number IS NOT DISTINCT FROM OLD.number AND NEW.member_id IS NOT DISTINCT FROM OLD.member_id AND NEW.made_by IS NOT DISTINCT FROM OLD.made_by AND NEW.made_on IS NOT DISTINCT FROM OLD.made_on AND NEW.made_at IS NOT DISTINCT FROM OLD.made_at AND NEW.client_key IS NOT DISTINCT FROM OLD.client_key AND NEW.lot_id IS NOT DISTINCT FROM OLD.lot_id AND NEW.issued_quantity IS NOT DISTINCT FROM OLD.issued_quantity AND NEW.rate_key IS NOT DISTINCT FROM OLD.rate_key AND NEW.rate_minor IS NOT DISTINCT FROM OLD.rate_minor AND NEW.rate_decision_id IS NOT DISTINCT FROM OLD.rate_decision_id AND NEW.good IS NOT DISTINCT FROM OLD.good AND NEW.to_repair IS NOT DISTINCT FROM OLD.to_repair AND NEW.wage_minor IS NOT DISTINCT FROM OLD.wage_minor AND NEW.paid_minor IS NOT DISTINCT FROM OLD.paid_minor)) EXECUTE FUNCTION delivery_slip_append_only()
-- next
CREATE TRIGGER delivery_slip_no_delete BEFORE DELETE ON delivery_slip FOR EACH ROW EXECUTE FUNCTION delivery_slip_append_only()
-- next
CREATE TABLE publication (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	lot_id VARCHAR(40) NOT NULL,
	stock_id VARCHAR(40) NOT NULL,
	quantity BIGINT NOT NULL,
	price_minor BIGINT NOT NULL,
	floor_minor BIGINT NOT NULL,
	source_sha256 VARCHAR(64) NOT NULL,
	published_by VARCHAR(40),
	published_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_publication PRIMARY KEY (id),
	CONSTRAINT ck_publication_price_not_below_floor CHECK (price_minor >= floor_minor),
	CONSTRAINT ck_publication_quantity_positive CHECK (quantity > 0),
	CONSTRAINT fk_publication_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT uq_publication_lot_id UNIQUE (lot_id),
	CONSTRAINT fk_publication_lot_id FOREIGN KEY(lot_id) REFERENCES lot (id),
	CONSTRAINT uq_publication_stock_id UNIQUE (stock_id),
	CONSTRAINT fk_publication_stock_id FOREIGN KEY(stock_id) REFERENCES catalogue_stock (id),
	CONSTRAINT fk_publication_published_by FOREIGN KEY(published_by) REFERENCES account_user (id)
)
-- next
CREATE INDEX ix_publication_organisation_id ON publication (organisation_id)
-- next
CREATE OR REPLACE FUNCTION publication_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'publication is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER publication_no_update BEFORE UPDATE ON publication FOR EACH ROW EXECUTE FUNCTION publication_append_only()
-- next
CREATE TRIGGER publication_no_delete BEFORE DELETE ON publication FOR EACH ROW EXECUTE FUNCTION publication_append_only()
-- next
CREATE TABLE checkout_order_line (
	id VARCHAR(40) NOT NULL,
	order_id VARCHAR(40) NOT NULL,
	ordinal INTEGER NOT NULL,
	kind VARCHAR(8) NOT NULL,
	title VARCHAR(120) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	stock_id VARCHAR(40),
	quantity BIGINT NOT NULL,
	refunded_quantity BIGINT NOT NULL,
	currency VARCHAR(3) NOT NULL,
	rate VARCHAR(24) NOT NULL,
	rate_id VARCHAR(40),
	origin_minor BIGINT NOT NULL,
	charge_minor BIGINT NOT NULL,
	refunded_origin_minor BIGINT NOT NULL,
	refunded_charge_minor BIGINT NOT NULL,
	loss_reserve_minor BIGINT NOT NULL,
	loss_seller_minor BIGINT NOT NULL,
	makers INTEGER NOT NULL,
	folds_labour BOOLEAN NOT NULL,
	wage_check_published BOOLEAN NOT NULL,
	CONSTRAINT pk_checkout_order_line PRIMARY KEY (id),
	CONSTRAINT uq_checkout_order_line_order_id_ordinal UNIQUE (order_id, ordinal),
	CONSTRAINT ck_checkout_order_line_kind_known CHECK (kind IN ('item', 'shipping')),
	CONSTRAINT ck_checkout_order_line_quantity_positive CHECK (quantity > 0),
	CONSTRAINT ck_checkout_order_line_refunded_within_quantity CHECK (refunded_quantity BETWEEN 0 AND quantity),
	CONSTRAINT ck_checkout_order_line_amounts_positive CHECK (origin_minor > 0 AND charge_minor >= 0),
	CONSTRAINT ck_checkout_order_line_refunded_within_charge CHECK (refunded_charge_minor BETWEEN 0 AND charge_minor),
	CONSTRAINT ck_checkout_order_line_refunded_within_origin CHECK (refunded_origin_minor BETWEEN 0 AND origin_minor),
	CONSTRAINT ck_checkout_order_line_losses_not_negative CHECK (loss_reserve_minor >= 0 AND loss_seller_minor >= 0),
	CONSTRAINT fk_checkout_order_line_order_id FOREIGN KEY(order_id) REFERENCES checkout_order (id),
	CONSTRAINT fk_checkout_order_line_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_checkout_order_line_stock_id FOREIGN KEY(stock_id) REFERENCES catalogue_stock (id),
	CONSTRAINT fk_checkout_order_line_rate_id FOREIGN KEY(rate_id) REFERENCES checkout_exchange_rate (id)
)
-- next
CREATE INDEX ix_checkout_order_line_organisation_id ON checkout_order_line (organisation_id)
-- next
CREATE TABLE lot_cost_movement (
	movement_id VARCHAR(40) NOT NULL,
	purpose VARCHAR(16) NOT NULL,
	source_id VARCHAR(40) NOT NULL,
	lot_id VARCHAR(40) NOT NULL,
	amount_minor BIGINT NOT NULL,
	CONSTRAINT pk_lot_cost_movement PRIMARY KEY (movement_id, purpose, source_id),
	CONSTRAINT ck_lot_cost_movement_amount_not_zero CHECK (amount_minor <> 0),
	CONSTRAINT fk_lot_cost_movement_movement_id FOREIGN KEY(movement_id) REFERENCES lot_movement (id),
	CONSTRAINT fk_lot_cost_movement_lot_id FOREIGN KEY(lot_id) REFERENCES lot (id)
)
-- next
CREATE INDEX ix_lot_cost_movement_lot_id ON lot_cost_movement (lot_id)
-- next
CREATE OR REPLACE FUNCTION lot_cost_movement_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'lot_cost_movement is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER lot_cost_movement_no_update BEFORE UPDATE ON lot_cost_movement FOR EACH ROW EXECUTE FUNCTION lot_cost_movement_append_only()
-- next
CREATE TRIGGER lot_cost_movement_no_delete BEFORE DELETE ON lot_cost_movement FOR EACH ROW EXECUTE FUNCTION lot_cost_movement_append_only()
-- next
CREATE TABLE material_purchase_claim (
	purchase_id VARCHAR(40) NOT NULL,
	claim VARCHAR(24) NOT NULL,
	certificate_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_material_purchase_claim PRIMARY KEY (purchase_id, claim),
	CONSTRAINT fk_material_purchase_claim_purchase_id FOREIGN KEY(purchase_id) REFERENCES material_purchase (id),
	CONSTRAINT fk_material_purchase_claim_certificate_id FOREIGN KEY(certificate_id) REFERENCES coop_certificate (id)
)
-- next
CREATE OR REPLACE FUNCTION material_purchase_claim_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'material_purchase_claim is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER material_purchase_claim_no_update BEFORE UPDATE ON material_purchase_claim FOR EACH ROW EXECUTE FUNCTION material_purchase_claim_append_only()
-- next
CREATE TRIGGER material_purchase_claim_no_delete BEFORE DELETE ON material_purchase_claim FOR EACH ROW EXECUTE FUNCTION material_purchase_claim_append_only()
-- next
CREATE TABLE material_supplier_payment (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	purchase_id VARCHAR(40) NOT NULL,
	amount_minor BIGINT NOT NULL,
	method VARCHAR(16) NOT NULL,
	paid_on DATE NOT NULL,
	payee_document VARCHAR(200),
	CONSTRAINT pk_material_supplier_payment PRIMARY KEY (id),
	CONSTRAINT ck_material_supplier_payment_amount_positive CHECK (amount_minor > 0),
	CONSTRAINT fk_material_supplier_payment_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_material_supplier_payment_purchase_id FOREIGN KEY(purchase_id) REFERENCES material_purchase (id)
)
-- next
CREATE INDEX ix_material_supplier_payment_purchase_id ON material_supplier_payment (purchase_id)
-- next
CREATE TABLE delivery_slip_answer (
	id VARCHAR(40) NOT NULL,
	slip_id VARCHAR(40) NOT NULL,
	kind VARCHAR(8) NOT NULL,
	how VARCHAR(80) NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	user_id VARCHAR(40),
	member_id VARCHAR(40) NOT NULL,
	entry_id VARCHAR(40),
	CONSTRAINT pk_delivery_slip_answer PRIMARY KEY (id),
	CONSTRAINT ck_delivery_slip_answer_kind_known CHECK (kind IN ('confirm', 'contest', 'withdraw')),
	CONSTRAINT fk_delivery_slip_answer_slip_id FOREIGN KEY(slip_id) REFERENCES delivery_slip (id),
	CONSTRAINT fk_delivery_slip_answer_user_id FOREIGN KEY(user_id) REFERENCES account_user (id),
	CONSTRAINT fk_delivery_slip_answer_member_id FOREIGN KEY(member_id) REFERENCES coop_member (id),
	CONSTRAINT fk_delivery_slip_answer_entry_id FOREIGN KEY(entry_id) REFERENCES ledger_entry (id)
)
-- next
CREATE INDEX ix_delivery_slip_answer_slip_id ON delivery_slip_answer (slip_id)
-- next
CREATE OR REPLACE FUNCTION delivery_slip_answer_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'delivery_slip_answer is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER delivery_slip_answer_no_update BEFORE UPDATE ON delivery_slip_answer FOR EACH ROW EXECUTE FUNCTION delivery_slip_answer_append_only()
-- next
CREATE TRIGGER delivery_slip_answer_no_delete BEFORE DELETE ON delivery_slip_answer FOR EACH ROW EXECUTE FUNCTION delivery_slip_answer_append_only()
-- next
CREATE TABLE delivery_advance_use (
	id VARCHAR(40) NOT NULL,
	slip_id VARCHAR(40) NOT NULL,
	payment_id VARCHAR(40) NOT NULL,
	amount_minor BIGINT NOT NULL,
	CONSTRAINT pk_delivery_advance_use PRIMARY KEY (id),
	CONSTRAINT ck_delivery_advance_use_amount_positive CHECK (amount_minor > 0),
	CONSTRAINT fk_delivery_advance_use_slip_id FOREIGN KEY(slip_id) REFERENCES delivery_slip (id),
	CONSTRAINT fk_delivery_advance_use_payment_id FOREIGN KEY(payment_id) REFERENCES wage_payment (id)
)
-- next
CREATE INDEX ix_delivery_advance_use_payment_id ON delivery_advance_use (payment_id)
-- next
CREATE INDEX ix_delivery_advance_use_slip_id ON delivery_advance_use (slip_id)
-- next
CREATE OR REPLACE FUNCTION delivery_advance_use_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'delivery_advance_use is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER delivery_advance_use_no_update BEFORE UPDATE ON delivery_advance_use FOR EACH ROW EXECUTE FUNCTION delivery_advance_use_append_only()
-- next
CREATE TRIGGER delivery_advance_use_no_delete BEFORE DELETE ON delivery_advance_use FOR EACH ROW EXECUTE FUNCTION delivery_advance_use_append_only()
-- next
CREATE TABLE delivery_work_note (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	member_id VARCHAR(40) NOT NULL,
	rate_key VARCHAR(72) NOT NULL,
	started_on DATE NOT NULL,
	finished_on DATE,
	pieces BIGINT NOT NULL,
	hours VARCHAR(32) NOT NULL,
	client_key VARCHAR(60) NOT NULL,
	slip_id VARCHAR(40),
	CONSTRAINT pk_delivery_work_note PRIMARY KEY (id),
	CONSTRAINT uq_delivery_work_note_organisation_id_client_key UNIQUE (organisation_id, client_key),
	CONSTRAINT ck_delivery_work_note_finishes_after_start CHECK (finished_on IS NULL OR finished_on >= started_on),
	CONSTRAINT ck_delivery_work_note_pieces_not_negative CHECK (pieces >= 0),
	CONSTRAINT ck_delivery_work_note_finished_before_weighed CHECK (slip_id IS NULL OR finished_on IS NOT NULL),
	CONSTRAINT fk_delivery_work_note_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id),
	CONSTRAINT fk_delivery_work_note_member_id FOREIGN KEY(member_id) REFERENCES coop_member (id),
	CONSTRAINT fk_delivery_work_note_slip_id FOREIGN KEY(slip_id) REFERENCES delivery_slip (id)
)
-- next
CREATE INDEX ix_delivery_work_note_member_id ON delivery_work_note (member_id)
-- next
CREATE TABLE publication_split (
	publication_id VARCHAR(40) NOT NULL,
	ordinal INTEGER NOT NULL,
	purpose VARCHAR(16) NOT NULL,
	source_id VARCHAR(40) NOT NULL,
	amount_minor BIGINT NOT NULL,
	CONSTRAINT pk_publication_split PRIMARY KEY (publication_id, ordinal),
	CONSTRAINT fk_publication_split_publication_id FOREIGN KEY(publication_id) REFERENCES publication (id)
)
-- next
CREATE OR REPLACE FUNCTION publication_split_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'publication_split is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER publication_split_no_update BEFORE UPDATE ON publication_split FOR EACH ROW EXECUTE FUNCTION publication_split_append_only()
-- next
CREATE TRIGGER publication_split_no_delete BEFORE DELETE ON publication_split FOR EACH ROW EXECUTE FUNCTION publication_split_append_only()
-- next
CREATE TABLE checkout_order_split (
	order_line_id VARCHAR(40) NOT NULL,
	ordinal INTEGER NOT NULL,
	kind VARCHAR(16) NOT NULL,
	cause_id VARCHAR(40) NOT NULL,
	purpose VARCHAR(16) NOT NULL,
	source_id VARCHAR(40) NOT NULL,
	amount_minor BIGINT NOT NULL,
	origin_minor BIGINT NOT NULL,
	CONSTRAINT pk_checkout_order_split PRIMARY KEY (order_line_id, ordinal),
	CONSTRAINT ck_checkout_order_split_kind_known CHECK (kind IN ('sale', 'fee_correction', 'refund')),
	CONSTRAINT fk_checkout_order_split_order_line_id FOREIGN KEY(order_line_id) REFERENCES checkout_order_line (id)
)
-- next
CREATE OR REPLACE FUNCTION checkout_order_split_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'checkout_order_split is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER checkout_order_split_no_update BEFORE UPDATE ON checkout_order_split FOR EACH ROW EXECUTE FUNCTION checkout_order_split_append_only()
-- next
CREATE TRIGGER checkout_order_split_no_delete BEFORE DELETE ON checkout_order_split FOR EACH ROW EXECUTE FUNCTION checkout_order_split_append_only()
-- next
CREATE TABLE refund_line (
	refund_id VARCHAR(40) NOT NULL,
	order_line_id VARCHAR(40) NOT NULL,
	quantity BIGINT NOT NULL,
	charge_minor BIGINT NOT NULL,
	origin_minor BIGINT NOT NULL,
	seller_loss_minor BIGINT NOT NULL,
	CONSTRAINT pk_refund_line PRIMARY KEY (refund_id, order_line_id),
	CONSTRAINT ck_refund_line_quantity_positive CHECK (quantity > 0),
	CONSTRAINT fk_refund_line_refund_id FOREIGN KEY(refund_id) REFERENCES refund_refund (id),
	CONSTRAINT fk_refund_line_order_line_id FOREIGN KEY(order_line_id) REFERENCES checkout_order_line (id)
)
-- next
CREATE OR REPLACE FUNCTION refund_line_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'refund_line is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER refund_line_no_update BEFORE UPDATE ON refund_line FOR EACH ROW EXECUTE FUNCTION refund_line_append_only()
-- next
CREATE TRIGGER refund_line_no_delete BEFORE DELETE ON refund_line FOR EACH ROW EXECUTE FUNCTION refund_line_append_only()
-- next
CREATE TABLE history_credit_row (
	invoice_id VARCHAR(40) NOT NULL,
	ordinal INTEGER NOT NULL,
	stock_code VARCHAR(40) NOT NULL,
	quantity BIGINT NOT NULL,
	amount_minor BIGINT NOT NULL,
	order_line_id VARCHAR(40),
	CONSTRAINT pk_history_credit_row PRIMARY KEY (invoice_id, ordinal),
	CONSTRAINT ck_history_credit_row_amounts_positive CHECK (quantity > 0 AND amount_minor > 0),
	CONSTRAINT fk_history_credit_row_invoice_id FOREIGN KEY(invoice_id) REFERENCES history_invoice (id),
	CONSTRAINT fk_history_credit_row_order_line_id FOREIGN KEY(order_line_id) REFERENCES checkout_order_line (id)
)
-- next
CREATE INDEX ix_history_credit_row_order_line_id ON history_credit_row (order_line_id)
-- next
CREATE OR REPLACE FUNCTION history_credit_row_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'history_credit_row is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER history_credit_row_no_update BEFORE UPDATE ON history_credit_row FOR EACH ROW EXECUTE FUNCTION history_credit_row_append_only()
-- next
CREATE TRIGGER history_credit_row_no_delete BEFORE DELETE ON history_credit_row FOR EACH ROW EXECUTE FUNCTION history_credit_row_append_only()
