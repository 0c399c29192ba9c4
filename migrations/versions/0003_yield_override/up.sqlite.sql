CREATE TABLE lot_step_override (
	step_id VARCHAR(40) NOT NULL,
	unit VARCHAR(3) NOT NULL,
	quantity BIGINT NOT NULL,
	most BIGINT NOT NULL,
	reason TEXT NOT NULL,
	recorded_by VARCHAR(40) NOT NULL,
	approved_by VARCHAR(40),
	approved_at DATETIME,
	CONSTRAINT pk_lot_step_override PRIMARY KEY (step_id),
	CONSTRAINT ck_lot_step_override_exceeds CHECK (quantity > most AND most >= 0),
	CONSTRAINT ck_lot_step_override_reason_given CHECK (reason <> ''),
	CONSTRAINT ck_lot_step_override_second_person CHECK (approved_by IS NULL OR approved_by <> recorded_by),
	CONSTRAINT ck_lot_step_override_approval_dated CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
	CONSTRAINT fk_lot_step_override_step_id FOREIGN KEY(step_id) REFERENCES lot_step (id),
	CONSTRAINT fk_lot_step_override_recorded_by FOREIGN KEY(recorded_by) REFERENCES account_user (id),
	CONSTRAINT fk_lot_step_override_approved_by FOREIGN KEY(approved_by) REFERENCES account_user (id)
)
-- next
CREATE TRIGGER lot_step_within_yield BEFORE UPDATE OF state ON lot_step FOR EACH ROW WHEN NEW.state = 'posted' AND OLD.state <> 'posted' AND NOT EXISTS (SELECT 1 FROM lot_step_override why WHERE why.step_id = NEW.id AND why.approved_by IS NOT NULL) AND EXISTS (SELECT 1 FROM lot_step_output line JOIN lot made ON made.id = line.lot_id WHERE line.step_id = NEW.id GROUP BY made.unit HAVING sum(line.quantity) * CASE WHEN instr(NEW.max_yield, '/') THEN CAST(substr(NEW.max_yield, instr(NEW.max_yield, '/') + 1) AS INTEGER) ELSE 1 END > (SELECT CASE WHEN count(DISTINCT goods.unit) = 1 THEN sum(line.quantity) ELSE sum(line.mass_g) END FROM lot_step_input line JOIN lot goods ON goods.id = line.lot_id WHERE line.step_id = NEW.id AND line.role = 'main') * CAST(NEW.max_yield AS REAL) + 0.001) BEGIN SELECT RAISE(ABORT, 'more came out of the step than its recipe allows, and no second person confirmed it'); END
