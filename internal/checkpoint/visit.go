package checkpoint

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"healthcode"
	"healthcode/policy"
)

// record writes the look and the visit before the answer is given. Whoever was
// let in was there: that is a fact with the venue as its source, which ends with
// its retention. H is nil where no code was shown, and where none is used, as in
// a hospital: then nothing is recorded of any person.
func (s *Service) record(ctx context.Context, a healthcode.Actor, v healthcode.Venue, p *policy.Policy, h *holder, answer Answer) error {
	visit := healthcode.Visit{Venue: v.ID, At: answer.At, Decision: string(answer.Decision.Decision), State: answer.State,
		DeleteAfter: answer.At.Add(time.Duration(p.Retention.Visits) * 24 * time.Hour)}
	if h == nil {
		return s.store.PutVisit(ctx, visit, nil)
	}
	visit.Person = h.person
	look := healthcode.Look{Person: h.person, At: answer.At, Role: a.Role, By: a.Staff,
		Jurisdiction: v.Jurisdiction, Venue: v.ID, Purpose: "scan", Saw: "state"}
	var fact *healthcode.PersonFact
	if d := answer.Decision.Decision; d == policy.Admit || d == policy.Advisory {
		sum := sha256.Sum256([]byte(h.visit))
		fact = &healthcode.PersonFact{Person: h.person, DeleteAfter: visit.DeleteAfter, Fact: healthcode.Fact{
			ID: hex.EncodeToString(sum[:12]), Source: "venue:" + v.ID, Kind: healthcode.KindStay, Area: v.Area,
			Evidence: "venue", From: h.shown, To: h.shown, Recorded: answer.At}}
	}
	if err := s.store.PutScan(ctx, look, visit, fact); err != nil {
		return fmt.Errorf("recording the look and the visit: %w", err)
	}
	return nil
}
