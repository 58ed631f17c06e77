package postgres

import (
	"context"
	"fmt"

	"healthcode"
)

// PutStaff replaces the account of that name. CodeConflict: the token is another's.
func (s *Store) PutStaff(ctx context.Context, m healthcode.Staff) error {
	const doing = "storing an account"
	var token []byte // NULL keeps accounts without one out of the unique key
	if len(m.TokenHash) > 0 {
		token = m.TokenHash
	}
	defer s.changedOwner(healthcode.PersonID{})
	_, err := s.exec(ctx, doing, `INSERT INTO staff (name, role, jurisdiction, venue, source, password_hash, token_hash, disabled)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (name) DO UPDATE SET role = excluded.role, jurisdiction = excluded.jurisdiction,
		venue = excluded.venue, source = excluded.source, password_hash = excluded.password_hash, token_hash = excluded.token_hash,
		disabled = excluded.disabled`,
		m.Name, string(m.Role), m.Jurisdiction, m.Venue, m.Source, m.PasswordHash, token, m.Disabled)
	if taken(err, "staff_token_hash_key") {
		return fmt.Errorf("%s: %w", doing,
			healthcode.Errorf(healthcode.CodeConflict, "token", "该令牌已被使用", "the token belongs to another account"))
	}
	return err
}

const staffColumns = "SELECT name, role, jurisdiction, venue, source, password_hash, token_hash, disabled FROM staff "

const (
	selectStaffByName  = staffColumns + "WHERE name = $1"
	selectStaffByToken = staffColumns + "WHERE token_hash = $1"
)

func scanStaff(scan scanner) (m healthcode.Staff, err error) {
	err = scan(&m.Name, &m.Role, &m.Jurisdiction, &m.Venue, &m.Source, &m.PasswordHash, &m.TokenHash, &m.Disabled)
	return m, err
}

// StaffByName reads one row.
func (s *Store) StaffByName(ctx context.Context, name string) (healthcode.Staff, error) {
	return one(ctx, s, "reading an account", scanStaff, selectStaffByName, name)
}

// StaffByToken reads one row through the unique key.
func (s *Store) StaffByToken(ctx context.Context, hash []byte) (healthcode.Staff, error) {
	return one(ctx, s, "finding an account", scanStaff, selectStaffByToken, hash)
}

// StaffOf lists by name.
func (s *Store) StaffOf(ctx context.Context, jurisdiction string) ([]healthcode.Staff, error) {
	return many(ctx, s, "listing accounts", scanStaff, staffColumns+`WHERE jurisdiction = $1 ORDER BY name`, jurisdiction)
}
