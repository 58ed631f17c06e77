-- +goose Up
CREATE TABLE device (
  person_id uuid   NOT NULL,
  id        bytea  NOT NULL,
  session   text   NOT NULL, -- its public id
  key       bytea  NOT NULL, -- public, P-256, compressed
  enrolled  bigint NOT NULL,
  expires   bigint NOT NULL,
  PRIMARY KEY (person_id, id),
  UNIQUE (person_id, session)
);
CREATE INDEX device_expires ON device (expires);
