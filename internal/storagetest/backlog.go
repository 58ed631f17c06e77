package storagetest

import (
	"testing"
	"time"

	"healthcode"
)

var backlogTests = map[string]func(*testing.T, healthcode.Store){
	"queues": whatWaitsIsCounted,
	"time":   theDatabaseKnowsTheTime,
}

// whatWaitsIsCounted puts one thing into every queue at start, and a second one that isn't due yet where things can be.
func whatWaitsIsCounted(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	at := func(now time.Time) map[string]healthcode.Backlog {
		list, err := s.Backlogs(ctx, []string{"beijing", "tianjin"}, now)
		must(t, err)
		all := map[string]healthcode.Backlog{}
		for _, b := range list {
			if b.Jurisdiction == "tianjin" {
				wantEqual(t, b.Queue+" elsewhere", b.Waiting, 0)
				continue
			}
			all[b.Queue] = b
		}
		return all
	}
	empty := at(after(1000 * time.Hour))
	for _, q := range healthcode.Queues {
		b, ok := empty[q]
		wantEqual(t, q+" is there", ok, true)
		wantEqual(t, q+" of nobody", b.Waiting, 0)
		wantTime(t, q+" of nobody", b.Oldest, time.Time{})
	}
	wantEqual(t, "queues", len(empty), len(healthcode.Queues))

	code := message("code", start)
	code.Expires = after(5 * time.Minute)
	must(t, s.PutMessage(ctx, code))
	must(t, s.PutMessage(ctx, message("m", start)))
	must(t, s.PutWatch(ctx, healthcode.Watch{Person: p, Jurisdiction: "beijing", Wake: start, State: "green", Since: start}))
	pushed := notice(p, "n", start)
	pushed.Push = start.UTC()
	_, err := s.PutNotice(ctx, pushed)
	must(t, err)
	must(t, s.PutLabQuery(ctx, labQueryOf("q", p, start)))
	c := aChange("a", p, start)
	must(t, s.PutChange(ctx, c))
	c.State, c.Agreed, c.Decided, c.Fact.Recorded = healthcode.ChangeApplied, "li", start, start
	must(t, s.DecideChange(ctx, c))
	must(t, s.PutChange(ctx, aChange("b", p, start)))
	_, err = s.Append(ctx, []healthcode.PersonFact{{Person: p, Fact: test("lab:a", "1"), DeleteAfter: start}, {Person: p, Fact: test("lab:a", "2"), DeleteAfter: after(time.Hour)}})
	must(t, err)
	for _, end := range []time.Time{start, after(time.Hour)} {
		v := visit(p, end)
		v.DeleteAfter = end
		must(t, s.PutVisit(ctx, v, nil))
	}
	picture := photo("p", p, start)
	picture.DeleteAfter = start
	must(t, s.PutPhoto(ctx, picture))
	gone := phone("f", p, "+8613800138001", start)
	gone.Unbound, gone.DeleteAfter = start.UTC(), start.UTC()
	must(t, s.PutPhone(ctx, gone))
	overdue := caseOf("1", p, "3")
	overdue.Due = start
	putCase(t, s, overdue)
	putCase(t, s, caseOf("2", p, "4"))
	must(t, s.PutAlarm(ctx, healthcode.Alarm{ID: "a", Jurisdiction: "beijing", Kind: "ground", Key: "no-link", Limit: 200, At: start.UTC()}))
	released := healthcode.Alarm{ID: "b", Jurisdiction: "beijing", Kind: "ground", Key: "other", Limit: 200, At: start.UTC(), Released: start.UTC(), ReleasedBy: "x"}
	must(t, s.PutAlarm(ctx, released))

	before, now := at(start.Add(-time.Second)), at(after(time.Second))
	for _, q := range healthcode.Queues {
		wantEqual(t, q+" too early", before[q].Waiting, 0)
		wantEqual(t, q, now[q].Waiting, 1)
		wantTime(t, q, now[q].Oldest, start)
	}
	wantEqual(t, "overdue later", at(after(5 * time.Hour))[healthcode.QueueCases].Waiting, 2)

	// What was done waits no more.
	must(t, s.PutChangeIndex(ctx, "a", 0))
	_, err = s.PurgeFacts(ctx, after(time.Second))
	must(t, err)
	_, err = s.PurgeVisits(ctx, after(time.Second))
	must(t, err)
	done := at(after(time.Second))
	for _, q := range []string{healthcode.QueueLog, healthcode.QueueFacts, healthcode.QueueVisits} {
		wantEqual(t, q+" done", done[q].Waiting, 0)
	}
}

// theDatabaseKnowsTheTime: it is that of the machine on which the test runs, or none.
func theDatabaseKnowsTheTime(t *testing.T, s healthcode.Store) {
	before := time.Now()
	got, err := s.DatabaseTime(ctx)
	must(t, err)
	if !got.IsZero() && (got.Before(before.Add(-time.Second)) || got.After(time.Now().Add(time.Second))) {
		t.Errorf("the database says %s", got)
	}
}
