package boarding

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/access"
	"healthcode/internal/identity"
)

// Store is what the service reads and writes.
type Store interface {
	healthcode.Boarding
	healthcode.People
	healthcode.Access
	healthcode.Messages
}

// Config is what a service needs.
type Config struct {
	Rules  *Rules
	Store  Store
	Sealer healthcode.Sealer
	Access *access.Service
	Clock  healthcode.Clock
	Log    *slog.Logger
	// Issuer gives the key that signs statements now.
	Issuer func(context.Context) (*certificate.Issuer, error)
	// Verifier judges the certificates on papers now; nil trusts nobody.
	Verifier func(context.Context) (certificate.Verifier, error)
}

// Service keeps applications. Residents are limited to their own, officers to their mission's.
type Service struct {
	Config
	rules   *Rules
	store   Store
	codes   *identity.OneTimeCodes
	limiter *access.Limiter
	reading chan struct{} // a place for each file that is being read
}

// New returns a service.
func New(c Config) (*Service, error) {
	codes, err := access.OneTimeCodes(c.Sealer, "boarding one-time code key")
	if err != nil {
		return nil, err
	}
	return &Service{Config: c, rules: c.Rules, store: c.Store, codes: codes, limiter: access.NewLimiter(c.Store, c.Clock),
		reading: make(chan struct{}, 2)}, nil
}

// Rules returns the missions and notices.
func (s *Service) Rules() *Rules { return s.rules }

func newID() string {
	b := make([]byte, 12)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// CodeNotForeign refuses somebody without a foreign passport.
const CodeNotForeign healthcode.Code = "no_foreign_passport"

// traveller returns the signed-in person, who must hold a foreign passport.
func (s *Service) traveller(ctx context.Context, a healthcode.Actor) (healthcode.Person, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return healthcode.Person{}, err
	}
	p, err := s.store.Person(ctx, a.Person)
	if err != nil {
		return p, fmt.Errorf("reading a person: %w", err)
	}
	if passport(p).Number == "" {
		return p, healthcode.Errorf(CodeNotForeign, "", "这里只受理外国护照持有人的申请。中国公民请使用国际旅行健康证明。",
			"This is for holders of a foreign passport. Chinese citizens use the travel health certificate.")
	}
	return p, nil
}

// Open begins an application. What is needed is in its assessment.
func (s *Service) Open(ctx context.Context, a healthcode.Actor, mission string, f Flight) (*Application, error) {
	person, err := s.traveller(ctx, a)
	if err != nil {
		return nil, err
	}
	m, ok := s.rules.Mission(mission)
	if !ok {
		return nil, wrong("mission", "请从列表中选择使领馆。", "Choose a mission from the list.")
	}
	now := s.Clock.Now()
	if _, _, err := s.tidy(&f, m, now); err != nil {
		return nil, err
	}
	mine, err := s.store.ApplicationsOf(ctx, person.ID)
	if err != nil {
		return nil, fmt.Errorf("reading applications: %w", err)
	}
	if len(mine) >= maxOpen {
		return nil, healthcode.Errorf(healthcode.CodeTooMany, "", "您的申请太多。请修改已有的申请。", "You have too many applications; change one of them.")
	}
	d := details{Flight: f, Events: []Event{{At: now, Role: a.Role, Kind: "opened"}}}
	stored := healthcode.Application{ID: newID(), Person: person.ID, Mission: m.ID, State: healthcode.ApplicationDraft, Opened: now}
	if stored.Body, err = json.Marshal(d); err != nil {
		return nil, err
	}
	app, err := s.measured(stored, person, now)
	if err != nil {
		return nil, err
	}
	if app.Problem != nil {
		return nil, app.Problem
	}
	return app, s.settle(ctx, app)
}

// maxOpen bounds the applications of one person that are kept.
const maxOpen = 20

// Own returns one of the traveller's applications. CodeNotFound.
func (s *Service) Own(ctx context.Context, a healthcode.Actor, id string) (*Application, error) {
	person, err := s.traveller(ctx, a)
	if err != nil {
		return nil, err
	}
	stored, err := s.store.Application(ctx, id)
	if err == nil && stored.Person != person.ID || err != nil && healthcode.CodeOf(err) == healthcode.CodeNotFound {
		return nil, noApplication()
	}
	if err != nil {
		return nil, err
	}
	return s.measured(stored, person, s.Clock.Now())
}

func noApplication() error {
	return healthcode.Errorf(healthcode.CodeNotFound, "", "没有这个申请。", "There is no such application.")
}

// Mine lists the traveller's applications, the newest first.
func (s *Service) Mine(ctx context.Context, a healthcode.Actor) ([]*Application, error) {
	person, err := s.traveller(ctx, a)
	if err != nil {
		return nil, err
	}
	stored, err := s.store.ApplicationsOf(ctx, person.ID)
	if err != nil {
		return nil, err
	}
	var list []*Application
	for _, one := range slices.Backward(stored) {
		app, err := s.measured(one, person, s.Clock.Now())
		if healthcode.CodeOf(err) == healthcode.CodeNotFound && err != nil {
			continue // its mission is no longer served here
		}
		if err != nil {
			return nil, err
		}
		list = append(list, app)
	}
	return list, nil
}

// ChangeFlight moves an application to another flight. The statement for the old one is void at once. Papers that were
// proven or accepted stay so, and are measured against the new flight: where they still satisfy its set, a new
// statement is there at once.
func (s *Service) ChangeFlight(ctx context.Context, a healthcode.Actor, id string, f Flight) (*Application, error) {
	app, err := s.Own(ctx, a, id)
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	departure, from, err := s.tidy(&f, app.MissionOf, now)
	if err != nil {
		return nil, err
	}
	if app.State == healthcode.ApplicationRefused {
		return nil, refused()
	}
	app.Flight, app.Departure, app.Zone = f, departure, from.Zone
	s.measure(app, from, now)
	if app.Problem != nil {
		return nil, app.Problem
	}
	app.Events = append(app.Events, Event{At: now, Role: a.Role, Kind: "flight", Text: f.Number + " " + f.Date})
	var void []healthcode.BoardingStatement
	if app.Statement != nil {
		void = append(void, app.revoke(now))
		app.State = healthcode.ApplicationDraft
	}
	return app, s.settle(ctx, app, void...)
}

func refused() error {
	return healthcode.Errorf(healthcode.CodeConflict, "", "申请已被拒绝。情况有变的，请提出新的申请。", "The application was refused. If things have changed, open a new one.")
}

// current lists the papers that weren't replaced.
func (a *Application) current() []Paper {
	return slices.DeleteFunc(slices.Clone(a.Papers), func(p Paper) bool { return p.State == PaperReplaced })
}

// end is when the application and its papers are deleted.
func (a *Application) end() time.Time {
	days := defaultRetention
	if a.NoticeOf != nil {
		days = a.NoticeOf.RetentionDays
	}
	return a.Departure.AddDate(0, 0, days)
}

// Submit hands the application to the mission's officers, once there is a paper for everything that is missing.
func (s *Service) Submit(ctx context.Context, a healthcode.Actor, id string) (*Application, error) {
	app, err := s.Own(ctx, a, id)
	if err != nil {
		return nil, err
	}
	switch app.State {
	case healthcode.ApplicationWaiting, healthcode.ApplicationAccepted:
		return app, nil
	case healthcode.ApplicationRefused:
		return nil, refused()
	}
	if app.Problem != nil {
		return nil, app.Problem
	}
	for _, f := range app.Assessment.Findings {
		if !f.Satisfied && !slices.ContainsFunc(app.PapersFor(f.Item.ID), func(p Paper) bool { return p.State == PaperWaiting }) {
			return nil, wrong("item."+f.Item.ID, "还缺："+f.Item.Title.ZH+"。", "Still missing: %s.", f.Item.Title.EN)
		}
	}
	now := s.Clock.Now()
	app.State, app.Due, app.Why = healthcode.ApplicationWaiting, app.MissionOf.Due(now), ""
	app.Events = append(app.Events, Event{At: now, Role: a.Role, Kind: "submitted"})
	return app, s.settle(ctx, app)
}

// settle issues a statement where nothing is missing, and stores the application.
func (s *Service) settle(ctx context.Context, app *Application, lines ...healthcode.BoardingStatement) error {
	now := s.Clock.Now()
	if app.Problem == nil && app.Assessment.Complete && app.Statement == nil && app.State != healthcode.ApplicationRefused {
		line, err := s.issue(ctx, app, now)
		if err != nil {
			return err
		}
		lines = append(lines, line)
	}
	app.DeleteAfter = app.end()
	if app.State != healthcode.ApplicationWaiting {
		app.Due = time.Time{}
	}
	return s.save(ctx, app, lines...)
}

// save stores the application as it is.
func (s *Service) save(ctx context.Context, app *Application, lines ...healthcode.BoardingStatement) error {
	var err error
	if app.Body, err = json.Marshal(app.details); err != nil {
		return fmt.Errorf("writing application %s: %w", app.ID, err)
	}
	err = s.store.PutApplication(ctx, app.Application, lines...)
	if err != nil && healthcode.CodeOf(err) == healthcode.CodeConflict {
		return changed()
	}
	if err != nil {
		return fmt.Errorf("storing an application: %w", err)
	}
	app.Version++
	s.Log.InfoContext(ctx, "application changed", "application", app.ID, "mission", app.Mission, "state", app.State, "how", app.Events[len(app.Events)-1].Kind)
	return nil
}

// changed is the error of whoever acts on an application as it no longer is.
func changed() error {
	return healthcode.Errorf(healthcode.CodeConflict, "", "这个申请刚刚被别人更新，您的操作没有生效。请看最新的情况，再决定是否还需要。",
		"Somebody has just changed this application, so what you did had no effect. Look at it as it is now, and do it again if it is still needed.")
}
