-- Times are nanoseconds since 1970 in UTC; 0 is absent. Sealed columns are
-- encrypted by the vault. A key that is a uuid is 16 bytes of a keyed hash.
--
-- Every table is made so that Citus can spread it: each unique key holds the
-- column by which its table is distributed (distribute.go), and no table
-- references another, since a reference across nodes can't be kept. Persons
-- are never deleted, so a writer that has seen the person needs no reference.

-- +goose Up

-- Reference tables: small, and the same on every node.

CREATE TABLE setting (
  name  text  PRIMARY KEY,
  value bytea NOT NULL -- sealed
);

CREATE TABLE county (
  code text  PRIMARY KEY,
  data bytea NOT NULL -- JSON, whose dates keep their offset
);

-- When a list of areas was looked at: a county that it didn't name then was low.
CREATE TABLE area_look (at bigint PRIMARY KEY);

CREATE TABLE area_version (
  one     boolean PRIMARY KEY,
  version bigint  NOT NULL
);
INSERT INTO area_version (one, version) VALUES (true, 0);

CREATE TABLE staff (
  name          text    PRIMARY KEY,
  role          text    NOT NULL,
  jurisdiction  text    NOT NULL,
  venue         text    NOT NULL,
  source        text    NOT NULL,
  password_hash text    NOT NULL,
  token_hash    bytea   UNIQUE,
  disabled      boolean NOT NULL
);
CREATE INDEX staff_jurisdiction ON staff (jurisdiction, name);

CREATE TABLE venue (
  id           text PRIMARY KEY,
  jurisdiction text NOT NULL,
  kind         text NOT NULL,
  name_zh      text NOT NULL,
  name_en      text NOT NULL,
  area         text NOT NULL
);
CREATE INDEX venue_jurisdiction ON venue (jurisdiction, id);

-- What a person owns, spread by person_id and side by side.

CREATE TABLE person (
  person_id  uuid     PRIMARY KEY,
  documents  bytea    NOT NULL, -- sealed
  profile    bytea,             -- sealed; NULL where only a feed has named the person
  identity   smallint NOT NULL,
  registered bigint   NOT NULL
);

CREATE TABLE person_past (
  person_id  uuid     NOT NULL,
  n          int      NOT NULL,
  profile    bytea, -- sealed
  identity   smallint NOT NULL,
  changed_by text     NOT NULL,
  changed    bigint   NOT NULL,
  PRIMARY KEY (person_id, n)
);

CREATE TABLE registration (
  person_id    uuid   NOT NULL,
  jurisdiction text   NOT NULL,
  declaration  text   NOT NULL,
  language     text   NOT NULL,
  channel      text   NOT NULL,
  at           bigint NOT NULL,
  PRIMARY KEY (person_id, jurisdiction, declaration)
);
CREATE INDEX registration_jurisdiction ON registration (jurisdiction, person_id);

CREATE TABLE fact (
  person_id    uuid   NOT NULL,
  key          uuid   NOT NULL, -- of source and id
  delete_after bigint NOT NULL,
  data         bytea  NOT NULL, -- factcode.go
  PRIMARY KEY (person_id, key)
);
CREATE INDEX fact_end ON fact (delete_after) WHERE delete_after > 0;

CREATE TABLE look (
  person_id    uuid   NOT NULL,
  at           bigint NOT NULL,
  n            int    NOT NULL,
  role         text   NOT NULL,
  by           text   NOT NULL,
  jurisdiction text   NOT NULL,
  venue        text   NOT NULL,
  purpose      text   NOT NULL,
  saw          text   NOT NULL,
  PRIMARY KEY (person_id, at, n)
);
CREATE INDEX look_jurisdiction ON look (jurisdiction, at);

-- A relation as each of its two persons lists it. The relation itself is below.
CREATE TABLE person_relation (
  person_id uuid NOT NULL,
  id        text NOT NULL,
  PRIMARY KEY (person_id, id)
);

CREATE TABLE dispute (
  person_id    uuid   NOT NULL,
  id           text   NOT NULL,
  jurisdiction text   NOT NULL,
  rule         text   NOT NULL,
  facts        text   NOT NULL, -- JSON
  statement    bytea  NOT NULL, -- sealed
  at           bigint NOT NULL,
  state        text   NOT NULL,
  PRIMARY KEY (person_id, id)
);
CREATE INDEX dispute_jurisdiction ON dispute (jurisdiction, at, id);

CREATE TABLE photo (
  person_id    uuid   NOT NULL,
  id           text   NOT NULL,
  jurisdiction text   NOT NULL,
  type         text   NOT NULL,
  uploaded     bigint NOT NULL,
  delete_after bigint NOT NULL,
  state        text   NOT NULL,
  reviewed_by  text   NOT NULL,
  reviewed     bigint NOT NULL,
  PRIMARY KEY (person_id, id)
);
CREATE INDEX photo_waiting ON photo (jurisdiction, uploaded, id) WHERE state = 'waiting';

CREATE TABLE photo_data (
  person_id    uuid   NOT NULL,
  id           text   NOT NULL,
  delete_after bigint NOT NULL,
  data         bytea  NOT NULL, -- sealed
  PRIMARY KEY (person_id, id)
);
ALTER TABLE photo_data ALTER COLUMN data SET STORAGE EXTERNAL; -- what is encrypted can't be compressed
CREATE INDEX photo_data_end ON photo_data (delete_after) WHERE delete_after > 0;

-- Where to look: each is spread by what it is found by.

CREATE TABLE document_key (
  key       uuid PRIMARY KEY, -- of type, country and number
  person_id uuid NOT NULL
);

CREATE TABLE fact_key (
  key       uuid PRIMARY KEY, -- of source and id
  person_id uuid NOT NULL
);

-- Where a large batch of keys waits for being told from those that are taken.
CREATE UNLOGGED TABLE key_stage (
  key       uuid NOT NULL,
  person_id uuid NOT NULL,
  batch     uuid NOT NULL
);
CREATE INDEX key_stage_batch ON key_stage (batch);

-- Whose dispute or photo an id names.
CREATE TABLE owner_key (
  name      text PRIMARY KEY,
  person_id uuid NOT NULL
);

CREATE TABLE relation (
  id           text   PRIMARY KEY,
  asker        uuid   NOT NULL,
  subject      uuid   NOT NULL,
  jurisdiction text   NOT NULL,
  kind         text   NOT NULL,
  state        text   NOT NULL,
  asked        bigint NOT NULL,
  changed      bigint NOT NULL
);

-- The whole session, so that a request finds out who asks with one read.
CREATE TABLE session (
  token_hash bytea  PRIMARY KEY,
  id         text   NOT NULL,
  person_id  uuid,
  staff      text   NOT NULL,
  device     text   NOT NULL,
  created    bigint NOT NULL,
  seen       bigint NOT NULL,
  expires    bigint NOT NULL
);
CREATE INDEX session_expires ON session (expires);

-- A session by its public id: whose it is, and its token.
CREATE TABLE session_key (
  id         text   PRIMARY KEY,
  token_hash bytea  NOT NULL,
  owner      uuid   NOT NULL,
  expires    bigint NOT NULL
);
CREATE INDEX session_key_expires ON session_key (expires);

-- The sessions of a person, or of a member of staff, whose owner is a hash of the name.
CREATE TABLE session_owner (
  owner      uuid   NOT NULL,
  id         text   NOT NULL,
  token_hash bytea  NOT NULL,
  expires    bigint NOT NULL,
  PRIMARY KEY (owner, id)
);
CREATE INDEX session_owner_expires ON session_owner (expires);

CREATE TABLE code (
  key     text   PRIMARY KEY,
  hash    bytea  NOT NULL,
  sent    bigint NOT NULL,
  expires bigint NOT NULL,
  tries   int    NOT NULL
);
CREATE INDEX code_expires ON code (expires);

CREATE TABLE counter (
  key   text   NOT NULL,
  start bigint NOT NULL,
  n     int    NOT NULL,
  PRIMARY KEY (key, start)
) WITH (fillfactor = 80);
CREATE INDEX counter_start ON counter (start);

CREATE TABLE visit (
  venue        text   NOT NULL,
  at           bigint NOT NULL,
  n            int    NOT NULL,
  person_id    uuid,
  decision     text   NOT NULL,
  state        text   NOT NULL,
  delete_after bigint NOT NULL,
  PRIMARY KEY (venue, at, n)
);
CREATE INDEX visit_end ON visit (delete_after) WHERE delete_after > 0;

CREATE TABLE message (
  id      text   PRIMARY KEY,
  phone   bytea  NOT NULL, -- sealed
  body    bytea  NOT NULL, -- sealed
  at      bigint NOT NULL,
  expires bigint NOT NULL,
  sent    bigint NOT NULL,
  state   text   NOT NULL,
  reason  text   NOT NULL,
  tries   int    NOT NULL,
  due     bigint NOT NULL,
  holder  text   NOT NULL,
  parts   text   NOT NULL -- JSON
);
CREATE INDEX message_at ON message (at, id);
CREATE INDEX message_due_soon ON message (due, id) WHERE state = 'queued' AND expires > 0;
CREATE INDEX message_due ON message (due, id) WHERE state = 'queued' AND expires = 0;

-- The message that was last given a gateway's name; NULL while only receipts have named it.
CREATE TABLE message_ref (
  ref      text   PRIMARY KEY,
  message  text,
  receipts jsonb, -- those that came before a message had the name
  at       bigint NOT NULL
);
CREATE INDEX message_ref_at ON message_ref (at) WHERE message IS NULL;
