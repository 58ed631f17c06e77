-- +goose Up
-- What every process on the database needs, and none keeps for itself.
CREATE TABLE secret (
  name    TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  value   BLOB    NOT NULL -- sealed
) STRICT, WITHOUT ROWID;

-- The people about whom a feed has lately sent what raises something.
CREATE TABLE feed_seen (
  feed   TEXT    NOT NULL,
  member BLOB    NOT NULL, -- a hash
  at     INTEGER NOT NULL,
  PRIMARY KEY (feed, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_seen_at ON feed_seen (feed, at);

-- The version of the oldest program that can still work with these tables. A migration
-- that takes something away from the programs before it raises this.
CREATE TABLE schema_floor (
  one     INTEGER PRIMARY KEY,
  version INTEGER NOT NULL
) STRICT;
INSERT INTO schema_floor (one, version) VALUES (1, 23);
