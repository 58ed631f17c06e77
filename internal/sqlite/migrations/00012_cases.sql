-- +goose Up
-- One episode of a person. What is searched for has a column; data is the whole case, as JSON.
CREATE TABLE case_file (
  id           TEXT PRIMARY KEY,
  person       INTEGER NOT NULL REFERENCES person,
  jurisdiction TEXT    NOT NULL,
  subject      TEXT    NOT NULL,
  episode      INTEGER NOT NULL,
  state        TEXT    NOT NULL,
  office       TEXT    NOT NULL,
  officer      TEXT    NOT NULL,
  opened       INTEGER NOT NULL,
  due          INTEGER NOT NULL,
  wake         INTEGER NOT NULL, -- 0 once decided
  version      INTEGER NOT NULL,
  data         TEXT    NOT NULL,
  UNIQUE (person, jurisdiction, subject, episode)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_queue ON case_file (jurisdiction, state, due, id);
CREATE INDEX case_wake ON case_file (wake, id) WHERE wake > 0;

CREATE TABLE case_entry (
  case_id TEXT    NOT NULL REFERENCES case_file (id),
  n       INTEGER NOT NULL,
  id      TEXT    NOT NULL,
  at      INTEGER NOT NULL,
  role    TEXT    NOT NULL,
  by      TEXT    NOT NULL,
  kind    TEXT    NOT NULL,
  text    BLOB    NOT NULL, -- sealed
  PRIMARY KEY (case_id, n),
  UNIQUE (case_id, id)
) STRICT, WITHOUT ROWID;

-- Who has a task that one process at a time may do.
CREATE TABLE task (
  name   TEXT PRIMARY KEY,
  holder TEXT    NOT NULL,
  until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
