-- +goose Up
-- One episode of a person. What is searched for has a column; data is the whole case, as JSON.
CREATE TABLE case_file (
  person_id    uuid   NOT NULL,
  id           text   NOT NULL,
  jurisdiction text   NOT NULL,
  subject      text   NOT NULL,
  episode      int    NOT NULL,
  state        text   NOT NULL,
  office       text   NOT NULL,
  officer      text   NOT NULL,
  opened       bigint NOT NULL,
  due          bigint NOT NULL,
  wake         bigint NOT NULL, -- 0 once decided
  version      int    NOT NULL,
  data         text   NOT NULL,
  PRIMARY KEY (person_id, id),
  UNIQUE (person_id, jurisdiction, subject, episode)
);
CREATE INDEX case_queue ON case_file (jurisdiction, state, due, id);
CREATE INDEX case_wake ON case_file (wake, id) WHERE wake > 0;

CREATE TABLE case_entry (
  person_id uuid   NOT NULL,
  case_id   text   NOT NULL,
  n         int    NOT NULL,
  id        text   NOT NULL,
  at        bigint NOT NULL,
  role      text   NOT NULL,
  by        text   NOT NULL,
  kind      text   NOT NULL,
  text      bytea  NOT NULL, -- sealed
  PRIMARY KEY (person_id, case_id, n),
  UNIQUE (person_id, case_id, id)
);

-- Who has a task that one process at a time may do.
CREATE TABLE task (
  name   text   PRIMARY KEY,
  holder text   NOT NULL,
  until  bigint NOT NULL
);
