package storagetest

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"healthcode"
)

var caseTests = map[string]func(*testing.T, healthcode.Store){
	"round trip": casesComeBackWhole,
	"episode":    anEpisodeIsOneCase,
	"version":    officersRaceForACase,
	"entry":      anEntryIsKeptOnce,
	"queue":      theQueueIsPaged,
	"claims":     aCaseIsClaimedOnce,
	"task":       aTaskHasOneHolder,
	"nobody":     aCaseOfNobody,
}

func caseOf(id string, p healthcode.PersonID, subject string) healthcode.Case {
	return healthcode.Case{ID: id, Person: p, Jurisdiction: "beijing", Subject: subject, Episode: 1, Origin: healthcode.OriginHold,
		Facts: []healthcode.FactRef{{Source: "telecom", ID: "1"}}, Covers: start, Where: "in-city", Stays: "home", Office: "community",
		State: healthcode.CaseReceived, Opened: start, Since: start, Due: after(4 * time.Hour), Last: after(72 * time.Hour), Wake: after(4 * time.Hour)}
}

func entry(id string, at time.Time) healthcode.CaseEntry {
	return healthcode.CaseEntry{ID: id, At: at, Role: healthcode.RoleResident, Kind: "statement", Text: "我没有去过 " + id}
}

func putCase(t tb, s healthcode.Store, c healthcode.Case, entries ...healthcode.CaseEntry) healthcode.Outcome {
	t.Helper()
	outcomes, err := s.PutCases(ctx, []healthcode.CaseWrite{{Case: c, Entries: entries}})
	must(t, err)
	return outcomes[0]
}

func wantCase(t tb, s healthcode.Store, want healthcode.Case, entries ...healthcode.CaseEntry) {
	t.Helper()
	got, list, err := s.Case(ctx, want.ID)
	must(t, err)
	if want = want.UTC(); !reflect.DeepEqual(got, want) {
		t.Errorf("case:\n got %+v\nwant %+v", got, want)
	}
	for i := range entries {
		entries[i].At = entries[i].At.UTC()
	}
	if !slices.Equal(list, entries) {
		t.Errorf("entries:\n got %+v\nwant %+v", list, entries)
	}
}

func casesComeBackWhole(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	_, _, err := s.Case(ctx, "c")
	wantCode(t, "unknown", err, healthcode.CodeNotFound)
	c := caseOf("c", p, "3")
	wantEqual(t, "new", putCase(t, s, c, entry("1", start), entry("2", after(time.Minute))), healthcode.Stored)
	c.Version = 1
	wantCase(t, s, c, entry("1", start), entry("2", after(time.Minute)))
	c.State, c.Officer, c.Since, c.Due, c.Wake, c.Asked, c.Changes = healthcode.CaseAssigned, "w", after(time.Hour), after(25*time.Hour), after(25*time.Hour), true, []string{"x"}
	c.Escalated, c.Outcome, c.Facts = after(2*time.Hour), healthcode.OutcomeLifted, append(c.Facts, healthcode.FactRef{Source: "telecom", ID: "2"})
	wantEqual(t, "changed", putCase(t, s, c, entry("3", after(time.Hour))), healthcode.Stored)
	c.Version = 2
	wantCase(t, s, c, entry("1", start), entry("2", after(time.Minute)), entry("3", after(time.Hour)))
	other := caseOf("a", p, "4")
	wantEqual(t, "another hold", putCase(t, s, other), healthcode.Stored)
	list, err := s.CasesOf(ctx, p)
	must(t, err)
	if len(list) != 2 || list[0].ID != "a" || list[1].ID != "c" {
		t.Errorf("cases of a person %+v", list)
	}
}

func anEpisodeIsOneCase(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	var stored atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			outcomes, err := s.PutCases(ctx, []healthcode.CaseWrite{{Case: caseOf(fmt.Sprint("c", i), p, "3")}})
			if err != nil {
				t.Error(err)
			} else if outcomes[0] == healthcode.Stored {
				stored.Add(1)
			}
		})
	}
	wg.Wait()
	wantEqual(t, "cases of one episode", stored.Load(), 1)
	second := caseOf("second", p, "3")
	second.Episode = 2
	// One that conflicts leaves the others of its call alone.
	outcomes, err := s.PutCases(ctx, []healthcode.CaseWrite{{Case: caseOf("again", p, "3")}, {Case: second}, {Case: caseOf("q", q, "3")}})
	must(t, err)
	if !slices.Equal(outcomes, []healthcode.Outcome{healthcode.Conflict, healthcode.Stored, healthcode.Stored}) {
		t.Errorf("outcomes %v", outcomes)
	}
}

func officersRaceForACase(t *testing.T, s healthcode.Store) {
	putCase(t, s, caseOf("c", person(t, s, 1), "3"))
	c, _, err := s.Case(ctx, "c")
	must(t, err)
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			mine := c
			mine.Officer = fmt.Sprint("officer-", i)
			outcomes, err := s.PutCases(ctx, []healthcode.CaseWrite{{Case: mine, Entries: []healthcode.CaseEntry{entry(mine.Officer, start)}}})
			if err != nil {
				t.Error(err)
			} else if outcomes[0] == healthcode.Stored {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	wantEqual(t, "officers who won", won.Load(), 1)
	got, entries, err := s.Case(ctx, "c")
	must(t, err)
	if got.Version != 2 || len(entries) != 1 || entries[0].ID != got.Officer {
		t.Errorf("version %d, officer %s, entries %+v", got.Version, got.Officer, entries)
	}
}

func anEntryIsKeptOnce(t *testing.T, s healthcode.Store) {
	putCase(t, s, caseOf("c", person(t, s, 1), "3"), entry("1", start))
	c, _, err := s.Case(ctx, "c")
	must(t, err)
	c.Officer = "w"
	wantEqual(t, "an entry twice", putCase(t, s, c, entry("1", start)), healthcode.Conflict)
	c.Officer = ""
	wantCase(t, s, c, entry("1", start))
}

func theQueueIsPaged(t *testing.T, s healthcode.Store) {
	ids := func(f healthcode.CaseFilter) string {
		t.Helper()
		f.Jurisdiction = "beijing"
		if f.State == "" {
			f.State = healthcode.CaseReceived
		}
		if f.Limit == 0 {
			f.Limit = 10
		}
		list, err := s.Cases(ctx, f)
		must(t, err)
		all := ""
		for _, c := range list {
			all += c.ID
		}
		return all
	}
	for i, id := range []string{"d", "b", "a", "c", "e"} {
		c := caseOf(id, person(t, s, i), "3")
		c.Due = after(time.Duration(i/2) * time.Hour) // d b, a c, e
		if id == "a" {
			c.Office, c.Officer = "hotels", "w"
		}
		if id == "e" {
			c.State = healthcode.CaseAssigned
		}
		putCase(t, s, c)
	}
	elsewhere := caseOf("t", person(t, s, 9), "3")
	elsewhere.Jurisdiction = "tianjin"
	putCase(t, s, elsewhere)
	wantEqual(t, "queue", ids(healthcode.CaseFilter{}), "bdac")
	wantEqual(t, "first page", ids(healthcode.CaseFilter{Limit: 2}), "bd")
	wantEqual(t, "second page", ids(healthcode.CaseFilter{AfterDue: start, AfterID: "d"}), "ac")
	wantEqual(t, "overdue", ids(healthcode.CaseFilter{DueBefore: after(time.Minute)}), "bd")
	wantEqual(t, "office", ids(healthcode.CaseFilter{Office: "hotels"}), "a")
	wantEqual(t, "officer", ids(healthcode.CaseFilter{Officer: "w"}), "a")
	wantEqual(t, "both", ids(healthcode.CaseFilter{Officer: "w", Office: "community"}), "")
	wantEqual(t, "state", ids(healthcode.CaseFilter{State: healthcode.CaseAssigned}), "e")
	counts, err := s.CaseCounts(ctx, "beijing")
	must(t, err)
	if len(counts) != 2 || counts[healthcode.CaseReceived] != 4 || counts[healthcode.CaseAssigned] != 1 {
		t.Errorf("counts %v", counts)
	}
}

func aCaseIsClaimedOnce(t *testing.T, s healthcode.Store) {
	for i := range 20 {
		c := caseOf(fmt.Sprint("c", i), person(t, s, i), "3")
		if i == 7 {
			c.State, c.Wake = healthcode.CaseDecided, time.Time{}
		}
		putCase(t, s, c)
	}
	early, err := s.ClaimCases(ctx, after(time.Hour), after(2*time.Hour), 50)
	must(t, err)
	wantEqual(t, "claimed too early", len(early), 0)
	var mu sync.Mutex
	times := map[string]int{}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 5 {
				list, err := s.ClaimCases(ctx, after(5*time.Hour), after(6*time.Hour), 3)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				for _, c := range list {
					times[c.ID]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	again, err := s.ClaimCases(ctx, after(5*time.Hour), after(6*time.Hour), 50)
	must(t, err)
	for _, c := range again {
		times[c.ID]++
	}
	for id, n := range times {
		if n != 1 {
			t.Errorf("case %s was claimed %d times", id, n)
		}
	}
	wantEqual(t, "claimed", len(times), 19)
	// Whoever claimed them did nothing: others get them after that.
	later, err := s.ClaimCases(ctx, after(6*time.Hour), after(7*time.Hour), 50)
	must(t, err)
	wantEqual(t, "claimed again", len(later), 19)
}

func aTaskHasOneHolder(t *testing.T, s healthcode.Store) {
	claim := func(holder string, at time.Time, want bool) {
		t.Helper()
		got, err := s.ClaimTask(ctx, "sweep", holder, at, at.Add(time.Minute))
		must(t, err)
		wantEqual(t, "claim of "+holder, got, want)
	}
	claim("a", start, true)
	claim("b", start, false)
	claim("a", after(30*time.Second), true)
	claim("b", after(time.Minute), false)
	claim("b", after(90*time.Second), true)
	claim("a", after(91*time.Second), false)
	// Its clock was two days ahead, and has been put right since: nobody waits two days.
	claim("b", after(48*time.Hour), true)
	claim("a", after(2*time.Minute), true)
}

func aCaseOfNobody(t *testing.T, s healthcode.Store) {
	_, err := s.PutCases(ctx, []healthcode.CaseWrite{{Case: caseOf("c", healthcode.PersonID{1}, "3")}})
	wantCode(t, "case", err, healthcode.CodeNotFound)
	_, _, err = s.Case(ctx, "c")
	wantCode(t, "afterwards", err, healthcode.CodeNotFound)
}
