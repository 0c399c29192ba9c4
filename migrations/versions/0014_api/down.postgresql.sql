DROP TABLE api_answer
-- next
DROP TABLE api_token
