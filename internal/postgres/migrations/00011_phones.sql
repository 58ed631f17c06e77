-- +goose Up
CREATE TABLE phone (
  person_id    uuid   NOT NULL,
  id           text   NOT NULL,
  bound        bigint NOT NULL,
  delete_after bigint NOT NULL,
  lost_in      text   NOT NULL, -- the jurisdiction whose officers look at a loss; '' where none waits
  lost_at      bigint NOT NULL,
  sealed       bytea  NOT NULL,
  PRIMARY KEY (person_id, id)
);
CREATE INDEX phone_delete_after ON phone (delete_after) WHERE delete_after > 0;
CREATE INDEX phone_lost ON phone (lost_in, lost_at) WHERE lost_in <> '';

CREATE TABLE trip (
  person_id uuid   PRIMARY KEY,
  expires   bigint NOT NULL,
  ready     bigint NOT NULL,
  state     text   NOT NULL -- JSON
);
CREATE INDEX trip_expires ON trip (expires);
CREATE INDEX trip_ready ON trip (person_id) WHERE ready > 0;
