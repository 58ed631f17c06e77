-- +goose Up
CREATE TABLE offline_code (
  person_id    uuid   NOT NULL,
  token        bytea  NOT NULL, -- keyed hash
  jurisdiction text   NOT NULL,
  relation     text   NOT NULL,
  issued       bigint NOT NULL,
  expires      bigint NOT NULL,
  void         bigint NOT NULL, -- 0 while it stands
  PRIMARY KEY (person_id, token)
);
CREATE INDEX offline_code_token ON offline_code (token);
CREATE INDEX offline_code_expires ON offline_code (expires);
