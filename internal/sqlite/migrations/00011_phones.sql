-- +goose Up
CREATE TABLE phone (
  person       INTEGER NOT NULL REFERENCES person,
  id           TEXT NOT NULL UNIQUE,
  bound        INTEGER NOT NULL,
  delete_after INTEGER NOT NULL,
  lost_in      TEXT NOT NULL,    -- the jurisdiction whose officers look at a loss; '' where none waits
  lost_at      INTEGER NOT NULL,
  sealed       BLOB NOT NULL,
  PRIMARY KEY (person, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX phone_delete_after ON phone (delete_after) WHERE delete_after > 0;
CREATE INDEX phone_lost ON phone (lost_in, lost_at) WHERE lost_in <> '';

CREATE TABLE trip (
  person  INTEGER PRIMARY KEY REFERENCES person,
  expires INTEGER NOT NULL,
  ready   INTEGER NOT NULL,
  state   TEXT NOT NULL -- JSON
) STRICT;
CREATE INDEX trip_expires ON trip (expires);
CREATE INDEX trip_ready ON trip (person) WHERE ready > 0;
