-- +goose Up
CREATE TABLE change (
  id           TEXT PRIMARY KEY,
  person       INTEGER NOT NULL REFERENCES person,
  jurisdiction TEXT NOT NULL,
  office       TEXT NOT NULL,
  venue        TEXT NOT NULL,
  fact         TEXT NOT NULL, -- JSON
  ground       TEXT NOT NULL,
  evidence     BLOB NOT NULL, -- sealed
  case_id      TEXT NOT NULL,
  by           TEXT NOT NULL,
  at           INTEGER NOT NULL,
  salt         BLOB NOT NULL,
  state        TEXT NOT NULL,
  agreed       TEXT NOT NULL,
  decided      INTEGER NOT NULL,
  why          BLOB NOT NULL, -- sealed
  log_index    INTEGER NOT NULL -- -1: not in the log yet
) STRICT, WITHOUT ROWID;
CREATE INDEX change_state ON change (jurisdiction, state, decided);
CREATE INDEX change_person ON change (person);
CREATE INDEX change_applied ON change (id) WHERE state = 'applied';
CREATE INDEX change_to_log ON change (decided, id) WHERE state = 'applied' AND log_index < 0;

CREATE TABLE alarm (
  id           TEXT PRIMARY KEY,
  jurisdiction TEXT NOT NULL,
  kind         TEXT NOT NULL,
  key          TEXT NOT NULL,
  by           TEXT NOT NULL, -- JSON
  n            INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  released     INTEGER NOT NULL,
  released_by  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alarm_jurisdiction ON alarm (jurisdiction, at);
