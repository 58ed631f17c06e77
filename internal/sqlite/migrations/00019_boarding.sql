-- +goose Up
CREATE TABLE application (
  id           TEXT    PRIMARY KEY,
  person       INTEGER NOT NULL REFERENCES person,
  mission      TEXT    NOT NULL,
  state        TEXT    NOT NULL,
  officer      TEXT    NOT NULL,
  opened       INTEGER NOT NULL,
  due          INTEGER NOT NULL, -- 0 unless it waits
  delete_after INTEGER NOT NULL,
  version      INTEGER NOT NULL,
  body         BLOB    NOT NULL -- sealed
) STRICT, WITHOUT ROWID;
CREATE INDEX application_person ON application (person, opened, id);
CREATE INDEX application_queue ON application (mission, state, due, id);
CREATE INDEX application_end ON application (delete_after);

CREATE TABLE application_paper (
  id           TEXT    PRIMARY KEY,
  application  TEXT    NOT NULL,
  person       INTEGER NOT NULL REFERENCES person,
  delete_after INTEGER NOT NULL,
  data         BLOB    NOT NULL -- sealed
) STRICT;
CREATE INDEX application_paper_of ON application_paper (application);
CREATE INDEX application_paper_end ON application_paper (delete_after);

CREATE TABLE boarding_statement (
  id          TEXT    PRIMARY KEY,
  application TEXT    NOT NULL,
  person      INTEGER NOT NULL REFERENCES person,
  issued      INTEGER NOT NULL,
  expires     INTEGER NOT NULL,
  revoked     INTEGER NOT NULL -- 0 while it stands
) STRICT, WITHOUT ROWID;
CREATE INDEX boarding_statement_of ON boarding_statement (application);
CREATE INDEX boarding_statement_revoked ON boarding_statement (expires) WHERE revoked > 0;
