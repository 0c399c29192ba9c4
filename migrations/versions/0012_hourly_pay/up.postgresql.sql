CREATE TABLE catalogue_hourly_pay (
	id VARCHAR(40) NOT NULL,
	organisation_id VARCHAR(40) NOT NULL,
	craft VARCHAR(40) NOT NULL,
	since DATE NOT NULL,
	until DATE NOT NULL,
	people INTEGER,
	mean_minor BIGINT,
	median_minor BIGINT,
	benchmarks JSON NOT NULL,
	holds_until DATE NOT NULL,
	published_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_catalogue_hourly_pay PRIMARY KEY (id),
	CONSTRAINT ck_catalogue_hourly_pay_figures_of_five CHECK ((people IS NULL AND mean_minor IS NULL AND median_minor IS NULL) OR (people >= 5 AND mean_minor IS NOT NULL AND median_minor IS NOT NULL)),
	CONSTRAINT fk_catalogue_hourly_pay_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id)
)
-- next
CREATE INDEX ix_catalogue_hourly_pay_newest ON catalogue_hourly_pay (organisation_id, published_at)
-- next
CREATE OR REPLACE FUNCTION catalogue_hourly_pay_append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'catalogue_hourly_pay is append-only' USING ERRCODE = 'restrict_violation'; END$$
-- next
CREATE TRIGGER catalogue_hourly_pay_no_update BEFORE UPDATE ON catalogue_hourly_pay FOR EACH ROW EXECUTE FUNCTION catalogue_hourly_pay_append_only()
-- next
CREATE TRIGGER catalogue_hourly_pay_no_delete BEFORE DELETE ON catalogue_hourly_pay FOR EACH ROW EXECUTE FUNCTION catalogue_hourly_pay_append_only()
