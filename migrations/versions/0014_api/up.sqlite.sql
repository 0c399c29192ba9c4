CREATE TABLE api_token (
	id VARCHAR(40) NOT NULL, 
	token_hash VARCHAR(64) NOT NULL, 
	user_id VARCHAR(40) NOT NULL, 
	organisation_id VARCHAR(40) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	may_write BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	CONSTRAINT pk_api_token PRIMARY KEY (id), 
	CONSTRAINT ck_api_token_ends_after_begin CHECK (expires_at > created_at), 
	CONSTRAINT uq_api_token_token_hash UNIQUE (token_hash), 
	CONSTRAINT fk_api_token_user_id FOREIGN KEY(user_id) REFERENCES account_user (id), 
	CONSTRAINT fk_api_token_organisation_id FOREIGN KEY(organisation_id) REFERENCES account_organisation (id)
)
-- next
CREATE INDEX ix_api_token_user_id ON api_token (user_id)
-- next
CREATE TABLE api_answer (
	id VARCHAR(40) NOT NULL, 
	token_id VARCHAR(40) NOT NULL, 
	"key" VARCHAR(40) NOT NULL, 
	request_sha256 VARCHAR(64) NOT NULL, 
	status INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_api_answer PRIMARY KEY (id), 
	CONSTRAINT uq_api_answer_token_id_key UNIQUE (token_id, "key"), 
	CONSTRAINT fk_api_answer_token_id FOREIGN KEY(token_id) REFERENCES api_token (id)
)
-- next
CREATE INDEX ix_api_answer_created_at ON api_answer (created_at)
