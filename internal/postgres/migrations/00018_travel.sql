-- +goose Up
CREATE TABLE travel_certificate (
  person_id    uuid   NOT NULL,
  id           text   COLLATE "C" NOT NULL,
  jurisdiction text   NOT NULL,
  issued       bigint NOT NULL,
  expires      bigint NOT NULL,
  ended        bigint NOT NULL, -- 0 while it stands
  waiting      boolean NOT NULL, -- while somebody proposes to revoke it
  data         bytea  NOT NULL, -- sealed
  PRIMARY KEY (person_id, id)
);
CREATE INDEX travel_certificate_id ON travel_certificate (id) WHERE ended = 0;
CREATE INDEX travel_certificate_waiting ON travel_certificate (jurisdiction, issued) WHERE waiting;
CREATE INDEX travel_certificate_ended ON travel_certificate (expires) WHERE ended > 0;
CREATE INDEX travel_certificate_expires ON travel_certificate (expires);

CREATE TABLE travel_link (
  person_id uuid   NOT NULL,
  id        text   COLLATE "C" NOT NULL,
  created   bigint NOT NULL,
  expires   bigint NOT NULL,
  data      bytea  NOT NULL, -- sealed
  PRIMARY KEY (person_id, id)
);
CREATE INDEX travel_link_expires ON travel_link (expires);
