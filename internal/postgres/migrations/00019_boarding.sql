-- +goose Up
CREATE TABLE application (
  person_id    uuid    NOT NULL,
  id           text    NOT NULL,
  mission      text    NOT NULL,
  state        text    NOT NULL,
  officer      text    NOT NULL,
  opened       bigint  NOT NULL,
  due          bigint  NOT NULL, -- 0 unless it waits
  delete_after bigint  NOT NULL,
  version      integer NOT NULL,
  body         bytea   NOT NULL, -- sealed
  PRIMARY KEY (person_id, id)
);
CREATE INDEX application_id ON application (id);
CREATE INDEX application_queue ON application (mission, state, due, id);
CREATE INDEX application_end ON application (delete_after);

CREATE TABLE application_paper (
  person_id    uuid   NOT NULL,
  id           text   NOT NULL,
  application  text   NOT NULL,
  delete_after bigint NOT NULL,
  data         bytea  NOT NULL, -- sealed
  PRIMARY KEY (person_id, id)
);
CREATE INDEX application_paper_id ON application_paper (id);
CREATE INDEX application_paper_end ON application_paper (delete_after);

CREATE TABLE boarding_statement (
  person_id   uuid   NOT NULL,
  id          text   NOT NULL,
  application text   NOT NULL,
  issued      bigint NOT NULL,
  expires     bigint NOT NULL,
  revoked     bigint NOT NULL, -- 0 while it stands
  PRIMARY KEY (person_id, id)
);
CREATE INDEX boarding_statement_id ON boarding_statement (id);
CREATE INDEX boarding_statement_revoked ON boarding_statement (expires) WHERE revoked > 0;
