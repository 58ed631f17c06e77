// Package assist is the assisted query: a signed-in helper asks for the status of somebody aged 60 or over, or 16
// or under, both included. Document and name alone never answer: the person agrees by a one-time code to their own
// phone, or is the helper's child, or an officer is present.
package assist

import (
	"context"
	"fmt"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
	"healthcode/internal/status"
	"healthcode/pass"
	"healthcode/policy"
)

// Times of a query.
const (
	AskLife   = 10 * time.Minute // from asking to the answer
	GrantLife = 10 * time.Minute // from the answer, for printing
)

// The error codes of this package.
const (
	CodeAge     healthcode.Code = "assist_age"     // the person is neither old nor young enough
	CodeRefused healthcode.Code = "assist_refused" // nobody here has these details, or no consent reached us
)

// Store is what the service reads and writes.
type Store interface {
	healthcode.People
	healthcode.Access
	healthcode.Relations
	healthcode.Messages
}

// Service answers helpers. Each method checks who calls.
type Service struct {
	store   Store
	status  *status.Service
	sealer  healthcode.Sealer
	clock   healthcode.Clock
	limiter *access.Limiter
	codes   *identity.OneTimeCodes
}

// New returns a service. The key of its one-time codes comes from the sealer.
func New(store Store, status *status.Service, sealer healthcode.Sealer, clock healthcode.Clock) (*Service, error) {
	codes, err := access.OneTimeCodes(sealer, "assist code key")
	if err != nil {
		return nil, err
	}
	return &Service{store: store, status: status, sealer: sealer, clock: clock, limiter: access.NewLimiter(store, clock), codes: codes}, nil
}

// Query is whom a helper asks for.
type Query struct {
	Jurisdiction string
	Name         string
	Document     healthcode.Document
	Birth        string // 2006-01-02, where the document doesn't state it
}

// Asked is a query that waits for consent.
type Asked struct {
	Ticket string // sealed; nobody but the helper can use it
	// Child says that the person is the helper's child, who need not agree.
	Child   bool
	Expires time.Time
}

// ticket is what a query is between two requests.
type ticket struct {
	Helper healthcode.PersonID
	// Subject is 32 digits, zeros where nobody has these details: the length of a ticket tells nothing.
	Subject      string
	Jurisdiction string
	Document     string // keyed hash
	Child        bool
	Officer      string // of a grant
	Grant        bool
	Until        time.Time
}

func (t *ticket) subject() healthcode.PersonID {
	id, _ := healthcode.ParsePersonID(t.Subject) // sealed here, so it is one
	return id
}

// checked is a query whose details may be right.
type checked struct {
	policy   *policy.Policy
	name     string
	document healthcode.Document
	birth    identity.Date
	hash     string // of the document
}

// check refuses details that can't be right, and people of an age who are asked otherwise. It looks nobody up.
func (s *Service) check(q Query) (checked, error) {
	var c checked
	var err error
	if c.policy, err = s.status.Policy(q.Jurisdiction); err != nil {
		return c, err
	}
	today := identity.DateOf(s.clock.Now().In(c.policy.Location))
	if c.name, err = identity.CleanName(q.Name); err != nil {
		return c, err
	}
	document, err := identity.CheckDocument(q.Document, today)
	if err != nil {
		return c, err
	}
	c.document, c.birth = document.Document, document.Birth
	if c.birth.IsZero() {
		born, err := time.Parse(time.DateOnly, strings.TrimSpace(q.Birth))
		if err != nil {
			return c, healthcode.Errorf(healthcode.CodeInvalid, "birth", "请填写出生日期。", "Enter the date of birth.")
		}
		c.birth = identity.DateOf(born)
	}
	if !identity.AssistedQueryAge(c.birth, today) {
		return c, healthcode.Errorf(CodeAge, "document.number", "助查询只用于60岁以上（含60岁）和16岁以下（含16岁）的人。其他人请用自己的手机查询，或在“家人与他人”中同意由您代办。",
			"Only people aged 60 or over, or 16 or under, can be asked for here. Anybody else uses their own phone, or agrees under “Family and others” that you act for them.")
	}
	c.hash, err = s.hashed("assist.document", fmt.Sprintf("%s %s %s", c.document.Type, c.document.Country, c.document.Number))
	return c, err
}

// Ask begins a query. A one-time code goes to the person's own phone. The answer is the same whether or not anybody has these
// details, and whether or not the name is theirs. CodeAge tells what the typed details say, and nothing that is known here.
func (s *Service) Ask(ctx context.Context, a healthcode.Actor, q Query) (Asked, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return Asked{}, err
	}
	c, err := s.check(q)
	if err != nil {
		return Asked{}, err
	}
	if err := s.limiter.Allow(ctx, identity.ActionAssist, map[identity.Per]string{
		identity.PerPerson: a.Person.String(), identity.PerSubject: c.hash}); err != nil {
		return Asked{}, err
	}
	owner, right, err := s.find(ctx, a, c)
	if err != nil {
		return Asked{}, err
	}
	now := s.clock.Now()
	t := ticket{Helper: a.Person, Subject: healthcode.PersonID{}.String(), Jurisdiction: q.Jurisdiction, Document: c.hash, Until: now.Add(AskLife)}
	if right {
		t.Subject = owner.ID.String()
	}
	child, err := s.child(ctx, a, &owner, c.policy)
	if err != nil {
		return Asked{}, err
	}
	if t.Child = child && right; !t.Child {
		if err := s.sendCode(ctx, a, c, owner, right); err != nil {
			return Asked{}, err
		}
	}
	sealed, err := s.seal(t)
	return Asked{Ticket: sealed, Child: t.Child, Expires: t.Until}, err
}

// find returns whose document it is, the zero person where it is nobody's, and whether the other details are right too. It reads
// as much either way.
func (s *Service) find(ctx context.Context, a healthcode.Actor, c checked) (owner healthcode.Person, right bool, err error) {
	id, err := s.store.FindPerson(ctx, c.document)
	known := err == nil
	if err != nil && healthcode.CodeOf(err) != healthcode.CodeNotFound {
		return owner, false, fmt.Errorf("finding a person: %w", err)
	}
	if !known {
		id = a.Person
	}
	person, err := s.store.Person(ctx, id)
	if err != nil {
		return owner, false, err
	}
	registrations, err := s.store.Registrations(ctx, id)
	if err != nil || !known {
		return owner, false, err
	}
	for _, r := range registrations {
		right = right || r.Jurisdiction == c.policy.Jurisdiction && person.Name == c.name &&
			(person.Birth.IsZero() || identity.DateOf(person.Birth) == c.birth)
	}
	return person, right, nil
}

// child reports whether the person is the helper's child: a relation that is in force.
func (s *Service) child(ctx context.Context, a healthcode.Actor, subject *healthcode.Person, p *policy.Policy) (bool, error) {
	relations, err := s.store.RelationsOf(ctx, a.Person)
	if err != nil {
		return false, fmt.Errorf("reading relations: %w", err)
	}
	for _, r := range relations {
		with := identity.Relation{Relation: r}
		if !subject.Birth.IsZero() {
			with.Birth = identity.DateOf(subject.Birth)
		}
		if r.Asker == a.Person && r.Subject == subject.ID && r.Jurisdiction == p.Jurisdiction && r.Kind == healthcode.RelationChild &&
			with.StateAt(s.clock.Now().In(p.Location)) == identity.RelationConsented {
			return true, nil
		}
	}
	return false, nil
}

// sendCode sends a one-time code to the person's own phone, and records that somebody asked. Where there is no such person, or
// no phone of their own, it keeps a code that nothing fits, and makes as many writes: neither words nor time tell.
func (s *Service) sendCode(ctx context.Context, a healthcode.Actor, c checked, owner healthcode.Person, right bool) error {
	helper, err := s.store.Person(ctx, a.Person)
	if err != nil {
		return err
	}
	now, about := s.clock.Now(), s.about(a.Person, c.hash)
	code, stored, err := s.codes.Issue(about, now)
	if err != nil {
		return err
	}
	phone := ""
	if right && owner.Phone != helper.Phone { // a number that is the helper's too is not the person's own
		phone = owner.Phone
	}
	limit := stored.Key
	if phone != "" {
		if limit, err = s.hashed("limit.phone", phone); err != nil {
			return err
		}
	} else {
		stored.Hash = []byte{0}
	}
	err = s.limiter.Allow(ctx, identity.ActionSendCode, map[identity.Per]string{identity.PerPhone: limit})
	if err != nil && healthcode.CodeOf(err) != identity.CodeTooOften {
		return err
	}
	limited := err != nil // told to nobody: it would tell that the number is known
	if !limited {
		if err := s.store.PutCode(ctx, stored); err != nil {
			return fmt.Errorf("keeping a one-time code: %w", err)
		}
	} else if err := s.blank(ctx, about, now); err != nil {
		return err
	}
	who := pass.MaskName(helper.Name)
	body := healthcode.Text{
		ZH: fmt.Sprintf("【%s】%s 请求查看您的健康码。如果您同意，请把验证码 %s 告诉对方，5 分钟内有效；不同意就不用理会。", c.policy.Name.ZH, who, code),
		EN: fmt.Sprintf("[%s] %s asks to see your health code. If you agree, tell them the code %s; it lasts 5 minutes. If you don't, do nothing.", c.policy.Name.EN, who, code),
	}.In(owner.Language)
	if phone != "" && !limited {
		err = s.store.PutMessage(ctx, healthcode.Message{ID: "assist:" + newID(), Phone: phone, Body: body, At: now, Expires: stored.Expires})
	} else {
		err = s.blank(ctx, about, now)
	}
	if err != nil {
		return fmt.Errorf("sending a one-time code: %w", err)
	}
	if owner.ID != (healthcode.PersonID{}) {
		return s.status.Helped(ctx, status.Helper{Person: a.Person}, owner.ID, c.policy.Jurisdiction, "nothing")
	}
	if _, err := s.store.Person(ctx, a.Person); err != nil { // Helped reads as much
		return err
	}
	return s.blank(ctx, about, now)
}

// blank is a write that leaves nothing of use.
func (s *Service) blank(ctx context.Context, about string, now time.Time) error {
	return s.store.PutCode(ctx, healthcode.OneTimeCode{Key: "blank " + about, Hash: []byte{0}, Sent: now, Expires: now})
}

// Answer is what the helper sees, and a grant with which the paper and the results can be printed for a few minutes.
type Answer struct {
	status.Assisted
	Grant   string
	Expires time.Time
}

// Agreed answers a query: with the code that the person's phone received, or at once for the helper's child (code ""). CodeOneTime… of
// package identity: the code is wrong or too old, or was sent to nobody.
func (s *Service) Agreed(ctx context.Context, a healthcode.Actor, sealed, code string) (Answer, error) {
	t, err := s.open(a, sealed, false)
	if err != nil {
		return Answer{}, err
	}
	if !t.Child {
		if err := s.try(ctx, a, s.about(a.Person, t.Document), code); err != nil {
			return Answer{}, err
		}
	}
	return s.answer(ctx, a, t)
}

// Present answers a query with the code of an officer who is there. The officer's name stands in the person's list of looks.
func (s *Service) Present(ctx context.Context, a healthcode.Actor, sealed, officer, code string) (Answer, error) {
	t, err := s.open(a, sealed, false)
	if err != nil {
		return Answer{}, err
	}
	officer = strings.TrimSpace(officer)
	if err := s.try(ctx, a, s.presence(officer, t.Jurisdiction, t.Document), code); err != nil {
		return Answer{}, err
	}
	staff, err := s.store.StaffByName(ctx, officer)
	if err != nil || staff.Disabled || staff.Role != healthcode.RoleCaseworker || staff.Jurisdiction != t.Jurisdiction {
		return Answer{}, refused()
	}
	t.Officer = officer
	return s.answer(ctx, a, t)
}

// OfficerCode gives an officer of the jurisdiction a one-time code for one person who stands before them with their document. It
// lasts five minutes, and is given for any document: it doesn't tell whether the person is known.
func (s *Service) OfficerCode(ctx context.Context, a healthcode.Actor, q Query) (code string, until time.Time, err error) {
	q.Jurisdiction = a.Jurisdiction
	if err := access.Require(a, healthcode.RoleCaseworker); err != nil {
		return "", until, err
	}
	c, err := s.check(q)
	if err != nil {
		return "", until, err
	}
	if err := s.limiter.Allow(ctx, identity.ActionAssist, map[identity.Per]string{identity.PerStaff: a.Staff}); err != nil {
		return "", until, err
	}
	code, stored, err := s.codes.Issue(s.presence(a.Staff, c.policy.Jurisdiction, c.hash), s.clock.Now())
	if err != nil {
		return "", until, err
	}
	if err := s.store.PutCode(ctx, stored); err != nil {
		return "", until, fmt.Errorf("keeping a one-time code: %w", err)
	}
	return code, stored.Expires, nil
}

func (s *Service) answer(ctx context.Context, a healthcode.Actor, t ticket) (Answer, error) {
	if t.subject() == (healthcode.PersonID{}) {
		return Answer{}, refused()
	}
	seen, err := s.status.Assisted(ctx, status.Helper{Person: a.Person, Officer: t.Officer}, t.subject(), t.Jurisdiction)
	if err != nil {
		return Answer{}, err
	}
	t.Grant, t.Until = true, s.clock.Now().Add(GrantLife)
	grant, err := s.seal(t)
	return Answer{Assisted: seen, Grant: grant, Expires: t.Until}, err
}

// Paper prints a code on paper for the person of a grant.
func (s *Service) Paper(ctx context.Context, a healthcode.Actor, grant string) (status.OfflineSheet, error) {
	t, err := s.open(a, grant, true)
	if err != nil {
		return status.OfflineSheet{}, err
	}
	return s.status.AssistedPaper(ctx, status.Helper{Person: a.Person, Officer: t.Officer}, t.subject(), t.Jurisdiction)
}

// Results lists the tests and vaccinations of the person of a grant, with the masked name.
func (s *Service) Results(ctx context.Context, a healthcode.Actor, grant string) (string, []status.Result, error) {
	t, err := s.open(a, grant, true)
	if err != nil {
		return "", nil, err
	}
	return s.status.AssistedResults(ctx, status.Helper{Person: a.Person, Officer: t.Officer}, t.subject(), t.Jurisdiction)
}

// try counts a try of a one-time code, checks it, and uses it up.
func (s *Service) try(ctx context.Context, a healthcode.Actor, about, typed string) error {
	if _, err := identity.NormaliseCode(typed); err != nil {
		return err // no try is spent on something that can't be a code
	}
	if err := s.limiter.Allow(ctx, identity.ActionTryCode, map[identity.Per]string{identity.PerPerson: a.Person.String()}); err != nil {
		return err
	}
	now := s.clock.Now()
	stored, err := s.store.TryCode(ctx, about)
	if err != nil && healthcode.CodeOf(err) == healthcode.CodeNotFound {
		stored, err = healthcode.OneTimeCode{Key: about, Expires: now.Add(identity.CodeLifetime)}, nil
	}
	if err != nil {
		return fmt.Errorf("reading a one-time code: %w", err)
	}
	if err := s.codes.Verify(stored, typed, now); err != nil {
		return err
	}
	err = s.store.DeleteCode(ctx, about)
	if err != nil && healthcode.CodeOf(err) == healthcode.CodeNotFound {
		return refused() // somebody else has just used it up
	}
	return err
}

func (s *Service) about(helper healthcode.PersonID, document string) string {
	return "assist " + helper.String() + " " + document
}

func (s *Service) presence(officer, jurisdiction, document string) string {
	return "assist officer " + jurisdiction + " " + officer + " " + document
}
