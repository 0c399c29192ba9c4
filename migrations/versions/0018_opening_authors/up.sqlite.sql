CREATE TABLE lot_opening_author (
	opening_id VARCHAR(40) NOT NULL,
	typed_by VARCHAR(40) NOT NULL,
	typed_at DATETIME NOT NULL,
	CONSTRAINT pk_lot_opening_author PRIMARY KEY (opening_id),
	CONSTRAINT fk_lot_opening_author_opening_id FOREIGN KEY(opening_id) REFERENCES lot_opening (id),
	CONSTRAINT fk_lot_opening_author_typed_by FOREIGN KEY(typed_by) REFERENCES account_user (id)
)
-- next
CREATE TRIGGER lot_opening_author_no_update BEFORE UPDATE ON lot_opening_author FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'lot_opening_author is append-only'); END
-- next
CREATE TRIGGER lot_opening_author_no_delete BEFORE DELETE ON lot_opening_author FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'lot_opening_author is append-only'); END
