package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"healthcode"
	"healthcode/internal/status"
	"healthcode/policy"
)

// picture is a person as the policy sees them now, and their cases.
type picture struct {
	person healthcode.PersonID
	policy *policy.Policy
	facts  map[healthcode.FactRef]healthcode.Fact
	where  string
	raised map[string][]healthcode.FactRef // what each open hold and each colour's rule rests on
	needs  []string                        // those of raised that only a person can end
	cases  []healthcode.Case               // of the jurisdiction
	now    time.Time
}

// look draws the picture. ok is false where no policy is in force, or the one in force opens no cases.
func (s *Cases) look(ctx context.Context, person healthcode.PersonID, jurisdiction string) (v picture, ok bool, err error) {
	p, evaluation, facts, err := s.status.Evaluate(ctx, person, jurisdiction)
	if healthcode.CodeOf(err) == status.CodeNoPolicy && err != nil {
		return v, false, nil
	}
	if err != nil || !p.Casework.Any() {
		return v, false, err
	}
	v = picture{person: person, policy: p, facts: map[healthcode.FactRef]healthcode.Fact{},
		raised: map[string][]healthcode.FactRef{}, now: s.clock.Now()}
	for _, f := range facts {
		v.facts[f.Ref()] = f
	}
	v.where = p.Whereabouts(facts, v.now)
	v.read(evaluation.At(v.now), facts)
	return v, true, nil
}

// read notes what is raised, and what needs a person.
func (v *picture) read(st healthcode.Status, facts []healthcode.Fact) {
	need := func(subject string) {
		if !slices.Contains(v.needs, subject) {
			v.needs = append(v.needs, subject)
		}
	}
	for _, h := range st.Holds {
		for _, r := range h.Reasons {
			v.raised[h.Hold] = append(v.raised[h.Hold], r.Facts...)
			if r.Until == nil && slices.Contains(v.policy.Casework.Opens, v.policy.WaitsFor(r.Rule)) {
				need(h.Hold)
			}
		}
	}
	over := observed(facts, v.now)
	for _, r := range st.Reasons {
		v.raised[r.Rule] = append(v.raised[r.Rule], r.Facts...)
		if r.Until == nil && over && slices.Contains(v.policy.Casework.Opens, r.Ends) {
			need(r.Rule)
		}
	}
}

// observed reports whether an observation is over and nobody has verified it: then an office owes the verification.
func observed(facts []healthcode.Fact, now time.Time) bool {
	return slices.ContainsFunc(facts, func(f healthcode.Fact) bool {
		return f.Kind == healthcode.KindQuarantine && !f.Verified && (f.Completed || !f.To.IsZero() && !f.To.After(now))
	})
}

// known is when the latest of some facts became known.
func (v *picture) known(refs []healthcode.FactRef) (latest time.Time) {
	for _, ref := range refs {
		if f, ok := v.facts[ref]; ok && f.Known().After(latest) {
			latest = f.Known()
		}
	}
	return latest
}

// of returns the open case about a subject, or else the last decided one, and how many there are.
func (v *picture) of(subject string) (c healthcode.Case, n int) {
	for _, o := range v.cases {
		if o.Subject == subject {
			n = max(n, o.Episode)
			if o.Episode == n {
				c = o
			}
		}
	}
	return c, n
}

// fresh returns those facts that belong to no case of the subject yet and became known after every decided one was.
func (v *picture) fresh(subject string, refs []healthcode.FactRef) []healthcode.FactRef {
	return slices.DeleteFunc(slices.Clone(refs), func(ref healthcode.FactRef) bool {
		f := v.facts[ref]
		return slices.ContainsFunc(v.cases, func(c healthcode.Case) bool {
			return c.Subject == subject && (slices.Contains(c.Facts, ref) || c.State == healthcode.CaseDecided && !f.Known().After(c.Covers))
		})
	})
}

// newCase returns a case that isn't stored yet.
func (v *picture) newCase(jurisdiction, subject, origin string, episode int, refs []healthcode.FactRef) healthcode.Case {
	c := healthcode.Case{ID: newID(), Person: v.person, Jurisdiction: jurisdiction, Subject: subject, Episode: episode, Origin: origin,
		Facts: refs, Covers: v.known(refs), Opened: v.now}
	route(&c, v.policy, v.where, policy.Stays[0])
	start(&c, v.policy, v.now)
	return c
}

// Refresh brings the cases of a person up to date with what is known: it opens those that are needed, adds new facts to open ones,
// and ends those whose hold or colour has ended. It returns the cases of the jurisdiction. Doing it twice changes nothing.
func (s *Cases) Refresh(ctx context.Context, person healthcode.PersonID, jurisdiction string) ([]healthcode.Case, error) {
	v, ok, err := s.look(ctx, person, jurisdiction)
	if err != nil {
		return nil, fmt.Errorf("looking for cases: %w", err)
	}
	return s.refresh(ctx, v, ok, jurisdiction, person)
}

func (s *Cases) refresh(ctx context.Context, v picture, ok bool, jurisdiction string, person healthcode.PersonID) ([]healthcode.Case, error) {
	if ok {
		cleared, err := s.clearAgain(ctx, v, jurisdiction)
		if err != nil {
			return nil, err
		}
		if cleared {
			if v, ok, err = s.look(ctx, person, jurisdiction); err != nil {
				return nil, fmt.Errorf("looking for cases: %w", err)
			}
		}
	}
	var err error
	for range maxTries {
		if v.cases, err = s.casesOf(ctx, person, jurisdiction); err != nil {
			return v.cases, err
		}
		if !ok {
			return s.sunset(ctx, person, jurisdiction, v.cases)
		}
		writes, err := s.due(ctx, &v, jurisdiction)
		if err != nil || len(writes) == 0 {
			return v.cases, err
		}
		outcomes, err := s.store.PutCases(ctx, writes)
		if err != nil {
			return nil, fmt.Errorf("storing cases: %w", err)
		}
		for i, w := range writes {
			if outcomes[i] == healthcode.Stored {
				s.log.InfoContext(ctx, "case", "case", w.Case.ID, "jurisdiction", jurisdiction, "subject", w.Case.Subject,
					"episode", w.Case.Episode, "state", w.Case.State, "outcome", w.Case.Outcome)
			}
		}
		if err := s.answerDisputes(ctx, person, jurisdiction, writes, outcomes); err != nil {
			return nil, err
		}
	}
	return s.casesOf(ctx, person, jurisdiction)
}

// maxTries bounds how often a refresh begins anew because others changed the same cases.
const maxTries = 5

func (s *Cases) casesOf(ctx context.Context, person healthcode.PersonID, jurisdiction string) ([]healthcode.Case, error) {
	all, err := s.store.CasesOf(ctx, person)
	if err != nil {
		return nil, fmt.Errorf("reading cases: %w", err)
	}
	return slices.DeleteFunc(all, func(c healthcode.Case) bool { return c.Jurisdiction != jurisdiction }), nil
}

// due lists what has to be written for the cases to fit the picture.
func (s *Cases) due(ctx context.Context, v *picture, jurisdiction string) ([]healthcode.CaseWrite, error) {
	writes := map[string]*healthcode.CaseWrite{}
	for _, subject := range v.needs {
		v.openFor(writes, jurisdiction, subject)
	}
	if err := s.takeDisputes(ctx, v, writes, jurisdiction); err != nil {
		return nil, err
	}
	for _, c := range v.cases {
		if c.State == healthcode.CaseDecided {
			continue
		}
		if err := s.follow(ctx, v, writes, c); err != nil {
			return nil, err
		}
	}
	var list []healthcode.CaseWrite
	for _, w := range writes {
		list = append(list, *w)
	}
	return list, nil
}

// openFor opens a case about a subject, or adds new facts to the open one.
func (v *picture) openFor(writes map[string]*healthcode.CaseWrite, jurisdiction, subject string) {
	refs := v.raised[subject]
	c, n := v.of(subject)
	fresh := v.fresh(subject, refs)
	switch {
	case n > 0 && len(fresh) == 0 && (c.State != healthcode.CaseDecided || c.Outcome == healthcode.OutcomeUpheld || c.Since.After(v.now)):
	case n > 0 && len(fresh) == 0:
		// What it was about is open again though nobody decided so, as after a clock was put right: nobody waits without a case.
		v.again(writes, &c, refs)
	case n > 0 && c.State != healthcode.CaseDecided:
		c.Facts = append(slices.Clone(c.Facts), fresh...)
		c.Covers = v.known(c.Facts)
		writes[subject] = &healthcode.CaseWrite{Case: c, Entries: []healthcode.CaseEntry{
			{ID: "facts-" + fmt.Sprint(c.Version), At: v.now, Kind: "facts", Text: fmt.Sprint(len(fresh))}}}
	default:
		c = v.newCase(jurisdiction, subject, healthcode.OriginHold, n+1, refs)
		writes[subject] = &healthcode.CaseWrite{Case: c, Entries: []healthcode.CaseEntry{{ID: "opened", At: v.now, Kind: "opened", Text: c.Origin}}}
	}
}

// stands reports whether what a case is about still holds.
func (v *picture) stands(c healthcode.Case) bool {
	if c.Origin != healthcode.OriginEssential {
		_, raised := v.raised[c.Subject]
		return raised
	}
	for subject := range v.raised {
		if kind, ok := v.policy.HoldOf(subject); ok && kind.Essential {
			return true
		}
	}
	return false
}

// again begins a decided case anew.
func (v *picture) again(writes map[string]*healthcode.CaseWrite, c *healthcode.Case, refs []healthcode.FactRef) {
	e := v.reopen(c)
	c.Facts = slices.Clone(c.Facts)
	for _, ref := range refs {
		if !slices.Contains(c.Facts, ref) {
			c.Facts = append(c.Facts, ref)
		}
	}
	c.Covers = v.known(c.Facts)
	writes[c.Subject] = &healthcode.CaseWrite{Case: *c, Entries: []healthcode.CaseEntry{e}}
}

// follow ends a case whose hold or colour has ended, and sends one back whose change was refused.
func (s *Cases) follow(ctx context.Context, v *picture, writes map[string]*healthcode.CaseWrite, c healthcode.Case) error {
	raised := v.stands(c)
	if raised && len(c.Changes) == 0 || !raised && c.Origin == healthcode.OriginWorkOrder && len(c.Changes) == 0 {
		return nil
	}
	changes, err := s.changesOf(ctx, c)
	if err != nil {
		return err
	}
	outcome, refused, waiting := healthcode.OutcomeEnded, false, []string(nil)
	for _, ch := range changes {
		switch {
		case ch.State == healthcode.ChangeProposed:
			waiting = append(waiting, ch.ID)
		case ch.State == healthcode.ChangeRefused:
			refused = refused || slices.Contains(c.Changes, ch.ID)
		case ch.Fact.Kind == healthcode.KindLift && ch.By == healthcode.SystemOfficer:
			outcome = healthcode.OutcomeSuspended
		case ch.Fact.Kind == healthcode.KindLift:
			outcome = healthcode.OutcomeLifted
		case ch.Fact.Kind == healthcode.KindRetraction:
			outcome = healthcode.OutcomeRetracted
		}
	}
	switch {
	case !raised && (c.Origin != healthcode.OriginWorkOrder || outcome != healthcode.OutcomeEnded):
		version := c.Version
		decide(&c, outcome, v.now)
		writes[c.Subject] = &healthcode.CaseWrite{Case: c, Entries: []healthcode.CaseEntry{
			{ID: fmt.Sprint("decided-", version), At: v.now, Kind: "decided", Text: outcome}}}
	case len(waiting) < len(c.Changes) && writes[c.Subject] == nil:
		e := healthcode.CaseEntry{ID: fmt.Sprint("answered-", c.Version), At: v.now, Kind: "agreed"}
		if refused {
			e.Kind = "refused"
		}
		if c.Changes = waiting; len(waiting) == 0 {
			enter(&c, healthcode.CaseAssigned, v.policy, v.now)
		}
		writes[c.Subject] = &healthcode.CaseWrite{Case: c, Entries: []healthcode.CaseEntry{e}}
	}
	return nil
}
