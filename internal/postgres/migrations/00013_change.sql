-- +goose Up
CREATE TABLE change (
  person_id    uuid   NOT NULL,
  id           text   NOT NULL,
  jurisdiction text   NOT NULL,
  office       text   NOT NULL,
  venue        text   NOT NULL,
  fact         text   NOT NULL, -- JSON
  ground       text   NOT NULL,
  evidence     bytea  NOT NULL, -- sealed
  case_id      text   NOT NULL,
  by           text   NOT NULL,
  at           bigint NOT NULL,
  salt         bytea  NOT NULL,
  state        text   NOT NULL,
  agreed       text   NOT NULL,
  decided      bigint NOT NULL,
  why          bytea  NOT NULL, -- sealed
  log_index    bigint NOT NULL, -- -1: not in the log yet
  PRIMARY KEY (person_id, id)
);
CREATE INDEX change_state ON change (jurisdiction, state, decided);
CREATE INDEX change_applied ON change (id) WHERE state = 'applied';
CREATE INDEX change_to_log ON change (decided, id) WHERE state = 'applied' AND log_index < 0;

CREATE TABLE alarm (
  id           text   PRIMARY KEY,
  jurisdiction text   NOT NULL,
  kind         text   NOT NULL,
  key          text   NOT NULL,
  by           text   NOT NULL, -- JSON
  n            bigint NOT NULL,
  at           bigint NOT NULL,
  released     bigint NOT NULL,
  released_by  text   NOT NULL
);
CREATE INDEX alarm_jurisdiction ON alarm (jurisdiction, at);
