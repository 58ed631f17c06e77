-- +goose Up
CREATE TABLE trust_record (
  kind    text   NOT NULL,
  name    text   NOT NULL,
  body    bytea  NOT NULL,
  updated bigint NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY (kind, name)
);
CREATE TABLE revocation (
  hash        bytea  PRIMARY KEY,
  revoked     bigint NOT NULL,
  valid_until bigint NOT NULL -- of the certificate
);
CREATE INDEX revocation_until ON revocation (valid_until);
