package sqlite

import (
	"context"
	"time"

	"healthcode"
)

const voidOffline = "UPDATE offline_code SET void = ? WHERE person = ? AND jurisdiction = ? AND void = 0"

// PutOfflineCode voids the earlier ones in the same write.
func (s *Store) PutOfflineCode(ctx context.Context, c healthcode.OfflineCode) error {
	person, err := s.ids.must(c.Person)
	if err != nil {
		return err
	}
	return s.write(ctx, "storing an offline code", func(t *tx) error {
		t.touch(person)
		if _, err := t.exec(voidOffline, stamp(c.Issued), person, c.Jurisdiction); err != nil {
			return err
		}
		_, err := t.exec("INSERT INTO offline_code VALUES (?, ?, ?, ?, ?, ?, ?)",
			c.Token, person, c.Jurisdiction, c.Relation, stamp(c.Issued), stamp(c.Expires), stamp(c.Void))
		return noSuchPerson(err)
	})
}

const offlineColumns = "SELECT token, person, jurisdiction, relation, issued, expires, void FROM offline_code "

func (s *Store) scanOffline(scan scanner) (c healthcode.OfflineCode, err error) {
	var person, issued, expires, void int64
	if err := scan(&c.Token, &person, &c.Jurisdiction, &c.Relation, &issued, &expires, &void); err != nil {
		return c, err
	}
	c.Person, c.Issued, c.Expires, c.Void = s.ids.id(person), unstamp(issued), unstamp(expires), unstamp(void)
	return c, nil
}

// OfflineCode reads one row by its key.
func (s *Store) OfflineCode(ctx context.Context, token []byte) (healthcode.OfflineCode, error) {
	return one(ctx, s, "reading an offline code", s.scanOffline, offlineColumns+"WHERE token = ?", token)
}

// OfflineCodesOf reads a range of an index.
func (s *Store) OfflineCodesOf(ctx context.Context, id healthcode.PersonID) ([]healthcode.OfflineCode, error) {
	return many(ctx, s, "listing offline codes", s.scanOffline, offlineColumns+"WHERE person = ? ORDER BY issued, token", s.ids.orNone(id))
}

// VoidOfflineCodes changes a range of an index.
func (s *Store) VoidOfflineCodes(ctx context.Context, id healthcode.PersonID, jurisdiction string, at time.Time) (n int, err error) {
	err = s.write(ctx, "voiding offline codes", func(t *tx) error {
		t.touch(s.ids.orNone(id))
		n, err = t.change(voidOffline, stamp(at), s.ids.orNone(id), jurisdiction)
		return err
	})
	return n, err
}

// PurgeOfflineCodes works in several writes.
func (s *Store) PurgeOfflineCodes(ctx context.Context, now time.Time) (int, error) {
	return s.purge(ctx, "deleting offline codes", func(t *tx) (int, error) {
		return t.change("DELETE FROM offline_code WHERE token IN (SELECT token FROM offline_code WHERE expires <= ? LIMIT ?)", stamp(now), purgeRows)
	})
}
