package storagetest

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"healthcode"
)

var doorTests = map[string]func(*testing.T, healthcode.Store){
	"scan":      aScan,
	"venues":    venuesAreKept,
	"visits":    visitsAreListed,
	"fact":      aVisitIsAFact,
	"retention": visitsEnd,
	"nobody":    aVisitOfNobody,
}

func venuesAreKept(t *testing.T, s healthcode.Store) {
	_, err := s.Venue(ctx, "a")
	wantCode(t, "unknown", err, healthcode.CodeNotFound)
	v := func(id, jurisdiction string) healthcode.Venue {
		return healthcode.Venue{ID: id, Jurisdiction: jurisdiction, Kind: "mall", Name: healthcode.Text{ZH: "商场", EN: "Mall"}, Area: "110105"}
	}
	for _, venue := range []healthcode.Venue{v("b", "beijing"), v("a", "beijing"), v("c", "tianjin")} {
		must(t, s.PutVenue(ctx, venue))
	}
	changed := v("b", "beijing")
	changed.Kind, changed.Name.EN = "bank", "Bank"
	must(t, s.PutVenue(ctx, changed))
	got, err := s.Venue(ctx, "b")
	must(t, err)
	wantEqual(t, "venue", got, changed)
	list, err := s.Venues(ctx, "beijing")
	must(t, err)
	if want := []healthcode.Venue{v("a", "beijing"), changed}; !reflect.DeepEqual(list, want) {
		t.Errorf("venues %+v, want %+v", list, want)
	}
}

func visit(p healthcode.PersonID, at time.Time) healthcode.Visit {
	return healthcode.Visit{Person: p, Venue: "v1", At: at, Decision: "admit", State: "green", DeleteAfter: at.Add(24 * time.Hour)}
}

func wantVisits(t tb, s healthcode.Store, since time.Time, limit int, want ...healthcode.Visit) {
	t.Helper()
	got, err := s.VisitsAt(ctx, "v1", since, limit)
	must(t, err)
	wantEqual(t, "visits", len(got), len(want))
	for i := range min(len(got), len(want)) {
		g, w := got[i], want[i]
		for _, v := range []*healthcode.Visit{&g, &w} {
			v.At, v.DeleteAfter = v.At.UTC(), v.DeleteAfter.UTC()
		}
		wantEqual(t, fmt.Sprintf("visit %d", i), g, w)
	}
}

func visitsAreListed(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	first, second, third := visit(p, start), visit(healthcode.PersonID{}, after(time.Minute)), visit(p, after(time.Minute))
	second.Decision, second.State = "refer", "none"
	elsewhere := visit(p, start)
	elsewhere.Venue = "v2"
	for _, v := range []healthcode.Visit{first, second, third, elsewhere} {
		must(t, s.PutVisit(ctx, v, nil))
	}
	wantVisits(t, s, start, 10, third, second, first)
	wantVisits(t, s, after(time.Second), 10, third, second)
	wantVisits(t, s, start, 1, third)
}

func aVisitIsAFact(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	stay := healthcode.Fact{ID: "1", Source: "venue:v1", Kind: healthcode.KindStay, From: start, To: after(time.Hour), Recorded: start,
		Area: "110105", Evidence: "venue"}
	fact := &healthcode.PersonFact{Person: p, Fact: stay, DeleteAfter: after(24 * time.Hour)}
	must(t, s.PutVisit(ctx, visit(p, start), fact))
	must(t, s.PutVisit(ctx, visit(p, start), fact)) // sent again
	wantVisits(t, s, start, 10, visit(p, start))
	wantFacts(t, s, p, stay)

	other := *fact
	other.Fact.Area = "110106"
	wantCode(t, "another fact of that id", s.PutVisit(ctx, visit(p, after(time.Second)), &other), healthcode.CodeConflict)
	other.Fact.Recorded = time.Time{}
	wantCode(t, "an incomplete fact", s.PutVisit(ctx, visit(p, after(time.Second)), &other), healthcode.CodeInvalid)
	wantVisits(t, s, start, 10, visit(p, start))
	wantFacts(t, s, p, stay)
}

func visitsEnd(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	early, late, kept := visit(p, start), visit(p, after(time.Hour)), visit(p, after(2*time.Hour))
	kept.DeleteAfter = time.Time{}
	for _, v := range []healthcode.Visit{early, late, kept} {
		must(t, s.PutVisit(ctx, v, nil))
	}
	for _, step := range []struct {
		at   time.Duration
		want int
	}{{23 * time.Hour, 0}, {24*time.Hour + time.Minute, 1}, {24*time.Hour + time.Minute, 0}} {
		n, err := s.PurgeVisits(ctx, after(step.at))
		must(t, err)
		wantEqual(t, "deleted", n, step.want)
	}
	wantVisits(t, s, start, 10, kept, late)
}

func aVisitOfNobody(t *testing.T, s healthcode.Store) {
	wantCode(t, "visit", s.PutVisit(ctx, visit(healthcode.PersonID{1}, start), nil), healthcode.CodeNotFound)
	wantVisits(t, s, start, 10)
}

// aScan records look, visit and fact at once; once more, the look alone.
func aScan(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	fact := healthcode.PersonFact{Person: p, Fact: test("venue:v", "1")}
	look := healthcode.Look{Person: p, At: start, Role: healthcode.RoleCheckpoint, By: "door", Jurisdiction: "beijing", Venue: "v", Purpose: "scan", Saw: "state"}
	visit := healthcode.Visit{Venue: "v", At: start, Person: p, Decision: "admit", State: "green"}
	for i := 1; i <= 3; i++ {
		must(t, s.PutScan(ctx, look, visit, &fact))
		looks, err := s.Looks(ctx, p, 10)
		must(t, err)
		visits, err := s.VisitsAt(ctx, "v", start, 10)
		must(t, err)
		facts, err := s.Facts(ctx, p)
		must(t, err)
		if len(looks) != i || len(visits) != 1 || len(facts) != 1 {
			t.Errorf("after scan %d: %d looks, %d visits, %d facts, want %d, 1, 1", i, len(looks), len(visits), len(facts), i)
		}
	}
	must(t, s.PutScan(ctx, look, visit, nil))
	visits, err := s.VisitsAt(ctx, "v", start, 10)
	must(t, err)
	wantEqual(t, "visits of one instant", len(visits), 2)
	other := fact
	other.Fact.Result = "positive"
	wantCode(t, "another fact of that name", s.PutScan(ctx, look, visit, &other), healthcode.CodeConflict)
	looks, err := s.Looks(ctx, p, 10)
	must(t, err)
	wantEqual(t, "looks, without that of a scan that was undone", len(looks), 4)
	look.Person = healthcode.PersonID{1}
	visit.Person = look.Person
	wantCode(t, "a person whom nobody knows", s.PutScan(ctx, look, visit, nil), healthcode.CodeNotFound)
}
