// Package demo fills a store with a simulated population: about 500 people who
// cover every state and hold of the policies, over the real risk areas of 2022.
package demo

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
	"healthcode/policy"
)

// Population is how many people there are.
const Population = 500

// Start is when the demo's clock starts, unless told otherwise: in Beijing's outbreak of spring 2022.
var Start = time.Date(2022, 4, 28, 9, 0, 0, 0, time.FixedZone("", 8*3600))

// SignIn is an account that the demo prints.
type SignIn struct {
	Role         healthcode.Role `json:"role"`
	Jurisdiction string          `json:"jurisdiction"`
	Name         string          `json:"name,omitempty"`     // of staff
	Password     string          `json:"password,omitempty"` // of staff
	Token        string          `json:"token,omitempty"`    // for the API
	Venue        string          `json:"venue,omitempty"`
	Case         string          `json:"case,omitempty"` // of a resident: what is known
	State        string          `json:"state,omitempty"`

	Document *healthcode.Document `json:"document,omitempty"` // of a resident
	Phone    string               `json:"phone,omitempty"`
	// Session is a resident's session token, so that a script need not read the outbox.
	Session string `json:"session,omitempty"`
}

// Filler fills a store.
type Filler struct {
	Store    healthcode.Store
	Policies *policy.Set
	Access   *access.Service
	Areas    healthcode.AreaHistory
	Start    time.Time
	rng      *mathrand.Rand
	area     func(string) string
	password string
	hash     string
}

// Fill writes areas, venues, staff and people, and returns the sign-ins: staff first, then one resident of each case.
func (f *Filler) Fill(ctx context.Context) ([]SignIn, error) {
	var seed [8]byte
	rand.Read(seed[:])
	f.rng = mathrand.New(mathrand.NewPCG(binary.LittleEndian.Uint64(seed[:]), 1))
	f.password = newPassword()
	f.hash = access.HashPassword(f.password)
	loc := f.Policies.Policies()[0].Location
	f.Start = f.Start.In(loc)
	history := withCases(f.Areas, loc)
	if err := f.Store.PutAreas(ctx, history); err != nil {
		return nil, fmt.Errorf("filling the areas: %w", err)
	}
	f.area = places(history, f.Start)
	staff, err := f.staff(ctx)
	if err != nil {
		return nil, fmt.Errorf("filling the staff: %w", err)
	}
	people, err := f.people(ctx)
	if err != nil {
		return nil, fmt.Errorf("filling the people: %w", err)
	}
	return append(staff, people...), nil
}

func newPassword() string {
	b := make([]byte, 9)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// staff makes a venue and a door of every kind, and one account of every other role, in each jurisdiction.
func (f *Filler) staff(ctx context.Context) ([]SignIn, error) {
	var out []SignIn
	put := func(s healthcode.Staff) error {
		token, tokenHash := access.NewToken()
		s.PasswordHash, s.TokenHash = f.hash, tokenHash
		out = append(out, SignIn{Role: s.Role, Jurisdiction: s.Jurisdiction, Name: s.Name, Password: f.password, Token: token, Venue: s.Venue})
		return f.Store.PutStaff(ctx, s)
	}
	for _, j := range f.Policies.Jurisdictions() {
		versions := f.Policies.Versions(j)
		p := versions[len(versions)-1]
		for _, kind := range p.Venues {
			v := healthcode.Venue{ID: j + "-" + kind.Venue, Jurisdiction: j, Kind: kind.Venue, Name: kind.Name, Area: f.area("home")}
			if err := f.Store.PutVenue(ctx, v); err != nil {
				return nil, err
			}
			if err := put(healthcode.Staff{Name: "door-" + v.ID, Role: healthcode.RoleCheckpoint, Jurisdiction: j, Venue: v.ID}); err != nil {
				return nil, err
			}
		}
		for _, role := range healthcode.Roles[2:] { // every role but resident and checkpoint
			s := healthcode.Staff{Name: string(role) + "-" + j, Role: role, Jurisdiction: j}
			if role == healthcode.RoleLab {
				s.Source = "lab:" + j + "-1"
			}
			if err := put(s); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// people shares the population out among the jurisdictions and their cases.
func (f *Filler) people(ctx context.Context) ([]SignIn, error) {
	all, err := samples()
	if err != nil {
		return nil, err
	}
	jurisdictions := slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(j string) bool { return len(f.Policies.Versions(j)) == 0 })
	if len(jurisdictions) == 0 {
		return nil, nil // other policies than the demo's
	}
	var out []SignIn
	for n := range Population {
		j := jurisdictions[n%len(jurisdictions)]
		s := pick(all[j], n/len(jurisdictions))
		id, person, err := f.person(ctx, n, j, s)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(out, func(o SignIn) bool { return o.Jurisdiction == j && o.Case == s.Case }) {
			continue
		}
		document := person.Document()
		session, err := f.Access.OpenResident(ctx, id, "demo")
		if err != nil {
			return nil, err
		}
		out = append(out, SignIn{Role: healthcode.RoleResident, Jurisdiction: j, Case: s.Case, Document: &document, Phone: person.Phone, Session: session})
	}
	slices.SortStableFunc(out, func(a, b SignIn) int { return cmp.Compare(a.Jurisdiction, b.Jurisdiction) })
	return out, nil
}

// pick goes round the samples, each as often as its weight says.
func pick(samples []sample, n int) sample {
	if n < len(samples) {
		return samples[n] // everything once, first
	}
	total := 0
	for _, s := range samples {
		total += max(1, s.Weight)
	}
	n %= total
	for _, s := range samples {
		if n -= max(1, s.Weight); n < 0 {
			return s
		}
	}
	return samples[0]
}

func (f *Filler) person(ctx context.Context, n int, jurisdiction string, s sample) (healthcode.PersonID, healthcode.Person, error) {
	person := somebody(f.rng, n)
	checked, err := identity.CheckDocument(person.Document(), identity.DateOf(f.Start))
	if err != nil {
		return healthcode.PersonID{}, person, fmt.Errorf("person %d: %w", n, err)
	}
	person.Documents[0].Document = checked.Document
	person.Documents[0].Added = f.Start
	person.Birth = checked.Birth.In(time.UTC)
	if checked.Birth.IsZero() {
		person.Birth = time.Date(1960+f.rng.IntN(45), 5, 17, 0, 0, 0, 0, time.UTC)
	}
	person.Registered = f.Start.AddDate(0, -1, -f.rng.IntN(300))
	person.Identity = healthcode.IdentityChecked
	waits := n%41 == 1
	if waits {
		person.Identity = healthcode.IdentityUnchecked
	}
	p, err := f.Policies.Find(jurisdiction, f.Start)
	if err != nil {
		return healthcode.PersonID{}, person, err
	}
	id, err := f.Store.CreatePerson(ctx, person, healthcode.Registration{Jurisdiction: jurisdiction,
		Declaration: p.Declaration.Version, Language: person.Language, Channel: "demo", At: person.Registered})
	if err != nil {
		return id, person, err
	}
	if waits {
		if err := f.photo(ctx, id, jurisdiction, person); err != nil {
			return id, person, err
		}
	}
	facts, err := s.facts(fmt.Sprintf("demo-%d-", n), f.Start, f.area)
	if err != nil {
		return id, person, err
	}
	var rows []healthcode.PersonFact
	for _, fact := range facts {
		if by, manual := strings.CutPrefix(fact.Source, healthcode.ManualSource); manual {
			if err := f.change(ctx, id, jurisdiction, by, fact); err != nil {
				return id, person, err
			}
			continue
		}
		rows = append(rows, healthcode.PersonFact{Person: id, Fact: fact})
	}
	_, err = f.Store.Append(ctx, rows)
	return id, person, err
}
