package trace

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/codes"
	oteltrace "go.opentelemetry.io/otel/trace"

	"healthcode"
)

// store is a store whose busiest calls are spans of the requests that make them.
type store struct {
	healthcode.Store
	tracer oteltrace.Tracer
}

// Store returns a store whose busiest calls, those that codes, doors, registration and sign-in make, are spans below that of the
// request. Outside a traced request nothing is added.
func (t *Traces) Store(s healthcode.Store) healthcode.Store {
	if t == nil {
		return s
	}
	return &store{s, t.tracer}
}

// within makes a call, as a span where the request is traced. It has failed where the store has, not where something isn't there.
func within[T any](ctx context.Context, s *store, name string, call func(context.Context) (T, error)) (T, error) {
	if !oteltrace.SpanFromContext(ctx).IsRecording() {
		return call(ctx)
	}
	ctx, span := s.tracer.Start(ctx, "store."+name)
	defer span.End()
	out, err := call(ctx)
	if err != nil && healthcode.CodeOf(err) == healthcode.CodeInternal {
		span.SetStatus(codes.Error, "")
	}
	return out, err
}

// done is within for a call that returns an error alone.
func done(ctx context.Context, s *store, name string, call func(context.Context) error) error {
	_, err := within(ctx, s, name, func(ctx context.Context) (struct{}, error) { return struct{}{}, call(ctx) })
	return err
}

func (s *store) Append(ctx context.Context, facts []healthcode.PersonFact) ([]healthcode.Outcome, error) {
	return within(ctx, s, "Append", func(ctx context.Context) ([]healthcode.Outcome, error) { return s.Store.Append(ctx, facts) })
}

func (s *store) Facts(ctx context.Context, id healthcode.PersonID) ([]healthcode.Fact, error) {
	return within(ctx, s, "Facts", func(ctx context.Context) ([]healthcode.Fact, error) { return s.Store.Facts(ctx, id) })
}

func (s *store) AreasVersion(ctx context.Context) (int64, error) {
	return within(ctx, s, "AreasVersion", s.Store.AreasVersion)
}

func (s *store) CreatePerson(ctx context.Context, p healthcode.Person, r healthcode.Registration) (healthcode.PersonID, error) {
	return within(ctx, s, "CreatePerson", func(ctx context.Context) (healthcode.PersonID, error) { return s.Store.CreatePerson(ctx, p, r) })
}

func (s *store) FindPerson(ctx context.Context, d healthcode.Document) (healthcode.PersonID, error) {
	return within(ctx, s, "FindPerson", func(ctx context.Context) (healthcode.PersonID, error) { return s.Store.FindPerson(ctx, d) })
}

func (s *store) Person(ctx context.Context, id healthcode.PersonID) (healthcode.Person, error) {
	return within(ctx, s, "Person", func(ctx context.Context) (healthcode.Person, error) { return s.Store.Person(ctx, id) })
}

func (s *store) Register(ctx context.Context, r healthcode.Registration) error {
	return done(ctx, s, "Register", func(ctx context.Context) error { return s.Store.Register(ctx, r) })
}

func (s *store) Registrations(ctx context.Context, id healthcode.PersonID) ([]healthcode.Registration, error) {
	return within(ctx, s, "Registrations", func(ctx context.Context) ([]healthcode.Registration, error) { return s.Store.Registrations(ctx, id) })
}

func (s *store) StaffByToken(ctx context.Context, hash []byte) (healthcode.Staff, error) {
	return within(ctx, s, "StaffByToken", func(ctx context.Context) (healthcode.Staff, error) { return s.Store.StaffByToken(ctx, hash) })
}

func (s *store) PutSession(ctx context.Context, session healthcode.Session) error {
	return done(ctx, s, "PutSession", func(ctx context.Context) error { return s.Store.PutSession(ctx, session) })
}

func (s *store) SessionByToken(ctx context.Context, hash []byte, now time.Time) (healthcode.Session, error) {
	return within(ctx, s, "SessionByToken", func(ctx context.Context) (healthcode.Session, error) { return s.Store.SessionByToken(ctx, hash, now) })
}

func (s *store) PutCode(ctx context.Context, c healthcode.OneTimeCode) error {
	return done(ctx, s, "PutCode", func(ctx context.Context) error { return s.Store.PutCode(ctx, c) })
}

func (s *store) PutLook(ctx context.Context, l healthcode.Look) error {
	return done(ctx, s, "PutLook", func(ctx context.Context) error { return s.Store.PutLook(ctx, l) })
}

func (s *store) Venue(ctx context.Context, id string) (healthcode.Venue, error) {
	return within(ctx, s, "Venue", func(ctx context.Context) (healthcode.Venue, error) { return s.Store.Venue(ctx, id) })
}

func (s *store) PutVisit(ctx context.Context, v healthcode.Visit, fact *healthcode.PersonFact) error {
	return done(ctx, s, "PutVisit", func(ctx context.Context) error { return s.Store.PutVisit(ctx, v, fact) })
}

func (s *store) PutScan(ctx context.Context, l healthcode.Look, v healthcode.Visit, fact *healthcode.PersonFact) error {
	return done(ctx, s, "PutScan", func(ctx context.Context) error { return s.Store.PutScan(ctx, l, v, fact) })
}

func (s *store) PutMessage(ctx context.Context, m healthcode.Message) error {
	return done(ctx, s, "PutMessage", func(ctx context.Context) error { return s.Store.PutMessage(ctx, m) })
}
