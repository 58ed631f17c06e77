package resident

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"healthcode"
	"healthcode/internal/access"
)

// MaxStatement bounds a dispute's statement, in characters.
const MaxStatement = 2000

// Dispute stores a resident's "this isn't right" about one reason of their
// status, and the facts that it rests on.
func (s *Service) Dispute(ctx context.Context, a healthcode.Actor, jurisdiction, rule string, facts []healthcode.FactRef, statement string) (healthcode.Dispute, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return healthcode.Dispute{}, err
	}
	p, err := s.policies.Policy(jurisdiction)
	if err != nil {
		return healthcode.Dispute{}, err
	}
	statement = strings.TrimSpace(statement)
	switch n := utf8.RuneCountInString(statement); {
	case n == 0:
		return healthcode.Dispute{}, healthcode.Errorf(healthcode.CodeInvalid, "statement", "请写明哪里不对。", "Please write what is wrong.")
	case n > MaxStatement:
		return healthcode.Dispute{}, healthcode.Errorf(healthcode.CodeInvalid, "statement",
			fmt.Sprintf("最多 %d 字，现在 %d 字。", MaxStatement, n), "At most %d characters; there are %d.", MaxStatement, n)
	}
	known := false
	for _, r := range p.Rules {
		known = known || r.Rule == rule
	}
	if !known {
		return healthcode.Dispute{}, healthcode.Errorf(healthcode.CodeInvalid, "rule", "没有这一条原因。", "There is no such reason.")
	}
	own, err := s.store.Facts(ctx, a.Person)
	if err != nil {
		return healthcode.Dispute{}, fmt.Errorf("reading the facts: %w", err)
	}
	have := make(map[healthcode.FactRef]bool, len(own))
	for _, f := range own {
		have[f.Ref()] = true
	}
	for _, ref := range facts {
		if !have[ref] {
			return healthcode.Dispute{}, healthcode.Errorf(healthcode.CodeNotFound, "facts", "没有这条信息。", "There is no such record.")
		}
	}
	d := healthcode.Dispute{ID: newID(), Person: a.Person, Jurisdiction: jurisdiction, Rule: rule, Facts: facts,
		Statement: statement, At: s.clock.Now(), State: "received"}
	if err := s.store.PutDispute(ctx, d); err != nil {
		return d, fmt.Errorf("storing a dispute: %w", err)
	}
	return d, nil
}

// Disputes lists the resident's own disputes.
func (s *Service) Disputes(ctx context.Context, a healthcode.Actor) ([]healthcode.Dispute, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return nil, err
	}
	return s.store.DisputesOf(ctx, a.Person)
}
