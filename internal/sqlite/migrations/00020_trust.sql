-- +goose Up
CREATE TABLE trust_record (
  kind    TEXT    NOT NULL,
  name    TEXT    NOT NULL,
  body    BLOB    NOT NULL,
  updated INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;
