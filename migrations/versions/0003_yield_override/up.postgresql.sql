CREATE TABLE lot_step_override (
	step_id VARCHAR(40) NOT NULL,
	unit VARCHAR(3) NOT NULL,
	quantity BIGINT NOT NULL,
	most BIGINT NOT NULL,
	reason TEXT NOT NULL,
	recorded_by VARCHAR(40) NOT NULL,
	approved_by VARCHAR(40),
	approved_at TIMESTAMP WITH TIME ZONE,
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
CREATE OR REPLACE FUNCTION lot_step_yield() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM lot_step_override why WHERE why.step_id = NEW.id AND why.approved_by IS NOT NULL)
     AND EXISTS (SELECT 1 FROM lot_step_output line JOIN lot made ON made.id = line.lot_id WHERE line.step_id = NEW.id GROUP BY made.unit HAVING sum(line.quantity) * coalesce(nullif(split_part(NEW.max_yield, '/', 2), ''), '1')::numeric > (SELECT CASE WHEN count(DISTINCT goods.unit) = 1 THEN sum(line.quantity) ELSE sum(line.mass_g) END FROM lot_step_input line JOIN lot goods ON goods.id = line.lot_id WHERE line.step_id = NEW.id AND line.role = 'main') * split_part(NEW.max_yield, '/', 1)::numeric) THEN
    RAISE EXCEPTION 'more came out of the step than its recipe allows, and no second person confirmed it' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- next
CREATE TRIGGER lot_step_within_yield BEFORE UPDATE OF state ON lot_step FOR EACH ROW WHEN (NEW.state = 'posted' AND OLD.state <> 'posted') EXECUTE FUNCTION lot_step_yield()
