// Package access says who is calling and what they may do. Everything is
// denied unless a role is named: a route lists its roles, and every service
// checks the jurisdiction of what it is asked for.
package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"healthcode"
)

// How long a session lasts without signing in again.
const (
	ResidentSession = 30 * 24 * time.Hour
	StaffSession    = 12 * time.Hour
	// FreshSignIn is how long after signing in a resident may change personal details.
	FreshSignIn = 10 * time.Minute
)

// The error codes of this package.
const (
	CodeWrongSignIn healthcode.Code = "wrong_sign_in"
	CodeStale       healthcode.Code = "sign_in_again"
)

// Service signs people in and out.
type Service struct {
	store healthcode.Access
	clock healthcode.Clock
}

// New returns a service over a store.
func New(store healthcode.Access, clock healthcode.Clock) *Service {
	return &Service{store: store, clock: clock}
}

// SignedOut is the error of a call that needs somebody signed in.
func SignedOut() error {
	return healthcode.Errorf(healthcode.CodeSignedOut, "", "请先登录。", "Please sign in first.")
}

// Denied is the error of a call by somebody whose role or jurisdiction doesn't allow it.
func Denied() error {
	return healthcode.Errorf(healthcode.CodeDenied, "", "您的账号没有这项权限。", "Your account is not allowed to do this.")
}

// Require returns nil where the actor has one of the roles.
func Require(a healthcode.Actor, roles ...healthcode.Role) error {
	switch {
	case a.Role == "":
		return SignedOut()
	case !slices.Contains(roles, a.Role):
		return Denied()
	}
	return nil
}

// RequireIn returns nil where the actor has one of the roles in a jurisdiction.
// Residents belong to none, and are denied here.
func RequireIn(a healthcode.Actor, jurisdiction string, roles ...healthcode.Role) error {
	if err := Require(a, roles...); err != nil {
		return err
	}
	if a.Role == healthcode.RoleResident || a.Jurisdiction != jurisdiction {
		return Denied()
	}
	return nil
}

// OpenResident starts a session for a person whose identity the caller has just
// confirmed, and returns its token.
func (s *Service) OpenResident(ctx context.Context, person healthcode.PersonID, device string) (string, error) {
	return s.open(ctx, healthcode.Session{Person: person, Device: device}, ResidentSession)
}

func (s *Service) open(ctx context.Context, session healthcode.Session, life time.Duration) (string, error) {
	token, now := random(32), s.clock.Now()
	session.ID, session.TokenHash = random(9), hash(token)
	session.Created, session.Seen, session.Expires = now, now, now.Add(life)
	if err := s.store.PutSession(ctx, session); err != nil {
		return "", fmt.Errorf("opening a session: %w", err)
	}
	return token, nil
}

// SignIn signs a member of staff in. CodeWrongSignIn doesn't tell whether the name exists.
func (s *Service) SignIn(ctx context.Context, name, password, device string) (string, error) {
	staff, err := s.store.StaffByName(ctx, name)
	if err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
		return "", fmt.Errorf("signing in: %w", err)
	}
	ok := checkPassword(staff.PasswordHash, password)
	if err != nil || !ok || staff.Disabled {
		return "", healthcode.Errorf(CodeWrongSignIn, "password", "用户名或密码不对，请重新输入。", "The name or the password is wrong; please try again.")
	}
	return s.open(ctx, healthcode.Session{Staff: staff.Name, Device: device}, StaffSession)
}

// Session returns who holds a session token, and the session. CodeSignedOut.
func (s *Service) Session(ctx context.Context, token string) (healthcode.Actor, healthcode.Session, error) {
	if token == "" {
		return healthcode.Actor{}, healthcode.Session{}, SignedOut()
	}
	return s.session(ctx, hash(token))
}

func (s *Service) session(ctx context.Context, hash []byte) (healthcode.Actor, healthcode.Session, error) {
	session, err := s.store.SessionByToken(ctx, hash, s.clock.Now())
	if err != nil && healthcode.CodeOf(err) == healthcode.CodeNotFound {
		return healthcode.Actor{}, session, SignedOut()
	}
	if err != nil {
		return healthcode.Actor{}, session, fmt.Errorf("reading a session: %w", err)
	}
	if session.Staff == "" {
		return healthcode.Actor{Role: healthcode.RoleResident, Person: session.Person, Session: session.ID}, session, nil
	}
	staff, err := s.store.StaffByName(ctx, session.Staff)
	if err != nil || staff.Disabled {
		return healthcode.Actor{}, session, SignedOut()
	}
	actor := actorOf(staff)
	actor.Session = session.ID
	return actor, session, nil
}

// Bearer returns whose token it is: the API token of a member of staff, or that of a session, which is returned then. CodeSignedOut.
func (s *Service) Bearer(ctx context.Context, token string) (healthcode.Actor, healthcode.Session, error) {
	hashed := hash(token)
	staff, err := s.store.StaffByToken(ctx, hashed)
	switch {
	case err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound:
		return healthcode.Actor{}, healthcode.Session{}, fmt.Errorf("reading a token: %w", err)
	case err != nil:
		return s.session(ctx, hashed)
	case staff.Disabled:
		return healthcode.Actor{}, healthcode.Session{}, SignedOut()
	}
	return actorOf(staff), healthcode.Session{}, nil
}

func actorOf(s healthcode.Staff) healthcode.Actor {
	return healthcode.Actor{Role: s.Role, Staff: s.Name, Jurisdiction: s.Jurisdiction, Venue: s.Venue, Source: s.Source}
}

// Fresh returns nil where a session was opened so recently that personal
// details may be changed in it; CodeStale asks to sign in again.
func (s *Service) Fresh(session healthcode.Session) error {
	if s.clock.Now().Sub(session.Created) <= FreshSignIn {
		return nil
	}
	return healthcode.Errorf(CodeStale, "", "修改个人信息前请重新登录。", "Please sign in again before changing personal details.")
}

// SignOut ends the actor's own session.
func (s *Service) SignOut(ctx context.Context, a healthcode.Actor) error {
	return s.store.DeleteSession(ctx, a.Session)
}

// Sessions lists a resident's sessions, the newest first.
func (s *Service) Sessions(ctx context.Context, a healthcode.Actor) ([]healthcode.Session, error) {
	if err := Require(a, healthcode.RoleResident); err != nil {
		return nil, err
	}
	return s.store.SessionsOf(ctx, a.Person)
}

// EndSession signs one of a resident's own sessions out.
func (s *Service) EndSession(ctx context.Context, a healthcode.Actor, id string) error {
	sessions, err := s.Sessions(ctx, a)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(sessions, func(o healthcode.Session) bool { return o.ID == id }) {
		return healthcode.Errorf(healthcode.CodeNotFound, "", "没有这个登录记录。", "There is no such session.")
	}
	return s.store.DeleteSession(ctx, id)
}

// EndSessions signs the actor out everywhere.
func (s *Service) EndSessions(ctx context.Context, a healthcode.Actor) error {
	if a.Role == "" {
		return SignedOut()
	}
	return s.store.DeleteSessions(ctx, a.Person, a.Staff)
}

// NewToken makes an API token for a member of staff; only its hash is stored.
func NewToken() (token string, tokenHash []byte) {
	token = random(32)
	return token, hash(token)
}

func random(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func hash(token string) []byte {
	var room [64]byte
	sum := sha256.Sum256(append(room[:0], token...))
	return sum[:]
}
