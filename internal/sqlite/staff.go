package sqlite

import (
	"context"

	"healthcode"
)

// PutStaff replaces the account of that name. CodeConflict: the token is another's.
func (s *Store) PutStaff(ctx context.Context, m healthcode.Staff) error {
	return s.write(ctx, "storing an account", func(t *tx) error {
		t.staff = true
		_, err := t.exec(`INSERT INTO staff VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (name) DO UPDATE SET
			role = ?2, jurisdiction = ?3, venue = ?4, source = ?5, password_hash = ?6, token_hash = ?7, disabled = ?8`,
			m.Name, m.Role, m.Jurisdiction, m.Venue, m.Source, m.PasswordHash, orNull(m.TokenHash), m.Disabled)
		if taken(err) {
			return healthcode.Errorf(healthcode.CodeConflict, "token", "该令牌已被使用", "the token belongs to another account")
		}
		return err
	})
}

// orNull keeps accounts without a token out of the unique index.
func orNull(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

const staffColumns = "SELECT name, role, jurisdiction, venue, source, password_hash, token_hash, disabled FROM staff "

func scanStaff(scan scanner) (m healthcode.Staff, err error) {
	err = scan(&m.Name, &m.Role, &m.Jurisdiction, &m.Venue, &m.Source, &m.PasswordHash, &m.TokenHash, &m.Disabled)
	return m, err
}

// StaffByName reads one row.
func (s *Store) StaffByName(ctx context.Context, name string) (healthcode.Staff, error) {
	return one(ctx, s, "reading an account", scanStaff, staffColumns+"WHERE name = ?", name)
}

// StaffByToken reads one row through the unique index.
func (s *Store) StaffByToken(ctx context.Context, hash []byte) (healthcode.Staff, error) {
	return one(ctx, s, "finding an account", scanStaff, staffColumns+"WHERE token_hash = ?", hash)
}

// StaffOf lists by name.
func (s *Store) StaffOf(ctx context.Context, jurisdiction string) ([]healthcode.Staff, error) {
	return many(ctx, s, "listing accounts", scanStaff, staffColumns+"WHERE jurisdiction = ? ORDER BY name", jurisdiction)
}
