package identity

import (
	"strings"
	"testing"
	"time"

	"healthcode"
)

var (
	mother  = healthcode.PersonID{1}
	father  = healthcode.PersonID{2}
	child   = healthcode.PersonID{3}
	friend  = healthcode.PersonID{4}
	tianjin = RelationRules{Kinds: []healthcode.RelationKind{"spouse", "parent", "child"}, Max: 3}
	beijing = RelationRules{Kinds: []healthcode.RelationKind{"spouse", "parent", "child", "other"}, Max: 4}
)

func resident(id healthcode.PersonID) healthcode.Actor {
	return healthcode.Actor{Role: healthcode.RoleResident, Person: id}
}

func ask(asker, subject healthcode.PersonID, kind healthcode.RelationKind) Request {
	return Request{ID: "r", Jurisdiction: "tianjin", Asker: asker, Subject: subject, Kind: kind}
}

// relation asks and fails the test if that is refused.
func relation(t *testing.T, q Request, now time.Time) Relation {
	t.Helper()
	r, err := Ask(q, beijing, nil, now)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func apply(t *testing.T, r Relation, event RelationEvent, by healthcode.Actor, now time.Time) Relation {
	t.Helper()
	r, err := r.Apply(event, by, now)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAsk(t *testing.T) {
	now := at("2022-04-28 09:00:00")
	stored := func(subject byte, state string, changed time.Time) Relation {
		return Relation{Relation: healthcode.Relation{Jurisdiction: "tianjin", Asker: mother, Subject: healthcode.PersonID{subject},
			Kind: "spouse", State: state, Asked: changed, Changed: changed}}
	}
	minor := ask(mother, child, "child")
	minor.Birth = Date{2010, 5, 1}
	withPage := minor
	withPage.KeyPage = true
	grown := minor
	grown.Birth = Date{2004, 4, 28}
	hour := time.Hour

	for _, tt := range []struct {
		name     string
		q        Request
		rules    RelationRules
		existing []Relation
		want     healthcode.Code
	}{
		{"spouse", ask(mother, father, "spouse"), tianjin, nil, ""},
		{"oneself", ask(mother, mother, "spouse"), tianjin, nil, CodeRelationSelf},
		{"a friend in Tianjin", ask(mother, friend, "other"), tianjin, nil, CodeRelationKind},
		{"a friend in Beijing", ask(mother, friend, "other"), beijing, nil, ""},
		{"minor child without the key page", minor, tianjin, nil, CodeRelationKeyPage},
		{"minor child with it", withPage, tianjin, nil, ""},
		{"child who is 18 today", grown, tianjin, nil, ""},
		{"child of unknown age", ask(mother, child, "child"), tianjin, nil, ""},
		{"three already", ask(mother, friend, "parent"), tianjin,
			[]Relation{stored(11, RelationAsked, now), stored(12, RelationConsented, now), stored(13, RelationConsented, now)}, CodeRelationMax},
		{"three in Beijing", ask(mother, friend, "parent"), beijing,
			[]Relation{stored(11, RelationAsked, now), stored(12, RelationConsented, now), stored(13, RelationConsented, now)}, ""},
		{"three that count no more", ask(mother, friend, "parent"), tianjin,
			[]Relation{stored(11, RelationDeclined, now), stored(12, RelationAsked, now.Add(-RelationAnswerTime)), stored(13, RelationRemoved, now.Add(-24*hour)), stored(14, RelationConsented, now)}, ""},
		{"three, one removed just now", ask(mother, friend, "parent"), tianjin,
			[]Relation{stored(11, RelationConsented, now), stored(12, RelationConsented, now), stored(13, RelationRemoved, now.Add(-24*hour+1))}, CodeRelationMax},
		{"asked already", ask(mother, father, "spouse"), tianjin, []Relation{stored(2, RelationAsked, now)}, CodeRelationExists},
		{"agreed already, now as a parent", ask(mother, father, "parent"), tianjin, []Relation{stored(2, RelationConsented, now)}, CodeRelationExists},
		{"asked, but not answered for a week", ask(mother, father, "spouse"), tianjin, []Relation{stored(2, RelationAsked, now.Add(-7*24*hour))}, ""},
		{"declined yesterday", ask(mother, father, "spouse"), tianjin, []Relation{stored(2, RelationDeclined, now.Add(-24*hour))}, CodeRelationDeclined},
		{"declined a week ago", ask(mother, father, "spouse"), tianjin, []Relation{stored(2, RelationDeclined, now.Add(-7*24*hour))}, ""},
		{"removed an hour ago", ask(mother, father, "spouse"), tianjin, []Relation{stored(2, RelationRemoved, now.Add(-hour))}, CodeRelationCoolDown},
		{"removed a day ago", ask(mother, father, "spouse"), tianjin, []Relation{stored(2, RelationRemoved, now.Add(-24*hour))}, ""},
	} {
		r, err := Ask(tt.q, tt.rules, tt.existing, now)
		if tt.want != "" {
			if healthcode.CodeOf(err) != tt.want || r != (Relation{}) {
				t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
			}
			continue
		}
		if err != nil || r.State != RelationAsked || r.Asker != tt.q.Asker || r.Subject != tt.q.Subject || !r.Asked.Equal(now) {
			t.Errorf("%s: %+v, %v", tt.name, r, err)
		}
	}
	elsewhere := []Relation{stored(11, RelationAsked, now), stored(12, RelationAsked, now), stored(2, RelationConsented, now)}
	for i := range elsewhere {
		elsewhere[i].Jurisdiction = "beijing"
	}
	if _, err := Ask(ask(mother, father, "spouse"), tianjin, elsewhere, now); err != nil {
		t.Errorf("relations in another jurisdiction count: %v", err)
	}
}

// TestBothParents: two people may act for one child at the same time, and one
// parent's removal leaves the other's relation alone.
func TestBothParents(t *testing.T) {
	now := at("2022-04-28 09:00:00")
	officer := healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: "li", Jurisdiction: "tianjin"}
	var both []Relation
	for _, parent := range []healthcode.PersonID{mother, father} {
		q := ask(parent, child, "child")
		q.Birth, q.KeyPage = Date{2010, 5, 1}, true
		r, err := Ask(q, tianjin, both, now)
		if err != nil {
			t.Fatal(err)
		}
		both = append(both, apply(t, r, EventConsent, officer, now))
	}
	both[0] = apply(t, both[0], EventRemove, resident(mother), now)
	if s := both[1].StateAt(now); s != RelationConsented {
		t.Errorf("after the mother removed hers, the father's is %s", s)
	}
}

func TestApply(t *testing.T) {
	now := at("2022-04-28 09:00:00")
	later := now.Add(time.Hour)
	adult := relation(t, ask(mother, father, "spouse"), now)
	q := ask(mother, child, "child")
	q.Birth, q.KeyPage = Date{2010, 5, 1}, true
	minor := relation(t, q, now)
	officer := healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: "li", Jurisdiction: "tianjin"}
	stranger := healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: "wu", Jurisdiction: "beijing"}
	guard := healthcode.Actor{Role: healthcode.RoleCheckpoint, Jurisdiction: "tianjin", Person: father}
	agreed := apply(t, adult, EventConsent, resident(father), now)

	for _, tt := range []struct {
		name  string
		r     Relation
		event RelationEvent
		by    healthcode.Actor
		want  string // state, or code
	}{
		{"the subject agrees", adult, EventConsent, resident(father), RelationConsented},
		{"the asker agrees with herself", adult, EventConsent, resident(mother), "relation_denied"},
		{"somebody else agrees", adult, EventConsent, resident(friend), "relation_denied"},
		{"an officer agrees for an adult", adult, EventConsent, officer, "relation_denied"},
		{"staff with a person's id agree", adult, EventConsent, guard, "relation_denied"},
		{"nobody agrees", adult, EventConsent, healthcode.Actor{}, "relation_denied"},
		{"the subject declines", adult, EventDecline, resident(father), RelationDeclined},
		{"the asker declines", adult, EventDecline, resident(mother), "relation_denied"},
		{"the asker takes it back", adult, EventRemove, resident(mother), RelationRemoved},
		{"the subject removes it", agreed, EventRemove, resident(father), RelationRemoved},
		{"the asker removes it", agreed, EventRemove, resident(mother), RelationRemoved},
		{"somebody else removes it", agreed, EventRemove, resident(friend), "relation_denied"},
		{"agreeing twice", agreed, EventConsent, resident(father), "relation_over"},
		{"declining what was agreed to", agreed, EventDecline, resident(father), "relation_over"},
		{"an officer agrees for a minor child", minor, EventConsent, officer, RelationConsented},
		{"an officer of another city does", minor, EventConsent, stranger, "relation_denied"},
		{"the parent does", minor, EventConsent, resident(mother), "relation_denied"},
		{"the child does", minor, EventConsent, resident(child), "relation_denied"},
		{"an officer refuses", minor, EventDecline, officer, RelationDeclined},
		{"the child says no", minor, EventDecline, resident(child), RelationDeclined},
		{"no such event", adult, "promote", resident(father), "relation_denied"},
	} {
		before := tt.r
		r, err := tt.r.Apply(tt.event, tt.by, later)
		got := r.State
		if err != nil {
			if got = string(healthcode.CodeOf(err)); r != before {
				t.Errorf("%s: refused, yet changed", tt.name)
			}
		} else if !r.Changed.Equal(later) {
			t.Errorf("%s: changed at %s", tt.name, r.Changed)
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	for _, state := range []string{RelationDeclined, RelationRemoved, RelationExpired} {
		over := agreed
		over.State = state
		for _, event := range []RelationEvent{EventConsent, EventDecline, EventRemove} {
			if _, err := over.Apply(event, resident(father), later); healthcode.CodeOf(err) != CodeRelationOver {
				t.Errorf("%s after %s: %v", event, state, err)
			}
		}
	}
}

func TestRelationEnds(t *testing.T) {
	now := at("2022-04-28 09:00:00")
	officer := healthcode.Actor{Role: healthcode.RoleCaseworker, Jurisdiction: "tianjin"}
	q := ask(mother, child, "child")
	q.Birth, q.KeyPage = Date{2004, 5, 1}, true // 18 on 1 May 2022
	asked := relation(t, q, now)
	agreed := apply(t, asked, EventConsent, officer, now)
	spouse := relation(t, ask(mother, father, "spouse"), now)
	spouseAgreed := apply(t, spouse, EventConsent, resident(father), now)
	leap := q
	leap.Birth = Date{2008, 2, 29}

	for _, tt := range []struct {
		name string
		r    Relation
		ends string
	}{
		{"not answered", spouse, "2022-05-05 09:00:00"},
		{"agreed to", spouseAgreed, "2022-10-25 09:00:00"},
		{"a child's, not answered before the 18th birthday", asked, "2022-05-01 00:00:00"},
		{"a child's, agreed to", agreed, "2022-05-01 00:00:00"},
	} {
		ends := at(tt.ends)
		if got := tt.r.Ends(shanghai); !got.Equal(ends) {
			t.Errorf("%s: ends %s, want %s", tt.name, got, tt.ends)
		}
		if got := tt.r.StateAt(ends.Add(-time.Nanosecond)); got != tt.r.State {
			t.Errorf("%s: %s just before its end", tt.name, got)
		}
		if got := tt.r.StateAt(ends); got != RelationExpired {
			t.Errorf("%s: %s at its end", tt.name, got)
		}
		if _, err := tt.r.Apply(EventRemove, resident(mother), ends); healthcode.CodeOf(err) != CodeRelationOver {
			t.Errorf("%s: removed after its end: %v", tt.name, err)
		}
	}
	// The zone of now decides when the birthday begins.
	if got := agreed.StateAt(time.Date(2022, 4, 30, 16, 0, 0, 0, time.UTC).In(shanghai)); got != RelationExpired {
		t.Errorf("at midnight in Shanghai: %s", got)
	}
	if got := relation(t, leap, now).Ends(shanghai); !got.Equal(at("2022-05-05 09:00:00")) {
		t.Errorf("a child of 14: %s", got)
	}
	if got := Birthday(leap.Birth, 18); got != (Date{2026, 3, 1}) {
		t.Errorf("born on 29 February 2008, 18 on %s", got)
	}
}

func TestRelationLabels(t *testing.T) {
	for _, kind := range beijing.Kinds {
		if !RelationLabel(kind).Complete() {
			t.Errorf("%s has no label", kind)
		}
	}
	if _, err := Ask(ask(mother, mother, "spouse"), tianjin, nil, at("2022-04-28 09:00:00")); !strings.HasPrefix(err.Error(), "relation: ") {
		t.Errorf("%v doesn't name the field", err)
	}
}
