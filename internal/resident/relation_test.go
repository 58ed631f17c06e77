package resident_test

import (
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
	"healthcode/internal/servicetest"
)

func asking(jurisdiction string, who servicetest.Someone, kind healthcode.RelationKind) resident.Asking {
	return resident.Asking{Jurisdiction: jurisdiction, Name: who.Name, Document: who.Document, Kind: kind}
}

func childOf(who servicetest.Someone) resident.Asking {
	q := asking("tianjin", who, healthcode.RelationChild)
	q.Photo = servicetest.KeyPage()
	return q
}

func only(h *servicetest.House, a healthcode.Actor) resident.Related {
	h.Helper()
	list, err := h.Residents.Relations(h.Context(), a)
	h.Must(err)
	if len(list) != 1 {
		h.Fatalf("relations %+v, want one", list)
	}
	return list[0]
}

func looks(h *servicetest.House, person healthcode.PersonID) []healthcode.Look {
	h.Helper()
	list, err := h.Store.Looks(h.Context(), person, 100)
	h.Must(err)
	return list
}

func TestConsent(t *testing.T) {
	h := servicetest.New(t)
	asker := h.Register("tianjin", servicetest.Zhang)
	other := h.Register("tianjin", servicetest.Li)
	stranger := h.Register("tianjin", servicetest.Wang)
	h.Must(h.Residents.Ask(t.Context(), asker, asking("tianjin", servicetest.Li, healthcode.RelationSpouse)))

	mine, theirs := only(h, asker), only(h, other)
	if mine.State != identity.RelationAsked || mine.Other != "" || !mine.Mine {
		t.Errorf("the asker sees %+v; before consent no name", mine)
	}
	if theirs.Mine || theirs.Other != "张*" || theirs.ID != mine.ID {
		t.Errorf("the other sees %+v", theirs)
	}
	if n := len(h.Messages(servicetest.Li.Phone)); n != 2 { // registering, and this
		t.Errorf("%d messages, want 2", n)
	}

	// Nothing is shown before, and nobody but the other can agree.
	_, err := h.Status.OfRelation(t.Context(), asker, mine.ID)
	h.WantCode(err, healthcode.CodeNotFound)
	h.WantCode(h.Residents.Answer(t.Context(), asker, mine.ID, identity.EventConsent), identity.CodeRelationDenied)
	h.WantCode(h.Residents.Answer(t.Context(), stranger, mine.ID, identity.EventConsent), healthcode.CodeNotFound)
	if len(looks(h, other.Person)) != 0 {
		t.Error("a look that showed nothing was recorded")
	}

	h.Must(h.Residents.Answer(t.Context(), other, mine.ID, identity.EventConsent))
	h.Learn(other.Person, `{"id":"1","source":"clinic:1","kind":"symptoms","time":"2022-04-27T10:00:00+08:00","symptoms":["fever"]}`)
	o, err := h.Status.OfRelation(t.Context(), asker, mine.ID)
	h.Must(err)
	claims, err := h.Status.Claims(o.Pass.Text, "tianjin")
	h.Must(err)
	if o.State != "orange" || o.Name != "李*" || !claims.Proxy || claims.State != "orange" || claims.Name != "李*" {
		t.Errorf("shown %+v, pass %+v", o, claims)
	}
	if mine = only(h, asker); mine.Other != "李*" || mine.State != identity.RelationConsented {
		t.Errorf("the asker sees %+v after consent", mine)
	}

	// The other sees who looked, and only the asker may look.
	if list := looks(h, other.Person); len(list) != 1 || list[0].By != "张*" || list[0].Purpose != "proxy" || list[0].Role != healthcode.RoleResident {
		t.Errorf("looks %+v", list)
	}
	for _, a := range []healthcode.Actor{stranger, other} {
		_, err = h.Status.OfRelation(t.Context(), a, mine.ID)
		h.WantCode(err, healthcode.CodeNotFound)
	}

	// Either side ends it, and then nothing is shown; the place and the person wait 24 hours.
	h.Must(h.Residents.Answer(t.Context(), other, mine.ID, identity.EventRemove))
	_, err = h.Status.Renew(t.Context(), asker, "tianjin", mine.ID)
	h.WantCode(err, healthcode.CodeNotFound)
	again := asking("tianjin", servicetest.Li, healthcode.RelationSpouse)
	h.WantCode(h.Residents.Ask(t.Context(), asker, again), identity.CodeRelationCoolDown)
	h.Clock.Advance(24*time.Hour + time.Second)
	h.Must(h.Residents.Ask(t.Context(), asker, again))
}

func TestDeclineAndExpiry(t *testing.T) {
	h := servicetest.New(t)
	asker, other := h.Register("beijing", servicetest.Zhang), h.Register("beijing", servicetest.Li)
	q := asking("beijing", servicetest.Li, healthcode.RelationOther)
	h.Must(h.Residents.Ask(t.Context(), asker, q))
	h.WantCode(h.Residents.Ask(t.Context(), asker, q), identity.CodeRelationExists)
	h.Must(h.Residents.Answer(t.Context(), other, only(h, asker).ID, identity.EventDecline))
	h.WantCode(h.Residents.Ask(t.Context(), asker, q), identity.CodeRelationDeclined)

	h.Clock.Advance(identity.RelationDeclineTime)
	h.Must(h.Residents.Ask(t.Context(), asker, q))
	h.Clock.Advance(identity.RelationAnswerTime)
	list, err := h.Residents.Relations(t.Context(), other)
	h.Must(err)
	for _, r := range list {
		if r.State == identity.RelationAsked {
			t.Errorf("%+v still waits after a week", r)
		}
		h.WantCode(h.Residents.Answer(t.Context(), other, r.ID, identity.EventConsent), identity.CodeRelationOver)
	}
}

func TestConsentLastsHalfAYear(t *testing.T) {
	h := servicetest.New(t)
	asker, other := h.Register("tianjin", servicetest.Zhang), h.Register("tianjin", servicetest.Li)
	h.Must(h.Residents.Ask(t.Context(), asker, asking("tianjin", servicetest.Li, healthcode.RelationParent)))
	id := only(h, asker).ID
	h.Must(h.Residents.Answer(t.Context(), other, id, identity.EventConsent))
	h.Clock.Advance(identity.RelationLifetime - time.Second)
	_, err := h.Status.OfRelation(t.Context(), asker, id)
	h.Must(err)
	h.Clock.Advance(time.Second)
	_, err = h.Status.OfRelation(t.Context(), asker, id)
	h.WantCode(err, healthcode.CodeNotFound)
}

// The number of places is the policy's: four in Beijing, three in Tianjin, of whom
// Tianjin's are family. Removing somebody frees the place after a day.
func TestPlaces(t *testing.T) {
	for jurisdiction, max := range map[string]int{"beijing": 4, "tianjin": 3} {
		h := servicetest.New(t)
		asker := h.Register(jurisdiction, servicetest.Zhang)
		var others []servicetest.Someone
		for i := range max + 1 {
			birth := []string{"198002", "198003", "198004", "198005", "198006"}[i]
			others = append(others, servicetest.Someone{Name: "某人", Document: servicetest.ID("110101" + birth + "010010")})
		}
		for _, o := range others[:max] {
			h.Must(h.Residents.Ask(t.Context(), asker, asking(jurisdiction, o, healthcode.RelationParent)))
		}
		last := asking(jurisdiction, others[max], healthcode.RelationSpouse)
		h.WantCode(h.Residents.Ask(t.Context(), asker, last), identity.CodeRelationMax)
		list, err := h.Residents.Relations(t.Context(), asker)
		h.Must(err)
		h.Must(h.Residents.Answer(t.Context(), asker, list[0].ID, identity.EventRemove))
		h.WantCode(h.Residents.Ask(t.Context(), asker, last), identity.CodeRelationMax)
		h.Clock.Advance(24 * time.Hour)
		h.Must(h.Residents.Ask(t.Context(), asker, last))
	}
}

func TestKinds(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("tianjin", servicetest.Zhang)
	h.WantCode(h.Residents.Ask(t.Context(), a, asking("tianjin", servicetest.Li, healthcode.RelationOther)), identity.CodeRelationKind)
	h.WantCode(h.Residents.Ask(t.Context(), a, asking("tianjin", servicetest.Zhang, healthcode.RelationSpouse)), identity.CodeRelationSelf)
}

// The asker can't find out whether somebody is registered, nor under what name:
// right name, wrong name and unknown document look the same.
func TestAskingTellsNothing(t *testing.T) {
	h := servicetest.New(t)
	other := h.Register("beijing", servicetest.Li)
	wrong := servicetest.Li
	wrong.Name = "李四"
	var seen []resident.Related
	for i, q := range []servicetest.Someone{servicetest.Li, wrong, servicetest.Wang} {
		who := []servicetest.Someone{servicetest.Zhang, servicetest.Anna, servicetest.Yu}[i]
		asker := h.Register("beijing", who)
		h.Must(h.Residents.Ask(t.Context(), asker, asking("beijing", q, healthcode.RelationOther)))
		h.WantCode(h.Residents.Ask(t.Context(), asker, asking("beijing", q, healthcode.RelationOther)), identity.CodeRelationExists)
		r := only(h, asker)
		r.Relation = healthcode.Relation{State: r.State, Kind: r.Kind}
		seen = append(seen, r)
	}
	if seen[0] != seen[1] || seen[1] != seen[2] {
		t.Errorf("the askers see %+v", seen)
	}
	// Who doesn't know the name sends no message; the other can still see who asked.
	if n := len(h.Messages(servicetest.Li.Phone)); n != 2 {
		t.Errorf("%d messages, want those of registering and of the one who knows the name", n)
	}
	list, err := h.Residents.Relations(t.Context(), other)
	h.Must(err)
	if len(list) != 2 {
		t.Errorf("the other sees %+v, want both who asked", list)
	}
}

func waiting(h *servicetest.House, jurisdiction string) []healthcode.Photo {
	h.Helper()
	list, err := h.Casework.Waiting(h.Context(), servicetest.Officer(healthcode.RoleCaseworker, jurisdiction))
	h.Must(err)
	return list
}

// A foreign passport doesn't tell a date of birth: the parent does, and the officer sees it beside the key page.
func TestChildWithForeignPassport(t *testing.T) {
	h := servicetest.New(t)
	parent := h.Register("tianjin", servicetest.Li)
	child := servicetest.Anna
	q := childOf(child)
	for _, birth := range []string{"", "tomorrow", "2022-04-29"} {
		q.Birth = birth
		err := h.Residents.Ask(t.Context(), parent, q)
		e, ok := err.(*healthcode.Error)
		if !ok || e.Field != "birth" {
			t.Errorf("birth %q: error %v, want one of the field birth", birth, err)
		}
	}
	q.Birth = "2015-01-01"
	h.Must(h.Residents.Ask(t.Context(), parent, q))
	r := only(h, parent)
	if !r.Minor {
		t.Errorf("relation %+v rests on consent, and a child of 7 can't give it", r)
	}
	subject, err := h.Store.Person(t.Context(), r.Subject)
	h.Must(err)
	if got := subject.Birth.Format(time.DateOnly); got != q.Birth {
		t.Errorf("born %s, want %s", got, q.Birth)
	}
	officer := servicetest.Officer(healthcode.RoleCaseworker, "tianjin")
	h.Must(h.Casework.Review(t.Context(), officer, waiting(h, "tianjin")[0].ID, true))
	o, err := h.Status.OfRelation(t.Context(), parent, r.ID)
	h.Must(err)
	if o.State != "green" {
		t.Errorf("state %s", o.State)
	}

	// A grown-up child agrees, and so does anybody else, whose birth nobody asks.
	grown := childOf(servicetest.Someone{Name: "Erik Eriksson", Document: healthcode.Document{Type: healthcode.DocumentPassport, Number: "A1234567", Country: "SWE"}})
	grown.Birth = "1999-01-01"
	h.Must(h.Residents.Ask(t.Context(), parent, grown))
	if n := len(waiting(h, "tianjin")); n != 0 {
		t.Errorf("%d photos wait, want none", n)
	}
}

// Both parents have the same child, each after an officer compared what they sent.
func TestTwoParentsOneChild(t *testing.T) {
	h := servicetest.New(t)
	mother, father := h.Register("tianjin", servicetest.Li), h.Register("tianjin", servicetest.Wang)
	officer := servicetest.Officer(healthcode.RoleCaseworker, "tianjin")

	noPhoto := childOf(servicetest.Lin)
	noPhoto.Photo = nil
	h.WantCode(h.Residents.Ask(t.Context(), mother, noPhoto), identity.CodeRelationKeyPage)
	h.Must(h.Residents.Ask(t.Context(), mother, childOf(servicetest.Lin)))
	h.Clock.Advance(time.Minute)
	h.Must(h.Residents.Ask(t.Context(), father, childOf(servicetest.Lin)))
	m, f := only(h, mother), only(h, father)
	if m.Subject != f.Subject || !m.Minor || !f.Minor {
		t.Fatalf("two children %+v %+v, want one", m, f)
	}
	_, err := h.Status.OfRelation(t.Context(), mother, m.ID)
	h.WantCode(err, healthcode.CodeNotFound) // not before the review

	photos := waiting(h, "tianjin")
	if len(photos) != 2 {
		t.Fatalf("%d photos wait, want 2", len(photos))
	}
	h.Must(h.Casework.Review(t.Context(), officer, photos[0].ID, true))
	_, err = h.Status.OfRelation(t.Context(), mother, m.ID)
	h.Must(err)
	_, err = h.Status.OfRelation(t.Context(), father, f.ID)
	h.WantCode(err, healthcode.CodeNotFound) // what the mother sent says nothing of him
	h.Must(h.Casework.Review(t.Context(), officer, photos[1].ID, true))
	o, err := h.Status.OfRelation(t.Context(), father, f.ID)
	h.Must(err)
	if o.State != "green" || o.Name != "林*" {
		t.Errorf("shown %+v", o)
	}
}

// A stranger who knows a child's name and number, and sends some picture, gets
// nothing and spoils nothing.
func TestNotTheParent(t *testing.T) {
	h := servicetest.New(t)
	mother, stranger := h.Register("tianjin", servicetest.Li), h.Register("tianjin", servicetest.Wang)
	officer := servicetest.Officer(healthcode.RoleCaseworker, "tianjin")
	h.Must(h.Residents.Ask(t.Context(), mother, childOf(servicetest.Lin)))
	h.Clock.Advance(time.Minute)
	h.Must(h.Residents.Ask(t.Context(), stranger, childOf(servicetest.Lin)))
	photos := waiting(h, "tianjin")
	h.Must(h.Casework.Review(t.Context(), officer, photos[0].ID, true))
	h.Must(h.Casework.Review(t.Context(), officer, photos[1].ID, false))

	if r := only(h, stranger); r.State != identity.RelationDeclined {
		t.Errorf("the stranger has %+v", r)
	}
	o, err := h.Status.OfRelation(t.Context(), mother, only(h, mother).ID)
	h.Must(err)
	claims, err := h.Status.Claims(o.Pass.Text, "tianjin")
	h.Must(err)
	if claims.Unchecked {
		t.Error("the child's identity is unchecked again after a stranger's picture")
	}
}

// What rests on minority ends with the 18th birthday, at midnight in Shanghai.
func TestMinorityEnds(t *testing.T) {
	h := servicetest.New(t)
	parent := h.Register("tianjin", servicetest.Li)
	h.Must(h.Residents.Ask(t.Context(), parent, childOf(servicetest.Yu)))
	id := only(h, parent).ID
	h.Must(h.Casework.Review(t.Context(), servicetest.Officer(healthcode.RoleCaseworker, "tianjin"), waiting(h, "tianjin")[0].ID, true))
	h.Clock.Set(servicetest.At(time.May, 1, 23, 59))
	_, err := h.Status.OfRelation(t.Context(), parent, id)
	h.Must(err)
	h.Clock.Set(servicetest.At(time.May, 2, 0, 0))
	_, err = h.Status.OfRelation(t.Context(), parent, id)
	h.WantCode(err, healthcode.CodeNotFound)
	if r := only(h, parent); r.State != identity.RelationExpired {
		t.Errorf("relation %+v", r)
	}
}

// TestGuardiansAndCarers: each is offered by the policy, and shows nothing before the other agrees.
func TestGuardiansAndCarers(t *testing.T) {
	for _, kind := range []healthcode.RelationKind{healthcode.RelationWard, healthcode.RelationCared, healthcode.RelationInstitution} {
		h := servicetest.New(t)
		asker, other := h.Register("tianjin", servicetest.Zhang), h.Register("tianjin", servicetest.Li)
		h.Must(h.Residents.Ask(t.Context(), asker, asking("tianjin", servicetest.Li, kind)))
		id := only(h, asker).ID
		_, err := h.Status.OfRelation(t.Context(), asker, id)
		h.WantCode(err, healthcode.CodeNotFound)
		h.Must(h.Residents.Answer(t.Context(), other, id, identity.EventConsent))
		_, err = h.Status.OfRelation(t.Context(), asker, id)
		h.Must(err)
	}
}
