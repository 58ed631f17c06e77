package access

import (
	"context"
	"fmt"

	"healthcode"
)

// ResetStaff gives an account a new password or, where it is a machine's, a new API token, and signs it out
// everywhere. The secret can't be read again. A closed account stays closed. CodeNotFound, also for an account of
// another jurisdiction.
func (s *Admin) ResetStaff(ctx context.Context, a healthcode.Actor, name string) (healthcode.Staff, string, error) {
	if err := Require(a, healthcode.RoleAdministrator); err != nil {
		return healthcode.Staff{}, "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.store.StaffByName(ctx, name)
	if err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
		return healthcode.Staff{}, "", fmt.Errorf("reading an account: %w", err)
	}
	if err != nil || m.Jurisdiction != a.Jurisdiction {
		return healthcode.Staff{}, "", healthcode.Errorf(healthcode.CodeNotFound, "name", "没有这个账号。", "There is no such account.")
	}
	var secret string
	if len(m.TokenHash) > 0 {
		secret, m.TokenHash = NewToken()
	} else {
		secret = random(15)
		m.PasswordHash = HashPassword(secret)
	}
	if err := s.store.PutStaff(ctx, m); err != nil {
		return healthcode.Staff{}, "", fmt.Errorf("resetting an account: %w", err)
	}
	if err := s.store.DeleteSessions(ctx, healthcode.PersonID{}, name); err != nil {
		return healthcode.Staff{}, "", fmt.Errorf("signing an account out: %w", err)
	}
	return m, secret, nil
}
