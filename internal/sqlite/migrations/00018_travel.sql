-- +goose Up
CREATE TABLE travel_certificate (
  id           TEXT    PRIMARY KEY,
  person       INTEGER NOT NULL REFERENCES person,
  jurisdiction TEXT    NOT NULL,
  issued       INTEGER NOT NULL,
  expires      INTEGER NOT NULL,
  ended        INTEGER NOT NULL, -- 0 while it stands
  waiting      INTEGER NOT NULL, -- 1 while somebody proposes to revoke it
  data         BLOB    NOT NULL  -- sealed
) STRICT, WITHOUT ROWID;
CREATE INDEX travel_certificate_person ON travel_certificate (person, issued);
CREATE INDEX travel_certificate_waiting ON travel_certificate (jurisdiction, issued) WHERE waiting = 1;
CREATE INDEX travel_certificate_ended ON travel_certificate (expires) WHERE ended > 0;
CREATE INDEX travel_certificate_expires ON travel_certificate (expires);

CREATE TABLE travel_link (
  id      TEXT    PRIMARY KEY,
  person  INTEGER NOT NULL REFERENCES person,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  data    BLOB    NOT NULL -- sealed
) STRICT, WITHOUT ROWID;
CREATE INDEX travel_link_person ON travel_link (person, created);
CREATE INDEX travel_link_expires ON travel_link (expires);
