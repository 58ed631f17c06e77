package sqlite

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"healthcode"
)

const messageColumns = "id, at, expires, sent, state, reason, tries, due, holder, parts"

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
	return s.write(ctx, "storing a message", func(t *tx) error {
		n, err := t.change(`INSERT INTO message (id, phone, body, at, sent, expires) VALUES (?, ?, ?, ?, 0, ?)
			ON CONFLICT DO NOTHING`, m.ID, phone, body, stamp(m.At), stamp(m.Expires))
		if err != nil || n == 0 {
			return err
		}
		return t.putDelivery(&m, 0)
	})
}

// putDelivery stores how far a message has come. refs is how many gateway's
// names it had before; each further one may have receipts waiting.
func (t *tx) putDelivery(m *healthcode.Message, refs int) error {
	added := 0
	for _, p := range m.Parts {
		added += len(p.Refs)
	}
	if added != refs {
		if err := t.putRefs(m); err != nil {
			return err
		}
	}
	parts, err := json.Marshal(m.Parts)
	if err != nil {
		return err
	}
	_, err = t.exec("UPDATE message SET sent = ?, state = ?, reason = ?, tries = ?, due = ?, holder = ?, parts = ? WHERE id = ?",
		stamp(m.Sent), m.State, m.Reason, m.Tries, stamp(m.Due), m.Holder, string(parts), m.ID)
	return err
}

func (t *tx) putRefs(m *healthcode.Message) error {
	for _, p := range m.Parts {
		for _, ref := range p.Refs {
			_, err := t.exec("INSERT OR REPLACE INTO message_ref VALUES (?, ?)", ref.Ref, m.ID)
			if err != nil {
				return err
			}
			err = t.each("DELETE FROM message_receipt WHERE ref = ? RETURNING ref, at, state, reason", []any{ref.Ref},
				func(scan scanner) error {
					r, err := scanReceipt(scan)
					if err == nil && !r.At.Before(p.Submitted) {
						m.Receive(r)
					}
					return err
				})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func scanReceipt(scan scanner) (r healthcode.MessageReceipt, err error) {
	var at int64
	err = scan(&r.Ref, &at, &r.State, &r.Reason)
	r.At = unstamp(at)
	return r, err
}

// scanDelivery reads messageColumns, and further columns into more.
func scanDelivery(scan scanner, more ...any) (m healthcode.Message, err error) {
	var at, expires, sent, due int64
	var parts []byte
	if err := scan(append([]any{&m.ID, &at, &expires, &sent, &m.State, &m.Reason, &m.Tries, &due, &m.Holder, &parts}, more...)...); err != nil {
		return m, err
	}
	m.At, m.Expires, m.Sent, m.Due = unstamp(at), unstamp(expires), unstamp(sent), unstamp(due)
	if len(parts) > 0 {
		err = json.Unmarshal(parts, &m.Parts)
	}
	return m, err
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

// Message reads one row by its key.
func (s *Store) Message(ctx context.Context, id string) (healthcode.Message, error) {
	return one(ctx, s, "reading a message", s.scanMessage, "SELECT "+messageColumns+", phone, body FROM message WHERE id = ?", id)
}

// Messages reads an index backwards.
func (s *Store) Messages(ctx context.Context, limit int) ([]healthcode.Message, error) {
	return many(ctx, s, "listing messages", s.scanMessage,
		"SELECT "+messageColumns+", phone, body FROM message ORDER BY at DESC, id DESC LIMIT ?", limit)
}

// claims reads two ranges of each of two indexes: what is due, and what is due so late that the clock was put back.
var claims = func() (queries []string) {
	for _, which := range []string{"expires > 0 AND due <= ?1", "expires > 0 AND due > ?2", "expires = 0 AND due <= ?1", "expires = 0 AND due > ?2"} {
		queries = append(queries, `UPDATE message SET holder = ?3, due = ?4 WHERE id IN (SELECT id FROM message
			WHERE state = 'queued' AND `+which+` ORDER BY due, id LIMIT ?5) RETURNING `+messageColumns+", phone, body")
	}
	return queries
}()

// ClaimMessages is a write, so that no two callers get the same message. One
// that can't be decrypted fails, so that it doesn't hold up the others.
func (s *Store) ClaimMessages(ctx context.Context, holder string, now, until time.Time, limit int) (list []healthcode.Message, err error) {
	err = s.writeRows(ctx, "claiming messages", limit, func(t *tx) error {
		for _, query := range claims {
			args := []any{stamp(now), stamp(now.Add(healthcode.MaxMessageWait)), holder, stamp(until), limit - len(list)}
			claimed, unreadable, err := s.claim(t, query, args)
			if err != nil {
				return err
			}
			list = append(list, claimed...)
			for _, id := range unreadable {
				if _, err := t.exec("UPDATE message SET state = 'failed', reason = 'unreadable', holder = '' WHERE id = ?", id); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return list, err
}

func (s *Store) claim(t *tx, query string, args []any) (claimed []healthcode.Message, unreadable []string, err error) {
	err = t.each(query, args, func(scan scanner) error {
		m, err := s.scanMessage(scan)
		switch {
		case err == nil:
			claimed = append(claimed, m)
		case m.ID == "":
			return err
		default:
			unreadable = append(unreadable, m.ID)
		}
		return nil
	})
	// RETURNING promises no order.
	slices.SortFunc(claimed, func(a, b healthcode.Message) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	return claimed, unreadable, err
}

// ChangeMessage runs change in the writer.
func (s *Store) ChangeMessage(ctx context.Context, id string, change func(*healthcode.Message) error) error {
	return s.write(ctx, "changing a message", func(t *tx) error { return t.changeMessage(id, change) })
}

func (t *tx) changeMessage(id string, change func(*healthcode.Message) error) error {
	m, found := healthcode.Message{}, false
	err := t.each("SELECT "+messageColumns+" FROM message WHERE id = ?", []any{id}, func(scan scanner) (err error) {
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
	refs := 0
	for _, p := range m.Parts {
		refs += len(p.Refs)
	}
	if err := change(&m); err != nil {
		return err
	}
	m.ID = id
	return t.putDelivery(&m, refs)
}

// PutReceipt finds the message by the gateway's name of it.
func (s *Store) PutReceipt(ctx context.Context, r healthcode.MessageReceipt) error {
	return s.write(ctx, "storing a receipt", func(t *tx) error {
		var id string
		err := t.each("SELECT message FROM message_ref WHERE ref = ?", []any{r.Ref}, func(scan scanner) error { return scan(&id) })
		if err != nil {
			return err
		}
		if id == "" {
			_, err := t.exec("INSERT OR IGNORE INTO message_receipt VALUES (?, ?, ?, ?)", r.Ref, stamp(r.At), r.State, r.Reason)
			return err
		}
		return t.changeMessage(id, func(m *healthcode.Message) error { m.Receive(r); return nil })
	})
}

// PurgeMessages works in several writes.
func (s *Store) PurgeMessages(ctx context.Context, before time.Time) (int, error) {
	if _, err := s.purge(ctx, "deleting receipts", func(t *tx) (int, error) {
		return t.change(`DELETE FROM message_receipt WHERE (ref, at, state) IN
			(SELECT ref, at, state FROM message_receipt WHERE at < ? LIMIT ?)`, stamp(before), purgeRows)
	}); err != nil {
		return 0, err
	}
	return s.purge(ctx, "deleting messages", func(t *tx) (int, error) {
		return t.change("DELETE FROM message WHERE id IN (SELECT id FROM message WHERE at < ? LIMIT ?)", stamp(before), purgeRows)
	})
}
