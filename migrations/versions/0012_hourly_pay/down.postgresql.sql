DROP TABLE catalogue_hourly_pay
-- next
DROP FUNCTION catalogue_hourly_pay_append_only()
