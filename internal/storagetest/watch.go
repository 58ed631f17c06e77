package storagetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"healthcode"
)

var watchTests = map[string]func(*testing.T, healthcode.Store){
	"people": watchPeople,
	"areas":  watchAreas,
	"staff":  watchStaff,
	"refuse": watchRefused,
	"end":    watchEnd,
}

// watching gathers what one call of Watch reports.
type watching struct {
	mu     sync.Mutex
	people map[healthcode.PersonID]bool
	event  healthcode.Event
	ended  chan error
	stop   context.CancelFunc
}

func (w *watching) changed(e healthcode.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range e.People {
		w.people[id] = true
	}
	w.event.Areas, w.event.Staff = w.event.Areas || e.Areas, w.event.Staff || e.Staff
	if w.event.All = w.event.All || e.All; e.All {
		w.event.Lost = e.Lost
	}
}

// take returns what has been reported since it was last called.
func (w *watching) take() (people map[healthcode.PersonID]bool, e healthcode.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	people, e = w.people, w.event
	w.people, w.event = map[healthcode.PersonID]bool{}, healthcode.Event{}
	return people, e
}

// watch returns when the first event, All, has come.
func watch(t *testing.T, s healthcode.Store) *watching {
	t.Helper()
	w := &watching{people: map[healthcode.PersonID]bool{}, ended: make(chan error, 1)}
	var watched context.Context
	watched, w.stop = context.WithCancel(ctx)
	go func() { w.ended <- s.Watch(watched, w.changed) }()
	t.Cleanup(w.stop)
	w.await(t, "the first event", func(_ map[healthcode.PersonID]bool, e healthcode.Event) bool { return e.All && !e.Lost })
	return w
}

// await waits until what has been reported since the last take is enough.
func (w *watching) await(t *testing.T, what string, enough func(map[healthcode.PersonID]bool, healthcode.Event) bool) {
	t.Helper()
	people, all := map[healthcode.PersonID]bool{}, healthcode.Event{}
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		more, e := w.take()
		for id := range more {
			people[id] = true
		}
		if e.All {
			all.Lost = e.Lost
		}
		all.All, all.Areas, all.Staff = all.All || e.All, all.Areas || e.Areas, all.Staff || e.Staff
		if enough(people, all) {
			return
		}
	}
	t.Fatalf("%s didn't come: %v, %+v", what, people, all)
}

// watchPeople makes every kind of change that a person's code or account shows: each has been reported when its method returns.
func watchPeople(t *testing.T, s healthcode.Store) {
	w := watch(t, s)
	id := create(t, s, healthcode.Person{Documents: []healthcode.PersonDocument{{Document: document(1)}}})
	if people, _ := w.take(); !people[id] {
		t.Error("registering isn't reported")
	}
	other := person(t, s, 2)
	session := healthcode.Session{ID: newID(), TokenHash: []byte(newID()), Person: id, Created: start, Seen: start, Expires: after(time.Hour)}
	photo := healthcode.Photo{ID: newID(), Person: id, Jurisdiction: "beijing", Type: "image/png", Data: []byte("x"), Uploaded: start}
	ending := healthcode.PersonFact{Person: id, Fact: test("lab:bj-0007", "ends"), DeleteAfter: after(time.Hour)}
	for _, change := range []struct {
		what string
		make func() error
	}{
		{"a fact", func() error {
			_, err := s.Append(ctx, []healthcode.PersonFact{{Person: id, Fact: test("lab:bj-0007", "1")}, ending})
			return err
		}},
		{"many facts", func() error {
			var facts []healthcode.PersonFact
			for range 40 {
				facts = append(facts, healthcode.PersonFact{Person: id, Fact: test("lab:bj-0007", newID())})
			}
			_, err := s.Append(ctx, facts)
			return err
		}},
		{"the end of a fact", func() error { _, err := s.PurgeFacts(ctx, after(2*time.Hour)); return err }},
		{"a visit", func() error {
			fact := healthcode.PersonFact{Person: id, Fact: test("venue:v", "1")}
			return s.PutVisit(ctx, healthcode.Visit{Venue: "v", At: start, Person: id, Decision: "admit", State: "green"}, &fact)
		}},
		{"a profile", func() error { return s.UpdatePerson(ctx, healthcode.Person{ID: id, Name: "张三"}, "x", start) }},
		{"a document", func() error { return s.AddDocument(ctx, id, healthcode.PersonDocument{Document: document(3)}) }},
		{"a registration", func() error {
			r := registration("tianjin")
			r.Person = id
			return s.Register(ctx, r)
		}},
		{"a session", func() error { return s.PutSession(ctx, session) }},
		{"a session's end", func() error { return s.DeleteSession(ctx, session.ID) }},
		{"all sessions' end", func() error {
			if err := s.PutSession(ctx, session); err != nil {
				return err
			}
			w.take()
			return s.DeleteSessions(ctx, id, "")
		}},
		{"a photo", func() error { return s.PutPhoto(ctx, photo) }},
		{"its review", func() error {
			return s.ReviewPhoto(ctx, photo.ID, "accepted", healthcode.IdentityChecked, "x", start)
		}},
		{"a relation", func() error {
			return s.PutRelation(ctx, healthcode.Relation{ID: newID(), Asker: other, Subject: id, Jurisdiction: "beijing", Kind: "child", State: "asked", Asked: start})
		}},
		{"a dispute", func() error {
			return s.PutDispute(ctx, healthcode.Dispute{ID: newID(), Person: id, Jurisdiction: "beijing", Rule: "r", Statement: "x", At: start, State: "open"})
		}},
		{"a phone", func() error {
			return s.PutPhone(ctx, healthcode.Phone{ID: newID(), Person: id, Number: "+8613800000000", Bound: start})
		}},
		{"a trip", func() error { return s.PutTrip(ctx, healthcode.Trip{Person: id, Expires: after(time.Hour)}) }},
		{"a trip's end", func() error { return s.DeleteTrip(ctx, id) }},
		{"a code on paper", func() error {
			return s.PutOfflineCode(ctx, healthcode.OfflineCode{Token: []byte(newID()), Person: id, Jurisdiction: "beijing", Issued: start, Expires: after(time.Hour)})
		}},
		{"its end", func() error { _, err := s.VoidOfflineCodes(ctx, id, "beijing", start); return err }},
		{"a case", func() error {
			_, err := s.PutCases(ctx, []healthcode.CaseWrite{{Case: healthcode.Case{ID: newID(), Person: id, Jurisdiction: "beijing", Subject: "hold:1", State: "open", Opened: start}}})
			return err
		}},
	} {
		w.take()
		if err := change.make(); err != nil {
			t.Fatalf("%s: %v", change.what, err)
		}
		if people, e := w.take(); !people[id] && !e.All {
			t.Errorf("%s isn't reported when its method returns", change.what)
		}
	}
}

func watchAreas(t *testing.T, s healthcode.Store) {
	w := watch(t, s)
	w.take()
	must(t, s.PutAreas(ctx, healthcode.AreaHistory{Areas: []healthcode.County{{Code: "110105"}}}))
	people, e := w.take()
	if !e.Areas && !e.All || len(people) > 0 {
		t.Errorf("a change of areas is reported as %+v, of %d people", e, len(people))
	}
}

func watchStaff(t *testing.T, s healthcode.Store) {
	w := watch(t, s)
	session := healthcode.Session{ID: newID(), TokenHash: []byte(newID()), Staff: "door", Created: start, Seen: start, Expires: after(time.Hour)}
	for what, change := range map[string]func() error{
		"an account": func() error {
			return s.PutStaff(ctx, healthcode.Staff{Name: "door", Role: healthcode.RoleCheckpoint, Jurisdiction: "beijing"})
		},
		"a venue":   func() error { return s.PutVenue(ctx, healthcode.Venue{ID: "v", Jurisdiction: "beijing"}) },
		"a session": func() error { return s.PutSession(ctx, session) },
		"the end of all sessions": func() error {
			if err := s.PutSession(ctx, session); err != nil {
				return err
			}
			w.take()
			return s.DeleteSessions(ctx, healthcode.PersonID{}, "door")
		},
		"the end of a session": func() error {
			if err := s.PutSession(ctx, session); err != nil {
				return err
			}
			w.take()
			return s.DeleteSession(ctx, session.ID)
		},
	} {
		w.take()
		must(t, change())
		if _, e := w.take(); !e.Staff && !e.All {
			t.Errorf("%s isn't reported when its method returns", what)
		}
	}
}

// watchRefused: of writes that happen at the same time, the ones that fail don't hide those that succeed.
func watchRefused(t *testing.T, s healthcode.Store) {
	w := watch(t, s)
	create(t, s, healthcode.Person{Documents: []healthcode.PersonDocument{{Document: document(0)}}})
	ids := persons(t, s, 20)[1:]
	w.take()
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() {
			if _, err := s.Append(ctx, []healthcode.PersonFact{{Person: id, Fact: test("lab:bj-0007", newID())}}); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			d := []healthcode.PersonDocument{{Document: document(100 + i)}, {Document: document(0)}}
			_, err := s.CreatePerson(ctx, healthcode.Person{Documents: d}, registration("beijing"))
			wantCode(t, "a taken document", err, healthcode.CodeConflict)
		})
	}
	wg.Wait()
	people, e := w.take()
	if !e.All && slices.ContainsFunc(ids, func(id healthcode.PersonID) bool { return !people[id] }) {
		t.Errorf("%d of %d people are reported", len(people), len(ids))
	}
}

func watchEnd(t *testing.T, s healthcode.Store) {
	w, closed := watch(t, s), watch(t, s)
	w.stop()
	if err := <-w.ended; !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	id := person(t, s, 1)
	closed.take()
	_, err := s.Append(ctx, []healthcode.PersonFact{{Person: id, Fact: test("lab:bj-0007", "1")}})
	must(t, err)
	if people, e := w.take(); people[id] || e.All {
		t.Error("somebody who has stopped is told")
	}
	if people, e := closed.take(); !people[id] && !e.All {
		t.Error("somebody who hasn't stopped isn't told")
	}
}

// WatchOther checks that what is written through one store is reported by another on the same database.
func WatchOther(t *testing.T, writing, watched healthcode.Store) {
	w := watch(t, watched)
	id := person(t, writing, 1)
	for i := range 3 {
		w.take()
		_, err := writing.Append(ctx, []healthcode.PersonFact{{Person: id, Fact: test("lab:bj-0007", newID())}})
		must(t, err)
		w.await(t, "a fact of another process", func(people map[healthcode.PersonID]bool, e healthcode.Event) bool { return people[id] || e.All })
		facts, err := watched.Facts(ctx, id)
		must(t, err)
		wantEqual(t, "facts", len(facts), i+1)
		must(t, writing.PutAreas(ctx, healthcode.AreaHistory{Areas: []healthcode.County{{Code: "110105"}}}))
		w.await(t, "areas of another process", func(_ map[healthcode.PersonID]bool, e healthcode.Event) bool { return e.Areas || e.All })
		must(t, writing.PutVenue(ctx, healthcode.Venue{ID: "v", Jurisdiction: "beijing"}))
		w.await(t, "a venue of another process", func(_ map[healthcode.PersonID]bool, e healthcode.Event) bool { return e.Staff || e.All })
	}
}
