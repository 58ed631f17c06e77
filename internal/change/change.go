// Package change is how an officer changes what a code says: for one of the listed health grounds, with the agreement of
// a second officer, with a notice to the person, and with an entry in the transparency
// log. Too many changes by one officer, on one ground or from one place stop until a third person agrees.
package change

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/status"
)

// The error codes of this package.
const (
	CodeNoGround   healthcode.Code = "no_such_ground" // not one of [Grounds], or not for this kind of fact
	CodeSameHand   healthcode.Code = "second_officer" // who proposes can't agree
	CodeStopped    healthcode.Code = "stopped"        // too many; a third person must agree
	CodeThirdHand  healthcode.Code = "third_person"   // who has taken part can't release the alarm
	maxEvidence                    = 4000             // bytes
	maxName                        = 80
	proposalsAsked                 = 200
)

// Store is what the service reads and writes.
type Store interface {
	healthcode.Changes
	healthcode.Ledger
	healthcode.People
	healthcode.Access
	healthcode.Messages
	healthcode.Feeds
}

// Service makes changes. Everything is limited to the actor's jurisdiction, and every look is recorded.
type Service struct {
	store  Store
	status *status.Service
	clock  healthcode.Clock
	log    *slog.Logger
	limits Limits
	// Wake is called after each change, so that its log entry needn't wait. May be nil.
	Wake func()
	// Raised is called for each alarm. May be nil.
	Raised func(kind string)
	// Applied is called at least once after each change, until it returns no error. May be nil.
	Applied func(context.Context, healthcode.Change) error

	mu sync.Mutex // between counting what was changed and changing one more
}

// New returns a service.
func New(store Store, status *status.Service, clock healthcode.Clock, log *slog.Logger, limits Limits) *Service {
	return &Service{store: store, status: status, clock: clock, log: log, limits: limits}
}

// Officers are those who may propose, agree and refuse.
var Officers = []healthcode.Role{healthcode.RoleCaseworker, healthcode.RoleAuthority}

// Proposal is a change to make. Of Fact only what it says is needed: its id, source and
// recorded are set here, and of a lift or retraction also reason and by.
type Proposal struct {
	Person       healthcode.PersonID
	Jurisdiction string
	Office       string // "" = the jurisdiction
	Venue        string // where all of it began, or ""
	Fact         healthcode.Fact
	Ground       Ground
	Evidence     string // what was seen, and where it is
	CaseID       string
}

// Propose stores a change that waits for a second officer. CodeInvalid names the field; CodeNoGround; CodeNotFound for a
// person who isn't of the jurisdiction; CodeConflict: the same is proposed already.
func (s *Service) Propose(ctx context.Context, a healthcode.Actor, p Proposal) (healthcode.Change, error) {
	if err := access.RequireIn(a, p.Jurisdiction, Officers...); err != nil {
		return healthcode.Change{}, err
	}
	if strings.TrimSpace(p.Evidence) == "" {
		return healthcode.Change{}, healthcode.Errorf(healthcode.CodeInvalid, "evidence", "请写明依据。", "Say what shows it.")
	}
	return s.propose(ctx, p, a.Staff)
}

func (s *Service) propose(ctx context.Context, p Proposal, by string) (healthcode.Change, error) {
	c, err := s.check(ctx, p, by)
	if err != nil {
		return c, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	others, err := s.store.ChangesOf(ctx, p.Person)
	if err != nil {
		return c, err
	}
	for _, o := range others {
		if o.State == healthcode.ChangeProposed && o.Jurisdiction == c.Jurisdiction && sameEffect(o.Fact, c.Fact) {
			return o, healthcode.Errorf(healthcode.CodeConflict, "", "同样的变更已经提出，正在等待第二人同意。",
				"The same change is proposed already and waits for a second officer.")
		}
	}
	if err := s.store.PutChange(ctx, c); err != nil {
		return c, fmt.Errorf("proposing a change: %w", err)
	}
	s.log.InfoContext(ctx, "change proposed", "change", c.ID, "jurisdiction", c.Jurisdiction, "kind", c.Fact.Kind, "ground", c.Ground, "by", by)
	return c, nil
}

// check returns the change that a proposal makes.
func (s *Service) check(ctx context.Context, p Proposal, by string) (healthcode.Change, error) {
	now := s.clock.Now()
	c := healthcode.Change{ID: newID(), Person: p.Person, Jurisdiction: p.Jurisdiction, Office: p.Office, Venue: p.Venue,
		Ground: string(p.Ground), Evidence: strings.TrimSpace(p.Evidence), CaseID: p.CaseID, By: by, At: now, Salt: make([]byte, 16),
		State: healthcode.ChangeProposed, Index: -1}
	rand.Read(c.Salt)
	if c.Office == "" {
		c.Office = c.Jurisdiction
	}
	info, ok := p.Ground.Info()
	if !ok || !allows(info, p.Fact) {
		return c, healthcode.Errorf(CodeNoGround, "ground", "这不是可以变更健康码的理由，请从列表中选择与内容相符的健康理由。",
			"%q is no ground for this change of a code; choose a health ground of the list that fits", p.Ground)
	}
	for field, text := range map[string]string{"office": c.Office, "venue": c.Venue, "case": c.CaseID} {
		if len(text) > maxName || !utf8.ValidString(text) {
			return c, healthcode.Errorf(healthcode.CodeInvalid, field, "太长了，最多 80 字节。", "Too long: at most %d bytes.", maxName)
		}
	}
	if len(c.Evidence) > maxEvidence || !utf8.ValidString(c.Evidence) {
		return c, healthcode.Errorf(healthcode.CodeInvalid, "evidence", "依据太长了，最多 4000 字节。", "Too long: at most %d bytes.", maxEvidence)
	}
	err := s.ofJurisdiction(ctx, p.Person, p.Jurisdiction)
	if err != nil {
		return c, err
	}
	f := p.Fact
	f.ID, f.Source, f.Person, f.Recorded = c.ID, healthcode.ManualSource+by, nil, now
	switch f.Kind {
	case healthcode.KindLift:
		f.By, f.Reason = by, c.Ground
		if f.Covers, err = s.covered(ctx, p.Person, f.Covers, now); err != nil {
			return c, err
		}
		if err := s.knownHold(p.Jurisdiction, f.Hold); err != nil {
			return c, err
		}
	case healthcode.KindRetraction:
		f.Reason = c.Ground
		if err := s.ownFact(ctx, p.Person, f.Retracts); err != nil {
			return c, err
		}
	}
	if err := f.Validate(); err != nil {
		return c, &healthcode.Error{Code: healthcode.CodeInvalid, Field: "fact", Err: err,
			Text: healthcode.Text{ZH: "内容不完整或有误，请按英文说明修改：" + err.Error(), EN: err.Error()}}
	}
	if f.Kind.Timed() && f.Start().After(now) {
		return c, healthcode.Errorf(healthcode.CodeInvalid, "time", "时间不能晚于现在。", "The time lies in the future.")
	}
	// As it comes back from the store: fields that the kind doesn't have are gone.
	text, err := json.Marshal(f)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(text, &c.Fact)
}

// allows reports whether a ground fits what a fact says.
func allows(info GroundInfo, f healthcode.Fact) bool {
	fits := false
	for _, k := range info.Kinds {
		fits = fits || k == f.Kind
	}
	switch info.Ground {
	case GroundPositive:
		return fits && f.Result == "positive"
	case GroundAssociation:
		return fits && f.Class == "association"
	case GroundContact:
		return fits && f.Class != "association"
	case GroundStay:
		return fits && f.Evidence == "officer"
	case GroundCompleted:
		return fits && (f.Kind != healthcode.KindQuarantine || f.Completed && f.Verified)
	}
	return fits
}

func sameEffect(a, b healthcode.Fact) bool {
	if a.Kind != b.Kind || a.Hold != b.Hold {
		return false
	}
	if a.Retracts != nil && b.Retracts != nil {
		return *a.Retracts == *b.Retracts
	}
	b.ID, b.Source, b.Recorded, b.Covers, b.By, b.Reason = a.ID, a.Source, a.Recorded, a.Covers, a.By, a.Reason
	return healthcode.SameFact(a, b)
}

// ofJurisdiction lets an officer change only people who are registered there, or nowhere.
func (s *Service) ofJurisdiction(ctx context.Context, person healthcode.PersonID, jurisdiction string) error {
	if _, err := s.store.Person(ctx, person); err != nil {
		return err
	}
	registrations, err := s.store.Registrations(ctx, person)
	if err != nil {
		return err
	}
	for _, r := range registrations {
		if r.Jurisdiction == jurisdiction {
			return nil
		}
	}
	if len(registrations) > 0 {
		return healthcode.Errorf(healthcode.CodeNotFound, "person", "查无此人。", "There is no such person here.")
	}
	return nil
}

func (s *Service) knownHold(jurisdiction, hold string) error {
	p, err := s.status.Policy(jurisdiction)
	if err != nil {
		return err
	}
	for _, r := range p.Rules {
		if hold != "" && (r.Hold == hold || r.Rule == hold) {
			return nil
		}
	}
	return healthcode.Errorf(healthcode.CodeInvalid, "hold", "政策中没有这一类弹窗。", "The policy has no hold or rule %q.", hold)
}

// covered is until when known facts a lift covers: what was asked for, and never what isn't known yet. A fact whose time is
// still to come, since the clock was put back, is known.
func (s *Service) covered(ctx context.Context, person healthcode.PersonID, asked, now time.Time) (time.Time, error) {
	if asked.IsZero() {
		return now, nil
	}
	if !asked.After(now) {
		return asked, nil
	}
	facts, err := s.store.Facts(ctx, person)
	if err != nil {
		return now, err
	}
	latest := now
	for _, f := range facts {
		if f.Known().After(latest) && !f.Known().After(asked) {
			latest = f.Known()
		}
	}
	return latest, nil
}

func (s *Service) ownFact(ctx context.Context, person healthcode.PersonID, ref *healthcode.FactRef) error {
	facts, err := s.store.Facts(ctx, person)
	if err != nil {
		return err
	}
	for _, f := range facts {
		if ref != nil && f.Ref() == *ref {
			return nil
		}
	}
	return healthcode.Errorf(healthcode.CodeInvalid, "retracts", "此人没有这条记录。", "The person has no such fact.")
}

func newID() string {
	b := make([]byte, 12)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// window is the time over which changes are counted.
const window = 24 * time.Hour
