-- +goose Up
CREATE TABLE lab (
  id           TEXT PRIMARY KEY,
  jurisdiction TEXT    NOT NULL,
  version      INTEGER NOT NULL,
  data         TEXT    NOT NULL -- JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX lab_jurisdiction ON lab (jurisdiction, id);

CREATE TABLE sample (
  person      INTEGER NOT NULL REFERENCES person,
  lab         TEXT    NOT NULL,
  analyte     TEXT    NOT NULL,
  source      TEXT    NOT NULL, -- of the fact
  id          TEXT    NOT NULL, -- of the fact
  result      TEXT    NOT NULL,
  taken       INTEGER NOT NULL,
  number      TEXT    NOT NULL,
  also        TEXT    NOT NULL, -- JSON; '' = none
  uploaded    INTEGER NOT NULL, -- 0: not by the laboratory
  provisional INTEGER NOT NULL, -- until then; 0 = for good
  expired     INTEGER NOT NULL, -- 1: its fact is being taken back
  PRIMARY KEY (person, lab, analyte, source, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sample_uploaded ON sample (lab, uploaded) WHERE uploaded > 0;
CREATE INDEX sample_provisional ON sample (provisional) WHERE provisional > 0;
CREATE INDEX sample_taken ON sample (taken);

CREATE TABLE lab_query (
  id     TEXT PRIMARY KEY,
  person INTEGER NOT NULL REFERENCES person,
  lab    TEXT    NOT NULL,
  asked  INTEGER NOT NULL,
  state  TEXT    NOT NULL,
  wake   INTEGER NOT NULL, -- 0 = not any more
  data   TEXT    NOT NULL  -- JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX lab_query_person ON lab_query (person, asked);
CREATE INDEX lab_query_lab ON lab_query (lab, state, asked);
CREATE INDEX lab_query_wake ON lab_query (wake) WHERE state = 'open' AND wake > 0;
CREATE INDEX lab_query_asked ON lab_query (asked);
