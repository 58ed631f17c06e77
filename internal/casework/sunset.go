package casework

import (
	"context"
	"fmt"

	"healthcode"
	"healthcode/internal/status"
)

// sunset ends every case once no policy is in force: nothing holds anybody any more.
func (s *Cases) sunset(ctx context.Context, person healthcode.PersonID, jurisdiction string, cases []healthcode.Case) ([]healthcode.Case, error) {
	if _, err := s.status.Policy(jurisdiction); healthcode.CodeOf(err) != status.CodeNoPolicy || err == nil {
		return cases, err
	}
	now := s.clock.Now()
	var writes []healthcode.CaseWrite
	for _, c := range cases {
		if c.State != healthcode.CaseDecided {
			version := c.Version
			decide(&c, healthcode.OutcomeEnded, now)
			writes = append(writes, healthcode.CaseWrite{Case: c, Entries: []healthcode.CaseEntry{
				{ID: fmt.Sprint("decided-", version), At: now, Kind: "decided", Text: healthcode.OutcomeEnded}}})
		}
	}
	if len(writes) == 0 {
		return cases, nil
	}
	if _, err := s.store.PutCases(ctx, writes); err != nil {
		return nil, fmt.Errorf("ending cases without a policy in force: %w", err)
	}
	return s.casesOf(ctx, person, jurisdiction)
}
