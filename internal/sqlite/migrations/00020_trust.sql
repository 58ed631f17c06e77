-- +goose Up
CREATE TABLE trust_record (
  kind    TEXT    NOT NULL,
  name    TEXT    NOT NULL,
  body    BLOB    NOT NULL,
  updated INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE revocation (
  hash        BLOB PRIMARY KEY,
  revoked     INTEGER NOT NULL,
  valid_until INTEGER NOT NULL -- of the certificate
) STRICT, WITHOUT ROWID;
CREATE INDEX revocation_until ON revocation (valid_until);
