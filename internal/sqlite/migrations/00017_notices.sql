-- +goose Up
CREATE TABLE notice_watch (
  person       INTEGER NOT NULL REFERENCES person,
  jurisdiction TEXT    NOT NULL,
  wake         INTEGER NOT NULL, -- 0: nothing is due by the clock alone
  version      INTEGER NOT NULL,
  data         TEXT    NOT NULL, -- healthcode.Watch
  PRIMARY KEY (person, jurisdiction)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_watch_wake ON notice_watch (wake) WHERE wake > 0;

CREATE TABLE notice (
  person       INTEGER NOT NULL REFERENCES person,
  id           TEXT    NOT NULL,
  jurisdiction TEXT    NOT NULL,
  at           INTEGER NOT NULL,
  sealed       BLOB    NOT NULL,
  read         INTEGER NOT NULL, -- 0: not yet
  push         INTEGER NOT NULL, -- 0: not, or no more
  tries        INTEGER NOT NULL,
  PRIMARY KEY (person, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_push ON notice (push) WHERE push > 0;
CREATE INDEX notice_at ON notice (at);

CREATE TABLE notice_setting (
  person       INTEGER NOT NULL REFERENCES person,
  jurisdiction TEXT    NOT NULL,
  messages     TEXT    NOT NULL,
  push         INTEGER NOT NULL,
  PRIMARY KEY (person, jurisdiction)
) STRICT, WITHOUT ROWID;

CREATE TABLE notice_sweep (
  jurisdiction TEXT    PRIMARY KEY,
  mark         TEXT    NOT NULL,
  after        INTEGER NOT NULL, -- the last person of the page before
  done         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE phone_key (
  hash   BLOB    NOT NULL, -- keyed
  person INTEGER NOT NULL REFERENCES person,
  PRIMARY KEY (hash, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX phone_key_person ON phone_key (person);

CREATE TABLE bulletin (
  id           TEXT    PRIMARY KEY,
  jurisdiction TEXT    NOT NULL,
  starts       INTEGER NOT NULL,
  data         TEXT    NOT NULL -- healthcode.Bulletin
) STRICT, WITHOUT ROWID;
CREATE INDEX bulletin_jurisdiction ON bulletin (jurisdiction, starts);

CREATE TABLE test_site (
  jurisdiction TEXT NOT NULL,
  area         TEXT NOT NULL,
  id           TEXT NOT NULL,
  data         TEXT NOT NULL, -- healthcode.TestSite
  PRIMARY KEY (jurisdiction, area, id)
) STRICT, WITHOUT ROWID;
