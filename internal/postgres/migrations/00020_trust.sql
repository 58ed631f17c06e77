-- +goose Up
CREATE TABLE trust_record (
  kind    text   NOT NULL,
  name    text   NOT NULL,
  body    bytea  NOT NULL,
  updated bigint NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY (kind, name)
);
