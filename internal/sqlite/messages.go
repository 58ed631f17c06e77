package sqlite

import (
	"context"
	"fmt"

	"healthcode"
)

// PutMessage stores a message, or the one of that id anew (its Sent, say).
func (s *Store) PutMessage(ctx context.Context, m healthcode.Message) error {
	phone, err := s.sealer.Seal([]byte(m.Phone), []byte("message.phone:"+m.ID))
	if err != nil {
		return fmt.Errorf("encrypting a message: %w", err)
	}
	body, err := s.sealer.Seal([]byte(m.Body), []byte("message.body:"+m.ID))
	if err != nil {
		return fmt.Errorf("encrypting a message: %w", err)
	}
	return s.write(ctx, "storing a message", func(t *tx) error {
		_, err := t.exec("INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?)", m.ID, phone, body, stamp(m.At), stamp(m.Sent))
		return err
	})
}

func (s *Store) scanMessage(scan scanner) (m healthcode.Message, err error) {
	var phone, body []byte
	var at, sent int64
	if err := scan(&m.ID, &phone, &body, &at, &sent); err != nil {
		return m, err
	}
	m.At, m.Sent = unstamp(at), unstamp(sent)
	if phone, err = s.sealer.Open(phone, []byte("message.phone:"+m.ID)); err != nil {
		return m, fmt.Errorf("decrypting message %s: %w", m.ID, err)
	}
	if body, err = s.sealer.Open(body, []byte("message.body:"+m.ID)); err != nil {
		return m, fmt.Errorf("decrypting message %s: %w", m.ID, err)
	}
	m.Phone, m.Body = string(phone), string(body)
	return m, nil
}

// Messages reads an index backwards.
func (s *Store) Messages(ctx context.Context, limit int) ([]healthcode.Message, error) {
	return many(ctx, s, "listing messages", s.scanMessage,
		"SELECT id, phone, body, at, sent FROM message ORDER BY at DESC, id DESC LIMIT ?", limit)
}
