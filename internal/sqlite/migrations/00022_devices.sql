-- +goose Up
CREATE TABLE device (
  person   INTEGER NOT NULL REFERENCES person,
  id       BLOB    NOT NULL,
  session  TEXT    NOT NULL, -- its public id
  key      BLOB    NOT NULL, -- public, P-256, compressed
  enrolled INTEGER NOT NULL,
  expires  INTEGER NOT NULL,
  PRIMARY KEY (person, id),
  UNIQUE (person, session)
) STRICT, WITHOUT ROWID;
CREATE INDEX device_expires ON device (expires);
