package storagetest

import (
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"healthcode"
)

var boardingTests = map[string]func(*testing.T, healthcode.Store){
	"round trip": applicationsComeBackWhole,
	"race":       officersRaceForAnApplication,
	"queue":      applicationsQueueByDue,
	"papers":     papersAreKept,
	"register":   statementsAreRevokedOnce,
	"purged":     boardingIsPurged,
	"nobody":     applicationsOfNobody,
}

func application(id string, of healthcode.PersonID) healthcode.Application {
	return healthcode.Application{ID: id, Person: of, Mission: "north", State: healthcode.ApplicationDraft, Opened: start.UTC(),
		DeleteAfter: start.AddDate(0, 1, 0).UTC(), Body: []byte(`{"flight":"XX1"}`)}
}

func boardingStatement(n byte, of healthcode.PersonID, application string) healthcode.BoardingStatement {
	return healthcode.BoardingStatement{ID: strings.Repeat(string('a'+n), 32), Application: application, Person: of, Issued: start.UTC(), Expires: after(48 * time.Hour).UTC()}
}

func applicationsComeBackWhole(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	_, err := s.Application(ctx, "a")
	wantCode(t, "unknown", err, healthcode.CodeNotFound)
	a, b := application("a", p), application("b", p)
	b.Opened = after(-time.Hour).UTC()
	must(t, s.PutApplication(ctx, a))
	must(t, s.PutApplication(ctx, b))
	wantCode(t, "the id again", s.PutApplication(ctx, a), healthcode.CodeConflict)
	a.Version, a.State, a.Officer, a.Due, a.Body = 1, healthcode.ApplicationWaiting, "w", after(time.Hour).UTC(), []byte("{}")
	must(t, s.PutApplication(ctx, a))
	a.Version = 2
	got, err := s.Application(ctx, "a")
	must(t, err)
	if !reflect.DeepEqual(got, a) {
		t.Errorf("application:\n got %+v\nwant %+v", got, a)
	}
	b.Version = 1
	list, err := s.ApplicationsOf(ctx, p)
	must(t, err)
	if want := []healthcode.Application{b, a}; !reflect.DeepEqual(list, want) {
		t.Errorf("applications:\n got %+v\nwant %+v", list, want)
	}
}

// One of several who saw the same version wins, and what the others would have registered isn't.
func officersRaceForAnApplication(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	a := application("a", p)
	must(t, s.PutApplication(ctx, a))
	a.Version = 1
	var won atomic.Int32
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			mine := a
			mine.Officer = string(rune('a' + n))
			switch err := s.PutApplication(ctx, mine, boardingStatement(byte(n), p, "a")); {
			case err == nil:
				won.Add(1)
			case healthcode.CodeOf(err) != healthcode.CodeConflict:
				t.Errorf("officer %d: %v", n, err)
			}
		})
	}
	all.Wait()
	wantEqual(t, "winners", won.Load(), 1)
	registered := 0
	for n := range 8 {
		if _, err := s.BoardingStatement(ctx, boardingStatement(byte(n), p, "a").ID); err == nil {
			registered++
		}
	}
	wantEqual(t, "statements registered", registered, 1)
}

func applicationsQueueByDue(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	for id, due := range map[string]time.Duration{"a": 3 * time.Hour, "b": time.Hour, "c": 2 * time.Hour} {
		x := application(id, p)
		x.State, x.Due = healthcode.ApplicationWaiting, after(due)
		must(t, s.PutApplication(ctx, x))
	}
	other := application("d", p)
	other.Mission = "south"
	must(t, s.PutApplication(ctx, other))
	list, err := s.Applications(ctx, "north", healthcode.ApplicationWaiting, 2)
	must(t, err)
	if len(list) != 2 || list[0].ID != "b" || list[1].ID != "c" {
		t.Errorf("queue %+v", list)
	}
	counts, err := s.ApplicationCounts(ctx, "north")
	must(t, err)
	if want := map[healthcode.ApplicationState]int{healthcode.ApplicationWaiting: 3}; !reflect.DeepEqual(counts, want) {
		t.Errorf("counts %v, want %v", counts, want)
	}
}

func papersAreKept(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	paper := healthcode.ApplicationPaper{ID: "p", Application: "a", Person: p, Data: []byte("%PDF-1.7 secret"), DeleteAfter: after(time.Hour).UTC()}
	must(t, s.PutPaper(ctx, paper))
	wantCode(t, "the id again", s.PutPaper(ctx, paper), healthcode.CodeConflict)
	got, err := s.Paper(ctx, "p")
	must(t, err)
	if !reflect.DeepEqual(got, paper) {
		t.Errorf("paper:\n got %+v\nwant %+v", got, paper)
	}
	must(t, s.DeletePaper(ctx, "p"))
	must(t, s.DeletePaper(ctx, "p"))
	_, err = s.Paper(ctx, "p")
	wantCode(t, "a deleted paper", err, healthcode.CodeNotFound)
}

func statementsAreRevokedOnce(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	a, st := application("a", p), boardingStatement(0, p, "a")
	must(t, s.PutApplication(ctx, a, st))
	got, err := s.BoardingStatement(ctx, st.ID)
	must(t, err)
	wantEqual(t, "statement", got, st)
	a.Version, st.Revoked = 1, after(time.Hour).UTC()
	must(t, s.PutApplication(ctx, a, st))
	again := st
	a.Version, again.Revoked = 2, after(2*time.Hour).UTC()
	must(t, s.PutApplication(ctx, a, again))
	list, err := s.RevokedStatements(ctx, after(3*time.Hour))
	must(t, err)
	if want := []healthcode.BoardingStatement{st}; !reflect.DeepEqual(list, want) {
		t.Errorf("revoked:\n got %+v\nwant %+v", list, want)
	}
	list, err = s.RevokedStatements(ctx, st.Expires)
	must(t, err)
	wantEqual(t, "revoked ones that have expired", len(list), 0)
	_, err = s.BoardingStatement(ctx, boardingStatement(5, p, "a").ID)
	wantCode(t, "an unknown statement", err, healthcode.CodeNotFound)
}

func boardingIsPurged(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	old, fresh := application("a", p), application("b", p)
	fresh.DeleteAfter = start.AddDate(0, 2, 0).UTC()
	st := boardingStatement(0, p, "a")
	must(t, s.PutApplication(ctx, old, st))
	must(t, s.PutApplication(ctx, fresh))
	for id, of := range map[string]string{"1": "a", "2": "b", "3": "b"} {
		end := fresh.DeleteAfter
		if id == "2" {
			end = start
		}
		must(t, s.PutPaper(ctx, healthcode.ApplicationPaper{ID: id, Application: of, Person: p, Data: []byte(id), DeleteAfter: end}))
	}
	n, err := s.PurgeBoarding(ctx, old.DeleteAfter)
	must(t, err)
	wantEqual(t, "deleted", n, 2)
	_, err = s.Application(ctx, "a")
	wantCode(t, "the old application", err, healthcode.CodeNotFound)
	_, err = s.BoardingStatement(ctx, st.ID)
	wantCode(t, "its statement", err, healthcode.CodeNotFound)
	for id, there := range map[string]bool{"1": false, "2": false, "3": true} {
		if _, err := s.Paper(ctx, id); (err == nil) != there {
			t.Errorf("paper %s: %v", id, err)
		}
	}
	if _, err := s.Application(ctx, "b"); err != nil {
		t.Error(err)
	}
}

func applicationsOfNobody(t *testing.T, s healthcode.Store) {
	nobody := healthcode.PersonID{1}
	wantCode(t, "an application of nobody", s.PutApplication(ctx, application("a", nobody)), healthcode.CodeNotFound)
	wantCode(t, "a paper of nobody", s.PutPaper(ctx, healthcode.ApplicationPaper{ID: "p", Person: nobody}), healthcode.CodeNotFound)
	list, err := s.ApplicationsOf(ctx, nobody)
	must(t, err)
	wantEqual(t, "applications of nobody", len(list), 0)
}
