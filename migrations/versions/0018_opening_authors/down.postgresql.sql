DROP TABLE lot_opening_author
-- next
DROP FUNCTION lot_opening_author_append_only()
