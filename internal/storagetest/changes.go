package storagetest

import (
	"reflect"
	"testing"
	"time"

	"healthcode"
)

var changeTests = map[string]func(*testing.T, healthcode.Store){
	"changes": changesAreKept,
	"alarms":  alarmsAreKept,
}

func aChange(id string, of healthcode.PersonID, at time.Time) healthcode.Change {
	return healthcode.Change{ID: id, Person: of, Jurisdiction: "beijing", Office: "街道", Venue: "mall", Ground: "no-link", Evidence: "没有去过", CaseID: "c",
		By: "wei", At: at, Salt: []byte{1, 2}, State: healthcode.ChangeProposed, Index: -1,
		Fact: healthcode.Fact{ID: id, Source: "caseworker:wei", Kind: healthcode.KindLift, Hold: "3", Covers: at, Recorded: at, Reason: "no-link", By: "wei"}}
}

func changesAreKept(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	c := aChange("a", p, start)
	must(t, s.PutChange(ctx, c))
	wantCode(t, "the id again", s.PutChange(ctx, c), healthcode.CodeConflict)
	must(t, s.PutChange(ctx, aChange("b", p, after(time.Minute))))
	wantCode(t, "nobody's", s.PutChange(ctx, aChange("n", healthcode.PersonID{1}, start)), healthcode.CodeNotFound)
	_, err := s.Change(ctx, "x")
	wantCode(t, "unknown", err, healthcode.CodeNotFound)

	before, err := c.Entry()
	must(t, err)
	got, err := s.Change(ctx, "a")
	must(t, err)
	if entry, err := got.Entry(); err != nil || string(entry) != string(before) || got.Index != -1 || got.State != healthcode.ChangeProposed {
		t.Errorf("read back: %+v (%v)", got, err)
	}
	waiting, err := s.ChangesIn(ctx, "beijing", healthcode.ChangeProposed, time.Time{}, 10)
	must(t, err)
	wantEqual(t, "waiting", len(waiting), 2)

	c.State, c.Agreed, c.Decided, c.Fact.Recorded = healthcode.ChangeApplied, "li", after(time.Hour), after(time.Hour)
	must(t, s.DecideChange(ctx, c))
	wantCode(t, "decided twice", s.DecideChange(ctx, c), healthcode.CodeConflict)
	facts, err := s.Facts(ctx, p)
	must(t, err)
	if len(facts) != 1 || !healthcode.SameFact(facts[0], c.Fact) {
		t.Errorf("facts %+v", facts)
	}
	refused := aChange("b", p, start)
	refused.State, refused.Agreed, refused.Decided, refused.Why = healthcode.ChangeRefused, "li", after(time.Hour), "不对"
	must(t, s.DecideChange(ctx, refused))
	missing := aChange("x", p, start)
	missing.State = healthcode.ChangeRefused
	wantCode(t, "an unknown one", s.DecideChange(ctx, missing), healthcode.CodeNotFound)

	// Where the fact's name is taken, nothing happens.
	taken := aChange("d", p, start)
	must(t, s.PutChange(ctx, taken))
	taken.State, taken.Fact.ID, taken.Fact.Hold = healthcode.ChangeApplied, "a", "4"
	wantCode(t, "a fact's name that is taken", s.DecideChange(ctx, taken), healthcode.CodeConflict)
	if got, err = s.Change(ctx, "d"); err != nil || got.State != healthcode.ChangeProposed {
		t.Errorf("afterwards: %+v (%v)", got, err)
	}

	list, err := s.ChangesToLog(ctx, 10)
	must(t, err)
	if len(list) != 1 || list[0].ID != "a" {
		t.Errorf("to log: %+v", list)
	}
	must(t, s.PutChangeIndex(ctx, "a", 7))
	wantCode(t, "an unknown one's index", s.PutChangeIndex(ctx, "x", 7), healthcode.CodeNotFound)
	list, err = s.ChangesToLog(ctx, 10)
	must(t, err)
	wantEqual(t, "to log afterwards", len(list), 0)
	applied, err := s.ChangesApplied(ctx, "", 10)
	must(t, err)
	if len(applied) != 1 || applied[0].Index != 7 {
		t.Errorf("applied: %+v", applied)
	}
	of, err := s.ChangesOf(ctx, p)
	must(t, err)
	wantEqual(t, "of the person", len(of), 3)
	since, err := s.ChangesIn(ctx, "beijing", healthcode.ChangeApplied, after(2*time.Hour), 10)
	must(t, err)
	wantEqual(t, "decided since", len(since), 0)

	_, err = s.Append(ctx, []healthcode.PersonFact{{Person: p, Fact: healthcode.Fact{ID: "1", Source: "rail", Kind: healthcode.KindArrival, Time: start, Recorded: start}}})
	must(t, err)
	n := 0
	must(t, s.FactsFrom(ctx, healthcode.ManualSource, func(of healthcode.PersonID, f healthcode.Fact) error {
		if n++; of != p || !healthcode.SameFact(f, c.Fact) {
			t.Errorf("a manual fact: %+v", f)
		}
		return nil
	}))
	wantEqual(t, "manual facts", n, 1)
}

func alarmsAreKept(t *testing.T, s healthcode.Store) {
	a := healthcode.Alarm{ID: "a", Jurisdiction: "beijing", Kind: "ground", Key: "no-link", By: []string{"wei"}, Limit: 200, At: start.UTC()}
	must(t, s.PutAlarm(ctx, a))
	a.By, a.Released, a.ReleasedBy = []string{"wei", "li"}, after(time.Hour).UTC(), "zhao"
	must(t, s.PutAlarm(ctx, a))
	b := a
	b.ID, b.At = "b", after(time.Minute).UTC()
	must(t, s.PutAlarm(ctx, b))
	list, err := s.Alarms(ctx, "beijing", start, 10)
	must(t, err)
	if !reflect.DeepEqual(list, []healthcode.Alarm{b, a}) {
		t.Errorf("alarms: %+v", list)
	}
	list, err = s.Alarms(ctx, "beijing", after(time.Second), 10)
	must(t, err)
	wantEqual(t, "since", len(list), 1)
}
