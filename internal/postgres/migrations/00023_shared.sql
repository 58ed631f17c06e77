-- +goose Up
-- What every process on the database needs, and none keeps for itself.
CREATE TABLE secret (
  name    text   PRIMARY KEY,
  version bigint NOT NULL,
  value   bytea  NOT NULL -- sealed
);

-- The people about whom a feed has lately sent what raises something.
CREATE TABLE feed_seen (
  feed   text   NOT NULL,
  member bytea  NOT NULL, -- a hash
  at     bigint NOT NULL,
  PRIMARY KEY (feed, member)
);
CREATE INDEX feed_seen_at ON feed_seen (feed, at);

-- The version of the oldest program that can still work with these tables. A migration
-- that takes something away from the programs before it raises this.
CREATE TABLE schema_floor (
  one     boolean PRIMARY KEY,
  version bigint  NOT NULL
);
INSERT INTO schema_floor (one, version) VALUES (true, 23);

-- Whose a code on paper is: a door knows its token alone.
INSERT INTO owner_key (name, person_id) SELECT 'offline:' || encode(token, 'hex'), person_id FROM offline_code ON CONFLICT DO NOTHING;
