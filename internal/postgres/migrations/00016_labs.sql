-- +goose Up
CREATE TABLE lab (
  id           text    PRIMARY KEY,
  jurisdiction text    NOT NULL,
  version      integer NOT NULL,
  data         text    NOT NULL -- JSON
);
CREATE INDEX lab_jurisdiction ON lab (jurisdiction, id);

CREATE TABLE sample (
  person_id   uuid    NOT NULL,
  lab         text    NOT NULL,
  analyte     text    NOT NULL,
  source      text    NOT NULL, -- of the fact
  id          text    NOT NULL, -- of the fact
  result      text    NOT NULL,
  taken       bigint  NOT NULL,
  number      text    NOT NULL,
  also        text    NOT NULL, -- JSON; '' = none
  uploaded    bigint  NOT NULL, -- 0: not by the laboratory
  provisional bigint  NOT NULL, -- until then; 0 = for good
  expired     integer NOT NULL, -- 1: its fact is being taken back
  PRIMARY KEY (person_id, lab, analyte, source, id)
);
CREATE INDEX sample_uploaded ON sample (lab, uploaded) WHERE uploaded > 0;
CREATE INDEX sample_provisional ON sample (provisional) WHERE provisional > 0;
CREATE INDEX sample_taken ON sample (taken);

CREATE TABLE lab_query (
  person_id uuid   NOT NULL,
  id        text   NOT NULL,
  lab       text   NOT NULL,
  asked     bigint NOT NULL,
  state     text   NOT NULL,
  wake      bigint NOT NULL, -- 0 = not any more
  data      text   NOT NULL, -- JSON
  PRIMARY KEY (person_id, id)
);
CREATE INDEX lab_query_lab ON lab_query (lab, state, asked);
CREATE INDEX lab_query_wake ON lab_query (wake) WHERE state = 'open' AND wake > 0;
CREATE INDEX lab_query_asked ON lab_query (asked);
