-- +goose Up
CREATE TABLE offline_code (
  token        BLOB PRIMARY KEY, -- keyed hash
  person       INTEGER NOT NULL REFERENCES person,
  jurisdiction TEXT    NOT NULL,
  relation     TEXT    NOT NULL,
  issued       INTEGER NOT NULL,
  expires      INTEGER NOT NULL,
  void         INTEGER NOT NULL -- 0 while it stands
) STRICT, WITHOUT ROWID;
CREATE INDEX offline_code_person ON offline_code (person, issued);
CREATE INDEX offline_code_expires ON offline_code (expires);
