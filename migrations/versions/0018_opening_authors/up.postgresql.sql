CREATE TABLE lot_opening_author (
	opening_id VARCHAR(40) NOT NULL,
	typed_by VARCHAR(40) NOT NULL,
	typed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_lot_opening_author PRIMARY KEY (opening_id),
	CONSTRAINT fk_lot_opening_author_opening_id FOREIGN KEY(opening_id) REFERENCES lot_opening (id),
	CONSTRAINT fk_lot_opening_author_typed_by FOREIGN KEY(typed_by) REFERENCES account_user (id)
)
-- next
CREATE OR REPLACE FUNCTION lot_opening_author_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'lot_opening_author is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER lot_opening_author_no_update BEFORE UPDATE ON lot_opening_author FOR EACH ROW EXECUTE FUNCTION lot_opening_author_append_only()
-- next
CREATE TRIGGER lot_opening_author_no_delete BEFORE DELETE ON lot_opening_author FOR EACH ROW EXECUTE FUNCTION lot_opening_author_append_only()
