package storagetest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"healthcode"
)

var peopleTests = map[string]func(*testing.T, healthcode.Store){
	"round trip":        personsComeBackWhole,
	"unknown":           unknownPersons,
	"document taken":    aDocumentIsRegisteredOnce,
	"feed person":       registrationCompletesAFeedPerson,
	"two feed persons":  documentsOfTwoFeedPersons,
	"ensure":            ensureMakesEachPersonOnce,
	"document details":  documentsDifferInEveryPart,
	"update":            personsAreUpdated,
	"more documents":    documentsAreLinked,
	"registrations":     registrationsAreKept,
	"registered, paged": registeredPersonsInPages,
	"lists of nobody":   listsOfNobody,
}

func wholePerson() healthcode.Person {
	return healthcode.Person{
		Name: "Maximiliane Friederike Freifrau von Müller-Lüdenscheidt 张三", Language: healthcode.EN, Phone: "+8613800138000",
		Birth: time.Date(1990, 3, 7, 0, 0, 0, 0, shanghai), Identity: healthcode.IdentityChecked,
		Documents: []healthcode.PersonDocument{
			{Document: healthcode.Document{Type: healthcode.DocumentPassport, Number: "C01X00T47", Country: "DEU"}, Entry: true, Added: start},
			{Document: document(1), Added: after(time.Minute)},
		}}
}

func registration(jurisdiction string) healthcode.Registration {
	return healthcode.Registration{Jurisdiction: jurisdiction, Declaration: "2022-04", Language: healthcode.EN, Channel: "web", At: start}
}

func create(t tb, s healthcode.Store, p healthcode.Person) healthcode.PersonID {
	t.Helper()
	id, err := s.CreatePerson(ctx, p, registration("beijing"))
	must(t, err)
	return id
}

// wantPerson compares everything; Birth is the same date at midnight UTC.
func wantPerson(t tb, s healthcode.Store, want healthcode.Person) {
	t.Helper()
	got, err := s.Person(ctx, want.ID)
	must(t, err)
	want.Documents = slices.Clone(want.Documents)
	for _, p := range []*healthcode.Person{&got, &want} {
		for i := range p.Documents {
			p.Documents[i].Added = p.Documents[i].Added.UTC()
		}
		p.Registered = p.Registered.UTC()
	}
	if y, m, d := want.Birth.Date(); !want.Birth.IsZero() {
		want.Birth = time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("person:\n got %+v\nwant %+v", got, want)
	}
}

func personsComeBackWhole(t *testing.T, s healthcode.Store) {
	p := wholePerson()
	p.ID = create(t, s, p)
	p.Registered = start
	wantPerson(t, s, p)
	for _, d := range p.Documents {
		id, err := s.FindPerson(ctx, d.Document)
		must(t, err)
		wantEqual(t, "found by "+string(d.Type), id, p.ID)
	}
	least := healthcode.Person{Documents: []healthcode.PersonDocument{{Document: document(2)}}}
	least.ID = create(t, s, least)
	least.Registered, least.Identity = start, healthcode.IdentityUnchecked
	wantPerson(t, s, least)
	if p.ID == least.ID || p.ID == (healthcode.PersonID{}) {
		t.Errorf("ids %s and %s", p.ID, least.ID)
	}
	_, err := s.CreatePerson(ctx, healthcode.Person{Name: "x"}, registration("beijing"))
	wantCode(t, "without a document", err, healthcode.CodeInvalid)
	n, _, err := s.Counts(ctx)
	must(t, err)
	wantEqual(t, "persons", n, 2)
}

func unknownPersons(t *testing.T, s healthcode.Store) {
	nobody := healthcode.PersonID{1}
	_, err := s.FindPerson(ctx, document(1))
	wantCode(t, "find", err, healthcode.CodeNotFound)
	_, err = s.Person(ctx, nobody)
	wantCode(t, "read", err, healthcode.CodeNotFound)
	wantCode(t, "update", s.UpdatePerson(ctx, healthcode.Person{ID: nobody}, "x", start), healthcode.CodeNotFound)
	wantCode(t, "link a document", s.AddDocument(ctx, nobody, healthcode.PersonDocument{Document: document(1)}), healthcode.CodeNotFound)
	r := registration("beijing")
	r.Person = nobody
	wantCode(t, "register", s.Register(ctx, r), healthcode.CodeNotFound)
	_, err = s.FindPerson(ctx, document(1))
	wantCode(t, "find after linking to nobody", err, healthcode.CodeNotFound)
}

func aDocumentIsRegisteredOnce(t *testing.T, s healthcode.Store) {
	p := wholePerson()
	p.ID = create(t, s, p)
	p.Registered = start
	for _, d := range p.Documents {
		other := healthcode.Person{Name: "other", Documents: []healthcode.PersonDocument{{Document: document(9)}, d}}
		_, err := s.CreatePerson(ctx, other, registration("beijing"))
		wantCode(t, "register "+string(d.Type)+" again", err, healthcode.CodeConflict)
	}
	wantPerson(t, s, p)
	_, err := s.FindPerson(ctx, document(9))
	wantCode(t, "find a document of a refused registration", err, healthcode.CodeNotFound)
	n, _, err := s.Counts(ctx)
	must(t, err)
	wantEqual(t, "persons", n, 1)
}

func registrationCompletesAFeedPerson(t *testing.T, s healthcode.Store) {
	id := person(t, s, 1)
	wantPerson(t, s, healthcode.Person{ID: id, Identity: healthcode.IdentityUnchecked,
		Documents: []healthcode.PersonDocument{{Document: document(1)}}})
	f := test("lab:bj-0007", "1")
	appendOne(t, s, id, f)
	p := wholePerson() // whose second document the feed named
	p.ID = create(t, s, p)
	wantEqual(t, "id", p.ID, id)
	p.Registered = start
	wantPerson(t, s, p)
	wantFacts(t, s, id, f)
	_, err := s.CreatePerson(ctx, p, registration("beijing"))
	wantCode(t, "register again", err, healthcode.CodeConflict)
}

func documentsOfTwoFeedPersons(t *testing.T, s healthcode.Store) {
	a, b := person(t, s, 1), person(t, s, 2)
	_, err := s.CreatePerson(ctx, healthcode.Person{Documents: []healthcode.PersonDocument{
		{Document: document(1)}, {Document: document(2)}}}, registration("beijing"))
	wantCode(t, "register with the documents of two", err, healthcode.CodeConflict)
	for n, want := range map[int]healthcode.PersonID{1: a, 2: b} {
		id, err := s.FindPerson(ctx, document(n))
		must(t, err)
		wantEqual(t, "found", id, want)
	}
}

func ensureMakesEachPersonOnce(t *testing.T, s healthcode.Store) {
	first, err := s.EnsurePersons(ctx, []healthcode.Document{document(1), document(2), document(1)})
	must(t, err)
	if first[0] != first[2] || first[0] == first[1] {
		t.Errorf("ids %v of documents 1, 2, 1", first)
	}
	again, err := s.EnsurePersons(ctx, []healthcode.Document{document(3), document(2), document(1)})
	must(t, err)
	if again[1] != first[1] || again[2] != first[0] || again[0] == first[0] || again[0] == first[1] {
		t.Errorf("ids %v of documents 3, 2, 1, after %v of 1, 2, 1", again, first)
	}
	_, err = s.EnsurePersons(ctx, []healthcode.Document{{Type: healthcode.DocumentID}})
	wantCode(t, "a document without a number", err, healthcode.CodeInvalid)
	n, _, err := s.Counts(ctx)
	must(t, err)
	wantEqual(t, "persons", n, 3)
}

func documentsDifferInEveryPart(t *testing.T, s healthcode.Store) {
	var documents []healthcode.Document
	for _, kind := range healthcode.DocumentTypes {
		for _, number := range []string{"E12345678", "E1234567", "012345678", "12345678"} {
			for _, country := range []string{"", "DEU", "FRA"} {
				documents = append(documents, healthcode.Document{Type: kind, Number: number, Country: country})
			}
		}
	}
	ids, err := s.EnsurePersons(ctx, documents)
	must(t, err)
	seen := map[healthcode.PersonID]bool{}
	for i, id := range ids {
		if seen[id] {
			t.Errorf("%+v has the person of another document", documents[i])
		}
		seen[id] = true
		p, err := s.Person(ctx, id)
		must(t, err)
		wantEqual(t, "document", p.Document(), documents[i])
	}
}

func personsAreUpdated(t *testing.T, s healthcode.Store) {
	p := wholePerson()
	p.ID = create(t, s, p)
	p.Registered = start
	changed := p
	changed.Name, changed.Phone, changed.Language = "李四", "", healthcode.ZH
	changed.Birth, changed.Identity = time.Time{}, healthcode.IdentityRefused
	must(t, s.UpdatePerson(ctx, changed, "caseworker:1", after(time.Hour)))
	wantPerson(t, s, changed)
	again := changed
	again.Name, again.Documents, again.Registered = "王五", nil, time.Time{}
	must(t, s.UpdatePerson(ctx, again, "caseworker:1", after(time.Hour)))
	again.Documents, again.Registered = p.Documents, p.Registered // which an update doesn't touch
	wantPerson(t, s, again)
}

func documentsAreLinked(t *testing.T, s healthcode.Store) {
	id, other := person(t, s, 1), person(t, s, 2)
	renewed := healthcode.PersonDocument{Entry: true, Added: start,
		Document: healthcode.Document{Type: healthcode.DocumentPassport, Number: "C01X00T48", Country: "DEU"}}
	must(t, s.AddDocument(ctx, id, renewed))
	must(t, s.AddDocument(ctx, id, renewed))
	p, err := s.Person(ctx, id)
	must(t, err)
	wantEqual(t, "documents", len(p.Documents), 2)
	wantEqual(t, "current document", p.Document(), renewed.Document)
	for _, d := range []healthcode.Document{document(1), renewed.Document} {
		got, err := s.FindPerson(ctx, d)
		must(t, err)
		wantEqual(t, "found by "+d.Number, got, id)
	}
	wantCode(t, "link another's", s.AddDocument(ctx, other, renewed), healthcode.CodeConflict)
}

func registrationsAreKept(t *testing.T, s healthcode.Store) {
	id := create(t, s, wholePerson())
	want := []healthcode.Registration{registration("beijing"), registration("tianjin"), registration("beijing")}
	want[1].At, want[1].Channel = after(time.Hour), "app"
	want[2].At, want[2].Declaration = after(2*time.Hour), "2022-05"
	for i := range want {
		want[i].Person = id
	}
	must(t, s.Register(ctx, want[1]))
	must(t, s.Register(ctx, want[2]))
	repeated := want[2]
	repeated.At = after(3 * time.Hour)
	must(t, s.Register(ctx, repeated))
	got, err := s.Registrations(ctx, id)
	must(t, err)
	wantEqual(t, "registrations", len(got), len(want))
	for i := range min(len(got), len(want)) {
		wantTime(t, "at", got[i].At, want[i].At)
		got[i].At = want[i].At
		wantEqual(t, fmt.Sprintf("registration %d", i), got[i], want[i])
	}
}

func registeredPersonsInPages(t *testing.T, s healthcode.Store) {
	want := map[healthcode.PersonID]bool{}
	for i := range 25 {
		id, err := s.CreatePerson(ctx, healthcode.Person{Documents: []healthcode.PersonDocument{{Document: document(i)}}},
			registration([]string{"beijing", "tianjin"}[i%2]))
		must(t, err)
		again := registration("beijing")
		again.Person, again.Declaration = id, "2022-05"
		if i%2 == 0 {
			want[id] = true
			must(t, s.Register(ctx, again))
		}
	}
	got := map[healthcode.PersonID]bool{}
	var last healthcode.PersonID
	for {
		page, err := s.RegisteredPersons(ctx, "beijing", last, 4)
		must(t, err)
		if len(page) == 0 {
			break
		}
		if len(page) > 4 {
			t.Fatalf("a page of %d", len(page))
		}
		for _, id := range page {
			if got[id] {
				t.Fatalf("%s came twice", id)
			}
			got[id], last = true, id
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%d persons, want %d", len(got), len(want))
	}
}

func listsOfNobody(t *testing.T, s healthcode.Store) {
	create(t, s, wholePerson())
	for _, nobody := range []healthcode.PersonID{{}, {1}} {
		wantEmpty(t, "facts")(s.Facts(ctx, nobody))
		wantEmpty(t, "registrations")(s.Registrations(ctx, nobody))
		wantEmpty(t, "sessions")(s.SessionsOf(ctx, nobody))
		wantEmpty(t, "looks")(s.Looks(ctx, nobody, 10))
		wantEmpty(t, "relations")(s.RelationsOf(ctx, nobody))
		wantEmpty(t, "disputes")(s.DisputesOf(ctx, nobody))
		wantEmpty(t, "photos")(s.PhotosOf(ctx, nobody))
	}
}

func wantEmpty(t tb, what string) func(list any, err error) {
	return func(list any, err error) {
		t.Helper()
		if n := reflect.ValueOf(list).Len(); err != nil || n > 0 {
			t.Errorf("%s of nobody: %d (%v)", what, n, err)
		}
	}
}
