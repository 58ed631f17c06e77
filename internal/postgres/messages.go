package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

const deliveryColumns = "id, at, expires, sent, state, reason, tries, due, holder, parts"

const insertMessage = `INSERT INTO message (id, phone, body, at, expires, sent, state, reason, tries, due, holder, parts)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`

// PutMessage seals phone and body.
func (s *Store) PutMessage(ctx context.Context, m healthcode.Message) error {
	phone, err := s.sealer.Seal([]byte(m.Phone), []byte("message.phone:"+m.ID))
	if err != nil {
		return fmt.Errorf("encrypting a message: %w", err)
	}
	body, err := s.sealer.Seal([]byte(m.Body), []byte("message.body:"+m.ID))
	if err != nil {
		return fmt.Errorf("encrypting a message: %w", err)
	}
	if m.State == "" {
		m.State = healthcode.MessageQueued
	}
	if m.Due.IsZero() {
		m.Due = m.At
	}
	parts, err := json.Marshal(m.Parts)
	if err != nil {
		return err
	}
	return s.write(ctx, "storing a message", func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, insertMessage, m.ID, phone, body, stamp(m.At), stamp(m.Expires), stamp(m.Sent), string(m.State), m.Reason,
			m.Tries, stamp(m.Due), m.Holder, string(parts))
		if err != nil || tag.RowsAffected() == 0 || len(refsOf(&m)) == 0 {
			return err
		}
		m := copyParts(m)
		return putDelivery(ctx, tx, &m, nil)
	})
}

// copyParts lets what receipts say of m leave the caller's alone.
func copyParts(m healthcode.Message) healthcode.Message {
	m.Parts = slices.Clone(m.Parts)
	for i := range m.Parts {
		m.Parts[i].Refs = slices.Clone(m.Parts[i].Refs)
	}
	return m
}

// scanDelivery reads deliveryColumns, and further columns into more.
func scanDelivery(scan scanner, more ...any) (m healthcode.Message, err error) {
	var at, expires, sent, due int64
	var parts []byte
	if err := scan(append([]any{&m.ID, &at, &expires, &sent, &m.State, &m.Reason, &m.Tries, &due, &m.Holder, &parts}, more...)...); err != nil {
		return m, err
	}
	m.At, m.Expires, m.Sent, m.Due = unstamp(at), unstamp(expires), unstamp(sent), unstamp(due)
	return m, json.Unmarshal(parts, &m.Parts)
}

func (s *Store) scanMessage(scan scanner) (healthcode.Message, error) {
	var phone, body []byte
	m, err := scanDelivery(scan, &phone, &body)
	if err != nil {
		return m, err
	}
	if phone, err = s.sealer.Open(phone, []byte("message.phone:"+m.ID)); err != nil {
		return m, fmt.Errorf("decrypting message %s: %w", m.ID, err)
	}
	if body, err = s.sealer.Open(body, []byte("message.body:"+m.ID)); err != nil {
		return m, fmt.Errorf("decrypting message %s: %w", m.ID, err)
	}
	m.Phone, m.Body = string(phone), string(body)
	return m, nil
}

const selectMessage = "SELECT " + deliveryColumns + ", phone, body FROM message WHERE id = $1"

// Message reads one row by its key.
func (s *Store) Message(ctx context.Context, id string) (healthcode.Message, error) {
	return one(ctx, s, "reading a message", s.scanMessage, selectMessage, id)
}

// Messages reads an index backwards, on every shard.
func (s *Store) Messages(ctx context.Context, limit int) ([]healthcode.Message, error) {
	return many(ctx, s, "listing messages", s.scanMessage,
		"SELECT "+deliveryColumns+", phone, body FROM message ORDER BY at DESC, id DESC LIMIT $1", limit)
}

// ChangeMessage holds the message's row while change runs.
func (s *Store) ChangeMessage(ctx context.Context, id string, change func(*healthcode.Message) error) error {
	return s.write(ctx, "changing a message", func(tx pgx.Tx) error { return changeMessage(ctx, tx, id, change) })
}

const lockMessage = "SELECT " + deliveryColumns + " FROM message WHERE id = $1 FOR UPDATE"

func changeMessage(ctx context.Context, tx pgx.Tx, id string, change func(*healthcode.Message) error) error {
	m, found := healthcode.Message{}, false
	err := eachRow(ctx, tx, lockMessage, []any{id}, func(scan scanner) (err error) {
		found = true
		m, err = scanDelivery(scan)
		return err
	})
	if err != nil {
		return err
	}
	if !found {
		return notFound("", "没有这条短信", "there is no such message")
	}
	before := refsOf(&m)
	if err := change(&m); err != nil {
		return err
	}
	m.ID = id
	return putDelivery(ctx, tx, &m, before)
}

// putDelivery stores how far a message has come. Before are the gateway's names that it had; each
// further one may have receipts waiting.
func putDelivery(ctx context.Context, tx pgx.Tx, m *healthcode.Message, before []string) error {
	if err := putRefs(ctx, tx, m, before); err != nil {
		return err
	}
	parts, err := json.Marshal(m.Parts)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE message SET sent = $2, state = $3, reason = $4, tries = $5, due = $6, holder = $7, parts = $8 WHERE id = $1",
		m.ID, stamp(m.Sent), string(m.State), m.Reason, m.Tries, stamp(m.Due), m.Holder, string(parts))
	return err
}
