-- +goose Up
CREATE TABLE notice_watch (
  person_id    uuid   NOT NULL,
  jurisdiction text   NOT NULL,
  wake         bigint NOT NULL, -- 0: nothing is due by the clock alone
  version      bigint NOT NULL,
  data         text   NOT NULL, -- healthcode.Watch
  PRIMARY KEY (person_id, jurisdiction)
);
CREATE INDEX notice_watch_wake ON notice_watch (wake) WHERE wake > 0;

CREATE TABLE notice (
  person_id    uuid   NOT NULL,
  id           text   NOT NULL,
  jurisdiction text   NOT NULL,
  at           bigint NOT NULL,
  sealed       bytea  NOT NULL,
  read         bigint NOT NULL, -- 0: not yet
  push         bigint NOT NULL, -- 0: not, or no more
  tries        bigint NOT NULL,
  PRIMARY KEY (person_id, id)
);
CREATE INDEX notice_push ON notice (push) WHERE push > 0;
CREATE INDEX notice_at ON notice (at);

CREATE TABLE notice_setting (
  person_id    uuid    NOT NULL,
  jurisdiction text    NOT NULL,
  messages     text    NOT NULL,
  push         boolean NOT NULL,
  PRIMARY KEY (person_id, jurisdiction)
);

CREATE TABLE notice_sweep (
  jurisdiction text    PRIMARY KEY,
  mark         text    NOT NULL,
  after        uuid    NOT NULL, -- the last person of the page before
  done         boolean NOT NULL
);

CREATE TABLE phone_key (
  hash      uuid NOT NULL, -- keyed
  person_id uuid NOT NULL,
  PRIMARY KEY (hash, person_id)
);

CREATE TABLE bulletin (
  id           text   PRIMARY KEY,
  jurisdiction text   NOT NULL,
  starts       bigint NOT NULL,
  data         text   NOT NULL -- healthcode.Bulletin
);
CREATE INDEX bulletin_jurisdiction ON bulletin (jurisdiction, starts);

CREATE TABLE test_site (
  jurisdiction text NOT NULL,
  area         text NOT NULL,
  id           text NOT NULL,
  data         text NOT NULL, -- healthcode.TestSite
  PRIMARY KEY (jurisdiction, area, id)
);
