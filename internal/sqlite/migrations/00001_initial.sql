-- Times are nanoseconds since 1970 in UTC; 0 is absent. Sealed columns are
-- encrypted by the vault. A person is a number here; the id that the rest of
-- the program sees is that number, encrypted (personid.go).

-- +goose Up
CREATE TABLE setting (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE total (
  name TEXT PRIMARY KEY,
  n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO total VALUES ('persons', 0), ('facts', 0), ('areas', 0);

CREATE TABLE person (
  person     INTEGER PRIMARY KEY,
  documents  BLOB NOT NULL, -- sealed
  profile    BLOB,          -- sealed; NULL where only a feed has named the person
  identity   INTEGER NOT NULL,
  registered INTEGER NOT NULL
) STRICT;

-- One row for each document: the top bits of its keyed hash, then the person.
CREATE TABLE document_key (key INTEGER PRIMARY KEY) STRICT;

CREATE TABLE person_past (
  person     INTEGER NOT NULL REFERENCES person,
  n          INTEGER NOT NULL,
  profile    BLOB, -- sealed
  identity   INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  changed    INTEGER NOT NULL,
  PRIMARY KEY (person, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE registration (
  person       INTEGER NOT NULL REFERENCES person,
  jurisdiction TEXT NOT NULL,
  declaration  TEXT NOT NULL,
  language     TEXT NOT NULL,
  channel      TEXT NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (person, jurisdiction, declaration)
) STRICT, WITHOUT ROWID;
CREATE INDEX registration_jurisdiction ON registration (jurisdiction, person);

CREATE TABLE source (
  code INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE fact (
  person INTEGER NOT NULL REFERENCES person,
  n      INTEGER NOT NULL,
  data   BLOB NOT NULL, -- factcode.go
  PRIMARY KEY (person, n)
) STRICT, WITHOUT ROWID;

-- One row for each fact: the top bits of a hash of source and id, then the person.
CREATE TABLE fact_key (key INTEGER PRIMARY KEY) STRICT;

CREATE TABLE fact_end (
  delete_after INTEGER NOT NULL,
  person       INTEGER NOT NULL,
  n            INTEGER NOT NULL,
  PRIMARY KEY (delete_after, person, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE county (
  code TEXT PRIMARY KEY,
  data BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- When a list of areas was looked at: a county that it didn't name then was low.
CREATE TABLE area_look (at INTEGER PRIMARY KEY) STRICT;

CREATE TABLE staff (
  name          TEXT PRIMARY KEY,
  role          TEXT NOT NULL,
  jurisdiction  TEXT NOT NULL,
  venue         TEXT NOT NULL,
  source        TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  token_hash    BLOB UNIQUE,
  disabled      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_jurisdiction ON staff (jurisdiction);

CREATE TABLE session (
  id         TEXT PRIMARY KEY,
  token_hash BLOB NOT NULL UNIQUE,
  person     INTEGER REFERENCES person,
  staff      TEXT,
  device     TEXT NOT NULL,
  created    INTEGER NOT NULL,
  seen       INTEGER NOT NULL,
  expires    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_person ON session (person) WHERE person IS NOT NULL;
CREATE INDEX session_staff ON session (staff) WHERE staff IS NOT NULL;
CREATE INDEX session_expires ON session (expires);

CREATE TABLE code (
  key     TEXT PRIMARY KEY,
  hash    BLOB NOT NULL,
  sent    INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  tries   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX code_expires ON code (expires);

CREATE TABLE counter (
  key   TEXT NOT NULL,
  start INTEGER NOT NULL,
  n     INTEGER NOT NULL,
  PRIMARY KEY (key, start)
) STRICT, WITHOUT ROWID;
CREATE INDEX counter_start ON counter (start);

CREATE TABLE look (
  person       INTEGER NOT NULL REFERENCES person,
  at           INTEGER NOT NULL,
  n            INTEGER NOT NULL,
  role         TEXT NOT NULL,
  by           TEXT NOT NULL,
  jurisdiction TEXT NOT NULL,
  venue        TEXT NOT NULL,
  purpose      TEXT NOT NULL,
  saw          TEXT NOT NULL,
  PRIMARY KEY (person, at, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX look_jurisdiction ON look (jurisdiction, at);

CREATE TABLE relation (
  asker        INTEGER NOT NULL REFERENCES person,
  id           TEXT NOT NULL UNIQUE,
  subject      INTEGER NOT NULL REFERENCES person,
  jurisdiction TEXT NOT NULL,
  kind         TEXT NOT NULL,
  state        TEXT NOT NULL,
  asked        INTEGER NOT NULL,
  changed      INTEGER NOT NULL,
  PRIMARY KEY (asker, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX relation_subject ON relation (subject);

CREATE TABLE dispute (
  person       INTEGER NOT NULL REFERENCES person,
  id           TEXT NOT NULL UNIQUE,
  jurisdiction TEXT NOT NULL,
  rule         TEXT NOT NULL,
  facts        TEXT NOT NULL, -- JSON
  statement    BLOB NOT NULL, -- sealed
  at           INTEGER NOT NULL,
  state        TEXT NOT NULL,
  PRIMARY KEY (person, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dispute_jurisdiction ON dispute (jurisdiction, at);

CREATE TABLE photo (
  person       INTEGER NOT NULL REFERENCES person,
  id           TEXT NOT NULL UNIQUE,
  jurisdiction TEXT NOT NULL,
  type         TEXT NOT NULL,
  uploaded     INTEGER NOT NULL,
  delete_after INTEGER NOT NULL,
  state        TEXT NOT NULL,
  reviewed_by  TEXT NOT NULL,
  reviewed     INTEGER NOT NULL,
  PRIMARY KEY (person, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX photo_state ON photo (jurisdiction, state, uploaded);

-- Apart, so that lists don't walk over megabytes.
CREATE TABLE photo_data (
  id           TEXT PRIMARY KEY REFERENCES photo (id),
  delete_after INTEGER NOT NULL,
  data         BLOB NOT NULL -- sealed
) STRICT;
CREATE INDEX photo_data_end ON photo_data (delete_after) WHERE delete_after > 0;

CREATE TABLE venue (
  id           TEXT PRIMARY KEY,
  jurisdiction TEXT NOT NULL,
  kind         TEXT NOT NULL,
  name_zh      TEXT NOT NULL,
  name_en      TEXT NOT NULL,
  area         TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX venue_jurisdiction ON venue (jurisdiction);

CREATE TABLE visit (
  venue        TEXT NOT NULL,
  at           INTEGER NOT NULL,
  n            INTEGER NOT NULL,
  person       INTEGER REFERENCES person,
  decision     TEXT NOT NULL,
  state        TEXT NOT NULL,
  delete_after INTEGER NOT NULL,
  PRIMARY KEY (venue, at, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX visit_end ON visit (delete_after) WHERE delete_after > 0;

CREATE TABLE message (
  id    TEXT PRIMARY KEY,
  phone BLOB NOT NULL, -- sealed
  body  BLOB NOT NULL, -- sealed
  at    INTEGER NOT NULL,
  sent  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX message_at ON message (at);
