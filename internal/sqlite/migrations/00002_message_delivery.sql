-- +goose Up
ALTER TABLE message ADD COLUMN expires INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN state   TEXT    NOT NULL DEFAULT 'queued';
ALTER TABLE message ADD COLUMN reason  TEXT    NOT NULL DEFAULT '';
ALTER TABLE message ADD COLUMN tries   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN due     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN holder  TEXT    NOT NULL DEFAULT '';
ALTER TABLE message ADD COLUMN parts   TEXT    NOT NULL DEFAULT ''; -- JSON
CREATE INDEX message_due_soon ON message (due, id) WHERE state = 'queued' AND expires > 0;
CREATE INDEX message_due ON message (due, id) WHERE state = 'queued' AND expires = 0;

-- The message that was last given a gateway's name.
CREATE TABLE message_ref (
  ref     TEXT PRIMARY KEY,
  message TEXT NOT NULL REFERENCES message ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX message_ref_message ON message_ref (message);

-- Receipts that came before a message had their name.
CREATE TABLE message_receipt (
  ref    TEXT    NOT NULL,
  at     INTEGER NOT NULL,
  state  TEXT    NOT NULL,
  reason TEXT    NOT NULL,
  PRIMARY KEY (ref, at, state)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_receipt_at ON message_receipt (at);
