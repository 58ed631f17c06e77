package travel

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/access"
	"healthcode/internal/identity"
	"healthcode/policy"
)

// Store is what the service reads and writes.
type Store interface {
	healthcode.Travel
	healthcode.Ledger
	healthcode.People
	healthcode.Access
	// Revoke puts certificates on the revocation list.
	Revoke(ctx context.Context, revocations []healthcode.Revocation) error
	// PutMessage queues a short message, once for each id.
	PutMessage(ctx context.Context, m healthcode.Message) error
}

// Places gives the policy of a jurisdiction that is in force now; its time zone counts.
type Places interface {
	Policy(jurisdiction string) (*policy.Policy, error)
}

// Signers gives the key that signs content of a usage now; usage 0 is any key's.
type Signers interface {
	Issuer(ctx context.Context, usage certificate.Usage) (*certificate.Issuer, error)
}

// Service issues certificates and links to them. Each method checks who calls.
type Service struct {
	Policy *Policy
	// Address is where others reach this service, such as https://code.example, as paper says it; "" where it has none.
	Address string

	store   Store
	sealer  healthcode.Sealer
	places  Places
	signers Signers
	limiter *access.Limiter
	clock   healthcode.Clock
	log     *slog.Logger
}

// New returns a service.
func New(store Store, sealer healthcode.Sealer, places Places, signers Signers, p *Policy, clock healthcode.Clock, log *slog.Logger) *Service {
	return &Service{Policy: p, store: store, sealer: sealer, places: places, signers: signers, limiter: access.NewLimiter(store, clock), clock: clock, log: log}
}

// Request is what a holder asks for: one certificate for each fact.
type Request struct {
	Jurisdiction string
	Direction    healthcode.TravelDirection
	Document     Document
	Facts        []healthcode.FactRef
}

// maxFacts bounds what one request asks for.
const maxFacts = 10

// resident returns the person who calls, and the jurisdiction's time.
func (s *Service) resident(ctx context.Context, a healthcode.Actor, jurisdiction string) (healthcode.Person, time.Time, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return healthcode.Person{}, time.Time{}, err
	}
	p, err := s.places.Policy(jurisdiction)
	if err != nil {
		return healthcode.Person{}, time.Time{}, err
	}
	registrations, err := s.store.Registrations(ctx, a.Person)
	if err != nil {
		return healthcode.Person{}, time.Time{}, fmt.Errorf("reading registrations: %w", err)
	}
	if !slices.ContainsFunc(registrations, func(r healthcode.Registration) bool { return r.Jurisdiction == jurisdiction }) {
		return healthcode.Person{}, time.Time{}, healthcode.Errorf(healthcode.CodeNotFound, "jurisdiction", "您还没有申领这个地方的健康码。", "You have no code of this place yet.")
	}
	person, err := s.store.Person(ctx, a.Person)
	return person, s.clock.Now().In(p.Location), err
}

// Eligible says why the caller can't have a certificate; nil where they can.
func (s *Service) Eligible(ctx context.Context, a healthcode.Actor, jurisdiction string) error {
	person, now, err := s.resident(ctx, a, jurisdiction)
	if err != nil {
		return err
	}
	return s.Policy.eligible(&person, identity.DateOf(now))
}

// Offers lists the caller's tests and vaccinations that stand, the newest first, and says of each whether it can be certified.
func (s *Service) Offers(ctx context.Context, a healthcode.Actor, jurisdiction string) ([]Offer, error) {
	_, now, err := s.resident(ctx, a, jurisdiction)
	if err != nil {
		return nil, err
	}
	return s.offers(ctx, a.Person, now)
}

func (s *Service) offers(ctx context.Context, person healthcode.PersonID, now time.Time) ([]Offer, error) {
	facts, err := s.store.Facts(ctx, person)
	if err != nil {
		return nil, fmt.Errorf("reading facts: %w", err)
	}
	var list []Offer
	for _, f := range slices.Backward(policy.Standing(facts)) {
		if o, ok := s.Policy.offer(f, now); ok {
			list = append(list, o)
		}
	}
	return list, nil
}

// Issue issues a certificate for each fact that is asked for, at once. One that the caller has of the same content and
// direction ends, superseded; of vaccinations, the one of the same dose. The error joins one for each field that is wrong.
func (s *Service) Issue(ctx context.Context, a healthcode.Actor, r Request) ([]healthcode.TravelCertificate, error) {
	person, now, err := s.resident(ctx, a, r.Jurisdiction)
	if err != nil {
		return nil, err
	}
	if err := s.Policy.eligible(&person, identity.DateOf(now)); err != nil {
		return nil, err
	}
	document, n, err := s.Policy.checkDocument(r.Document, &person, now)
	var faults []error
	if err != nil {
		faults = append(faults, split(err)...)
	} else if err := s.notAnothers(ctx, a.Person, document); err != nil {
		faults = append(faults, err)
	}
	if !slices.Contains(s.Policy.Directions, r.Direction) {
		faults = append(faults, healthcode.Errorf(healthcode.CodeInvalid, "direction", "请选择入境或出境。", "Choose entering or leaving."))
	}
	offers, err := s.offers(ctx, a.Person, now)
	if err != nil {
		return nil, err
	}
	chosen, err := choose(offers, r)
	if err != nil {
		faults = append(faults, err)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	var issued []healthcode.TravelCertificate
	for _, o := range chosen {
		c, err := s.issue(ctx, person, r.Jurisdiction, r.Direction, document, n, o, now, "")
		if err != nil {
			return issued, err
		}
		issued = append(issued, c)
	}
	return issued, nil
}

func split(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// choose finds the offers of the facts that are asked for.
func choose(offers []Offer, r Request) (chosen []Offer, err error) {
	refuse := func(zh, en string) error { return healthcode.Errorf(healthcode.CodeInvalid, "facts", zh, "%s", en) }
	if len(r.Facts) == 0 {
		return nil, refuse("请至少选择一项内容。", "Choose at least one content.")
	}
	if len(r.Facts) > maxFacts {
		return nil, refuse("一次最多选择 10 项。", "Choose at most 10 at once.")
	}
	for i, ref := range r.Facts {
		if slices.Index(r.Facts, ref) < i {
			continue
		}
		o, ok := find(offers, func(o Offer) bool { return o.Fact.Ref() == ref })
		switch {
		case !ok:
			return nil, refuse("没有这条记录，或者已被撤回。请从列表中选择。", "You have no such record, or it was taken back. Choose from the list.")
		case !o.Ready():
			return nil, refuse(o.Why.ZH, o.Why.EN)
		case !slices.Contains(o.Content.Directions, r.Direction):
			return nil, refuse("“"+o.Content.Name.ZH+"”不能用于这个方向。", o.Content.Name.EN+" isn't for this direction.")
		}
		chosen = append(chosen, o)
	}
	return chosen, nil
}

// notAnothers refuses a document with which somebody else registered.
func (s *Service) notAnothers(ctx context.Context, person healthcode.PersonID, d healthcode.TravelDocument) error {
	other, err := s.store.FindPerson(ctx, healthcode.Document{Type: healthcode.DocumentChinesePassport, Number: d.Number})
	if healthcode.CodeOf(err) == healthcode.CodeNotFound || err == nil && other == person {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := s.store.Person(ctx, other)
	if err == nil && !p.Registered.IsZero() {
		err = healthcode.Errorf(CodeNotOwn, "number", "这本证件已由另一人登记。请核对号码；如果确实是您的，请联系服务台。",
			"Somebody else registered with this document. Compare the number; if it is yours, contact the help desk.")
	}
	return err
}

// same finds the certificate that stands and whose place a new one takes.
func (s *Service) same(ctx context.Context, person healthcode.PersonID, direction healthcode.TravelDirection, o Offer, now time.Time) (string, error) {
	all, err := s.store.TravelCertificatesOf(ctx, person)
	if err != nil {
		return "", err
	}
	for _, c := range all {
		if c.Stands(now) && c.Content == o.Content.Content && c.Direction == direction &&
			(c.Content != healthcode.TravelVaccination || c.Fact == o.Fact.Ref()) {
			return c.ID, nil
		}
	}
	return "", nil
}

// issue signs and stores one certificate. Replaces is the certificate that it renews; "" looks for one.
func (s *Service) issue(ctx context.Context, person healthcode.Person, jurisdiction string, direction healthcode.TravelDirection,
	document healthcode.TravelDocument, n name, o Offer, now time.Time, replaces string) (healthcode.TravelCertificate, error) {
	none := healthcode.TravelCertificate{}
	if err := s.limiter.Allow(ctx, identity.ActionCertificate, map[identity.Per]string{identity.PerPerson: person.ID.String()}); err != nil {
		return none, err
	}
	if replaces == "" {
		var err error
		if replaces, err = s.same(ctx, person.ID, direction, o, now); err != nil {
			return none, err
		}
	}
	issuer, err := s.signers.Issuer(ctx, usage(o.Content.Content))
	if err != nil {
		return none, fmt.Errorf("finding the key that signs: %w", err)
	}
	id := newID()
	identifier, err := certificate.NewUVCI(s.Policy.Issuer.Country, s.Policy.Issuer.Prefix+"/"+id)
	if err != nil {
		return none, err
	}
	// Whole seconds: that is what the signed times hold.
	issued, expires := now.Truncate(time.Second), o.Until.Truncate(time.Second)
	if end := issuer.Key.NotAfter; expires.After(end) {
		expires = end
	}
	own, _ := ownID(s.Policy, &person, identity.DateOf(now))
	text, err := issuer.Issue(s.Policy.build(o, holder{n, own.Birth, document}, identifier, issued), issued, expires)
	if err != nil {
		return none, err
	}
	c := healthcode.TravelCertificate{ID: id, Person: person.ID, Jurisdiction: jurisdiction, Content: o.Content.Content, Direction: direction,
		Document: document, Fact: o.Fact.Ref(), Identifier: identifier, Text: text, KeyID: issuer.Key.ID, Issued: issued.UTC(), Expires: expires.UTC(), Replaces: replaces}
	if c.Hashes, err = hashesOf(text); err != nil {
		return none, err
	}
	if err := s.store.PutTravelCertificate(ctx, c); err != nil {
		return none, fmt.Errorf("storing a certificate: %w", err)
	}
	if replaces != "" {
		old, err := s.store.TravelCertificate(ctx, replaces)
		if err == nil {
			err = s.publish(ctx, old)
		}
		if err != nil {
			return none, err
		}
	}
	s.log.InfoContext(ctx, "certificate issued", "jurisdiction", jurisdiction, "content", c.Content, "direction", direction, "renewed", replaces != "")
	return c, nil
}

// newID is 26 characters of A-Z and 2-7.
func newID() string {
	b := make([]byte, 16)
	rand.Read(b)
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}
