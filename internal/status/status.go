// Package status gives what the code of a person says: it reads the facts, asks
// the policy in force, and mints the pass. It stores nothing of the answer.
package status

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
	"healthcode/policy"
)

// Past and Future bound the timeline that a person is shown.
const (
	Past   = 30 * 24 * time.Hour
	Future = 45 * 24 * time.Hour
)

// CodeNoPolicy is the error of a jurisdiction that has no policy in force.
const CodeNoPolicy healthcode.Code = "no_policy"

// Store is what the service reads and writes.
type Store interface {
	healthcode.Ledger
	healthcode.AreaStore
	healthcode.People
	healthcode.Access
	healthcode.Relations
	healthcode.OfflineCodes
	healthcode.Devices
}

// Service answers for every jurisdiction that it has a policy of.
type Service struct {
	store    Store
	policies *policy.Set
	keys     *Keys
	sealer   healthcode.Sealer
	clock    healthcode.Clock
	limiter  *access.Limiter
	complete func(healthcode.AreaHistory) healthcode.AreaHistory

	mu      sync.Mutex
	areas   *policy.Areas
	version int64
}

// New returns a service. Complete adds what every area history knows without
// having been told, such as the names of counties.
func New(store Store, policies *policy.Set, keys *Keys, sealer healthcode.Sealer, clock healthcode.Clock, complete func(healthcode.AreaHistory) healthcode.AreaHistory) *Service {
	return &Service{store: store, policies: policies, keys: keys, sealer: sealer, clock: clock,
		limiter: access.NewLimiter(store, clock), complete: complete, version: -1}
}

// Policies returns the policies that the service knows.
func (s *Service) Policies() *policy.Set { return s.policies }

// Policy returns the policy of a jurisdiction that is in force now. CodeNotFound
// for a jurisdiction that isn't here, CodeNoPolicy for one without a policy in force.
func (s *Service) Policy(jurisdiction string) (*policy.Policy, error) {
	now := s.clock.Now()
	if p := s.policies.InForce(jurisdiction, now); p != nil {
		return p, nil
	}
	if len(s.policies.Versions(jurisdiction)) == 0 {
		return nil, healthcode.Errorf(healthcode.CodeNotFound, "jurisdiction", "这里没有这个地方的健康码。", "There is no health code for this place here.")
	}
	p, err := s.policies.Find(jurisdiction, now)
	if err != nil {
		return nil, &healthcode.Error{Code: CodeNoPolicy, Field: "jurisdiction", Err: err, Text: healthcode.Text{
			ZH: "健康码目前停用，不需要出示。", EN: "The health code is not in use now; nobody may ask you for it."}}
	}
	return p, nil
}

// Areas returns the area history as it is now: a change is in force for
// everybody in the next request, and touches no person's row.
func (s *Service) Areas(ctx context.Context) (*policy.Areas, error) {
	areas, _, err := s.areasNow(ctx)
	return areas, err
}

// areasNow also returns the version of the history.
func (s *Service) areasNow(ctx context.Context) (*policy.Areas, int64, error) {
	version, err := s.store.AreasVersion(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("reading the areas' version: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.areas != nil && s.version == version {
		return s.areas, version, nil
	}
	history, version, err := s.store.Areas(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("reading the area history: %w", err)
	}
	s.areas, s.version = policy.NewAreas(s.complete(history)), version
	return s.areas, version, nil
}

// facts may be shared with others: nothing in them is changed. What is stored in beside is there for whoever asks next, until
// the facts change; it is nil where the store keeps nothing.
func (s *Service) facts(ctx context.Context, person healthcode.PersonID) (facts []healthcode.Fact, beside *atomic.Value, err error) {
	if shared, ok := s.store.(interface {
		SharedFacts(context.Context, healthcode.PersonID) ([]healthcode.Fact, *atomic.Value, error)
	}); ok {
		facts, beside, err = shared.SharedFacts(ctx, person)
	} else {
		facts, err = s.store.Facts(ctx, person)
	}
	if err != nil {
		err = fmt.Errorf("reading the facts: %w", err)
	}
	return facts, beside, err
}

// Evaluate runs the policy in force over what is known of a person now. The facts are the caller's own.
func (s *Service) Evaluate(ctx context.Context, person healthcode.PersonID, jurisdiction string) (*policy.Policy, *policy.Evaluation, []healthcode.Fact, error) {
	p, evaluation, facts, err := s.evaluate(ctx, person, jurisdiction)
	return p, evaluation, slices.Clone(facts), err
}

// Evaluation is Evaluate for callers who don't need the facts.
func (s *Service) Evaluation(ctx context.Context, person healthcode.PersonID, jurisdiction string) (*policy.Policy, *policy.Evaluation, error) {
	p, evaluation, _, err := s.evaluate(ctx, person, jurisdiction)
	return p, evaluation, err
}

func (s *Service) evaluate(ctx context.Context, person healthcode.PersonID, jurisdiction string) (*policy.Policy, *policy.Evaluation, []healthcode.Fact, error) {
	p, err := s.Policy(jurisdiction)
	if err != nil {
		return nil, nil, nil, err
	}
	areas, err := s.Areas(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	facts, _, err := s.facts(ctx, person)
	if err != nil {
		return nil, nil, nil, err
	}
	return p, p.Evaluate(areas, facts, s.clock.Now()), facts, nil
}

// Code is what a person's own page shows.
type Code struct {
	Person   healthcode.Person
	Policy   *policy.Policy
	Areas    *policy.Areas
	Status   healthcode.Status
	Timeline []healthcode.Segment
	// Facts holds those that the status names, and Latest when each source last said something.
	Facts  map[healthcode.FactRef]healthcode.Fact
	Latest map[string]time.Time
	Pass   Pass
}

// Own returns the code of the signed-in resident. CodeNotFound: not registered in that jurisdiction.
func (s *Service) Own(ctx context.Context, a healthcode.Actor, jurisdiction string) (Code, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return Code{}, err
	}
	person, err := s.registered(ctx, a.Person, jurisdiction)
	if err != nil {
		return Code{}, err
	}
	p, evaluation, facts, err := s.evaluate(ctx, a.Person, jurisdiction)
	if err != nil {
		return Code{}, err
	}
	areas, err := s.Areas(ctx)
	if err != nil {
		return Code{}, err
	}
	now := s.clock.Now()
	c := Code{Person: person, Policy: p, Areas: areas, Status: evaluation.At(now),
		Timeline: s.policies.Timeline(jurisdiction, areas, facts, now, now.Add(-Past), now.Add(Future)),
		Facts:    make(map[healthcode.FactRef]healthcode.Fact), Latest: make(map[string]time.Time)}
	for _, f := range facts {
		c.Facts[f.Ref()] = f
		if known := f.Known(); known.After(c.Latest[f.Source]) && !known.After(now) {
			c.Latest[f.Source] = known
		}
	}
	c.Pass, err = s.mint(person, p, evaluation, false)
	return c, err
}

// registered returns a person who is enrolled in a jurisdiction. CodeNotFound.
func (s *Service) registered(ctx context.Context, id healthcode.PersonID, jurisdiction string) (healthcode.Person, error) {
	person, err := s.store.Person(ctx, id)
	if err != nil {
		return person, err
	}
	registrations, err := s.store.Registrations(ctx, id)
	if err != nil {
		return person, fmt.Errorf("reading registrations: %w", err)
	}
	for _, r := range registrations {
		if r.Jurisdiction == jurisdiction {
			return person, nil
		}
	}
	return person, healthcode.Errorf(healthcode.CodeNotFound, "jurisdiction", "您还没有申领这个地方的健康码。", "You have no code of this place yet.")
}

// Other is what somebody may see of a person they act for: never a photo, a test or a reason.
type Other struct {
	Relation healthcode.Relation
	Policy   *policy.Policy
	State    string
	Until    time.Time // zero where not known
	Name     string    // masked
	Young    bool      // so young that no face recognition may be asked for
	Pass     Pass
}

// OfRelation returns the code of the person that a relation of the actor's is
// about. The look is recorded before the answer is given.
func (s *Service) OfRelation(ctx context.Context, a healthcode.Actor, id string) (Other, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return Other{}, err
	}
	r, subject, p, err := s.related(ctx, a, id)
	if err != nil {
		return Other{}, err
	}
	now := s.clock.Now()
	if err := s.limiter.Allow(ctx, identity.ActionLookOther, map[identity.Per]string{
		identity.PerPerson: a.Person.String(), identity.PerSubject: r.Subject.String()}); err != nil {
		return Other{}, err
	}
	asker, err := s.store.Person(ctx, a.Person)
	if err != nil {
		return Other{}, err
	}
	_, evaluation, err := s.Evaluation(ctx, r.Subject, r.Jurisdiction)
	if err != nil {
		return Other{}, err
	}
	if err := s.store.PutLook(ctx, healthcode.Look{Person: r.Subject, At: now, Role: healthcode.RoleResident,
		By: mask(asker.Name), Jurisdiction: r.Jurisdiction, Purpose: "proxy", Saw: "state"}); err != nil {
		return Other{}, fmt.Errorf("recording the look: %w", err)
	}
	o := Other{Relation: r, Policy: p, Name: mask(subject.Name), Young: !subject.Birth.IsZero() &&
		identity.NoFaceCheckAge(identity.DateOf(subject.Birth), identity.DateOf(now.In(p.Location)))}
	o.State, _, o.Until = evaluation.State(now)
	o.Pass, err = s.mint(subject, p, evaluation, true)
	return o, err
}
