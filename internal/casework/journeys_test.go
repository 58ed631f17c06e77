package casework_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/change"
	"healthcode/internal/servicetest"
)

// journey is one person in hold 3 whose case has come somewhere.
type journey struct {
	*model
	id string
}

func (j *journey) now() healthcode.Case {
	c, _, err := j.h.Store.Case(j.h.Context(), j.id)
	j.must(err)
	return c
}

// mine has officer 1 own the case, as it is now.
func (j *journey) mine() healthcode.Case {
	j.cases()
	if c := j.now(); c.State != healthcode.CaseDecided && c.Officer != first.Staff {
		j.must(j.h.Cases.Assign(j.h.Context(), first, seen(c), first.Staff))
	}
	return j.now()
}

func (j *journey) lift() {
	if c := j.mine(); c.State != healthcode.CaseDecided {
		j.must(j.h.Cases.Lift(j.h.Context(), first, seen(c), change.GroundNoLink, "电话核实"))
	}
}

// answer has officer 2 agree to all that waits, or refuse it, and says how much there was.
func (j *journey) answer(agree bool) (n int) {
	waiting, err := j.h.Change.Waiting(j.h.Context(), second)
	j.must(err)
	for _, c := range waiting {
		if agree {
			_, err = j.h.Change.Agree(j.h.Context(), second, c.ID)
		} else {
			err = j.h.Change.Refuse(j.h.Context(), second, c.ID, "请补充依据")
		}
		j.must(err)
	}
	return len(waiting)
}

func (j *journey) work() {
	_, err := j.h.Cases.Work(j.h.Context())
	j.must(err)
}

func (j *journey) dispute() {
	f := j.sent[0].Fact.Ref()
	_, err := j.h.Residents.Dispute(j.h.Context(), j.who, "beijing", "association", []healthcode.FactRef{f}, "我没有去过。")
	j.may(err)
	j.must(j.h.Cases.Sweep(j.h.Context(), time.Second))
}

// held reports whether hold 3 is open.
func (j *journey) held() bool { return slices.Contains(holds(j.h, j.who), "3") }

func (j *journey) want(held bool, outcome string) {
	j.t.Helper()
	j.cases()
	if c := j.now(); j.held() != held || c.Outcome != outcome {
		j.t.Fatalf("held %t, outcome %q; want %t, %q: %+v", j.held(), c.Outcome, held, outcome, c)
	}
}

// The states from which every journey starts.
var starts = []struct {
	name string
	to   func(*journey)
}{
	{"received", func(*journey) {}},
	{"assigned", func(j *journey) { j.mine() }},
	{"asked", func(j *journey) { j.must(j.h.Cases.Ask(j.h.Context(), first, seen(j.mine()), "在哪里？")) }},
	{"verified", func(j *journey) { j.must(j.h.Cases.Verify(j.h.Context(), first, seen(j.mine()), "已核实")) }},
	{"proposed", func(j *journey) { j.lift() }},
	{"escalated", func(j *journey) { j.h.Clock.Set(j.now().Due); j.work() }},
	{"extended", func(j *journey) {
		j.must(j.h.Cases.Extend(j.h.Context(), first, seen(j.mine()), 24, "等书面证明"))
	}},
	{"upheld", func(j *journey) { j.must(j.h.Cases.Uphold(j.h.Context(), first, seen(j.mine()), "记录无误")) }},
}

// What happens then, and what has to be after it.
var events = []struct {
	name string
	do   func(*journey)
}{
	{"a lift is agreed to", func(j *journey) {
		if upheld := j.now().Outcome == healthcode.OutcomeUpheld; upheld {
			j.must(j.h.Cases.Say(j.h.Context(), j.who, j.id, "once-new", "新的证据"))
		}
		if j.now().State != healthcode.CaseVerified || len(j.now().Changes) == 0 {
			j.lift()
		}
		j.answer(true)
		j.want(false, healthcode.OutcomeLifted)
	}},
	{"the same evidence comes again after a lift", func(j *journey) {
		j.lift()
		lifted := j.answer(true) > 0
		j.send(j.sent[0])
		j.h.Clock.Advance(26 * time.Hour)
		j.must(j.h.Cases.Sweep(j.h.Context(), time.Second))
		if lifted {
			j.want(false, healthcode.OutcomeLifted)
		}
	}},
	{"the same evidence comes under another name after a lift", func(j *journey) {
		j.lift()
		lifted := j.answer(true) > 0
		j.h.Clock.Advance(26 * time.Hour)
		again := j.sent[0]
		again.Fact.ID, again.Fact.Recorded = "again", j.h.Clock.Now()
		j.send(again)
		j.must(j.h.Cases.Sweep(j.h.Context(), time.Second))
		j.must(j.h.Cases.Sweep(j.h.Context(), time.Second))
		if lifted && j.held() {
			j.t.Fatalf("what was cleared holds the person again")
		}
	}},
	{"a lift is refused", func(j *journey) {
		j.lift()
		if j.answer(false) > 0 {
			j.want(true, "")
			if c := j.now(); c.State != healthcode.CaseAssigned || len(c.Changes) != 0 {
				j.t.Fatalf("after a refusal: %+v", c)
			}
		}
	}},
	{"the last deadline passes", func(j *journey) {
		upheld := j.now().Outcome == healthcode.OutcomeUpheld
		j.h.Clock.Set(j.now().Last)
		j.work()
		if upheld {
			j.want(true, healthcode.OutcomeUpheld)
			return
		}
		j.want(false, healthcode.OutcomeSuspended)
	}},
	{"an extension comes in the last second", func(j *journey) {
		c := j.mine()
		if c.State == healthcode.CaseDecided {
			return
		}
		j.h.Clock.Set(c.Last.Add(-time.Second))
		j.work()
		j.must(j.h.Cases.Extend(j.h.Context(), first, seen(j.mine()), 10, "等书面证明"))
		j.h.Clock.Set(c.Last)
		j.work()
		j.want(true, "")
		j.h.Clock.Set(c.Last.Add(10 * time.Hour))
		j.work()
		j.want(false, healthcode.OutcomeSuspended)
	}},
	{"an extension and the worker race at the last second", func(j *journey) {
		c := j.mine()
		if c.State == healthcode.CaseDecided {
			return
		}
		j.h.Clock.Set(c.Last)
		var wg sync.WaitGroup
		wg.Go(func() { j.may(j.h.Cases.Extend(j.h.Context(), first, seen(c), 10, "等书面证明")) })
		wg.Go(func() { _, err := j.h.Cases.Work(j.h.Context()); j.must(err) })
		wg.Wait()
		j.h.Clock.Set(c.Last.Add(11 * time.Hour))
		j.work()
		j.want(false, healthcode.OutcomeSuspended)
	}},
	{"two officers take it at once", func(j *journey) {
		c := j.now()
		if c.State == healthcode.CaseDecided || c.Officer != "" {
			return
		}
		var wg sync.WaitGroup
		for _, a := range []healthcode.Actor{first, second} {
			wg.Go(func() { j.may(j.h.Cases.Assign(j.h.Context(), a, seen(c), a.Staff)) })
		}
		wg.Wait()
		if got := j.now(); got.Version != c.Version+1 {
			j.t.Fatalf("both had an effect: %+v", got)
		}
	}},
	{"two second officers agree at once", func(j *journey) {
		j.lift()
		waiting, err := j.h.Change.Waiting(j.h.Context(), second)
		j.must(err)
		var wg sync.WaitGroup
		for _, c := range waiting {
			for _, a := range j.officers[1:] {
				wg.Go(func() { _, err := j.h.Change.Agree(j.h.Context(), a, c.ID); j.may(err) })
			}
		}
		wg.Wait()
		if len(waiting) > 0 {
			j.want(false, healthcode.OutcomeLifted)
		}
	}},
	{"the person disputes while a change waits", func(j *journey) {
		j.lift()
		waits := len(j.now().Changes) > 0
		j.dispute()
		j.dispute()
		if waits {
			if c := j.now(); len(c.Changes) != 1 {
				j.t.Fatalf("the change is lost: %+v", c)
			}
			j.answer(true)
			j.want(false, healthcode.OutcomeLifted)
		}
		list, err := j.h.Store.DisputesOf(j.h.Context(), j.who.Person)
		j.must(err)
		for _, d := range list {
			if waits && d.State != "decided" {
				j.t.Fatalf("dispute %+v", d)
			}
		}
	}},
	{"the person moves to another city and back", func(j *journey) {
		if j.now().State == healthcode.CaseDecided {
			return
		}
		office := j.now().Office
		j.must(j.h.Cases.Move(j.h.Context(), j.who, j.id, "once-out", "outside", "hotel"))
		if c := j.now(); c.Office == office || c.Officer != "" {
			j.t.Fatalf("after moving: %+v", c)
		}
		j.must(j.h.Cases.Move(j.h.Context(), j.who, j.id, "once-back", "in-city", "home"))
		if c := j.now(); c.Office != office {
			j.t.Fatalf("back again: %+v", c)
		}
	}},
	{"the area is upgraded five times", func(j *journey) {
		for i, level := range []healthcode.Level{"medium", "high", "medium", "high", "high"} {
			j.h.Clock.Advance(time.Hour)
			high := healthcode.County{Code: fmt.Sprint("31011", i), Levels: []healthcode.LevelChange{{From: j.h.Clock.Now(), Level: level}}}
			j.must(j.h.Store.PutAreas(j.h.Context(), healthcode.AreaHistory{Areas: []healthcode.County{high}}))
			j.holdsTrue()
		}
		if cases := j.cases(); len(cases) != 1 {
			j.t.Fatalf("%d cases: %+v", len(cases), cases)
		}
	}},
	{"the clock jumps back three hours", func(j *journey) {
		j.h.Clock.Advance(-3 * time.Hour)
		j.cases()
		j.work()
		j.holdsTrue()
		j.h.Clock.Advance(4 * time.Hour)
		j.holdsTrue()
		j.lift()
		if j.answer(true) > 0 {
			j.want(false, healthcode.OutcomeLifted)
		}
	}},
	{"a lift while the clock is behind", func(j *journey) {
		j.h.Clock.Advance(time.Hour)
		j.sentLater() // known at a time to which the clock will come again
		j.cases()
		j.h.Clock.Advance(-30 * time.Minute)
		j.lift()
		j.answer(true)
		j.holdsTrue()
		j.h.Clock.Advance(2 * time.Hour)
		j.holdsTrue()
	}},
	{"the clock jumps forward a month", func(j *journey) {
		j.h.Clock.Advance(31 * 24 * time.Hour)
		j.work()
		j.holdsTrue()
		if c := j.now(); c.State != healthcode.CaseDecided {
			j.t.Fatalf("nobody answered for a month: %+v", c)
		}
	}},
	{"the policy goes out of force", func(j *journey) {
		j.h.Clock.Set(time.Date(2023, 1, 9, 0, 0, 0, 0, servicetest.Shanghai))
		j.work()
		j.cases()
		if c := j.now(); c.State != healthcode.CaseDecided {
			j.t.Fatalf("nothing is in force, and the case is open: %+v", c)
		}
	}},
	{"the officer's account is closed in the middle", func(j *journey) {
		j.mine()
		staff, err := j.h.Store.StaffByName(j.h.Context(), first.Staff)
		j.must(err)
		staff.Disabled = true
		j.must(j.h.Store.PutStaff(j.h.Context(), staff))
		c := j.now()
		if c.State == healthcode.CaseDecided {
			return
		}
		j.must(j.h.Cases.Assign(j.h.Context(), second, seen(c), second.Staff)) // a colleague goes on
		if len(j.now().Changes) == 0 {
			j.must(j.h.Cases.Lift(j.h.Context(), second, seen(j.now()), change.GroundNoLink, "电话核实"))
		}
		waiting, err := j.h.Change.Waiting(j.h.Context(), j.officers[2])
		j.must(err)
		_, err = j.h.Change.Agree(j.h.Context(), j.officers[2], waiting[0].ID)
		j.must(err)
		j.want(false, healthcode.OutcomeLifted)
	}},
	{"everything is sent twice", func(j *journey) {
		c := j.mine()
		if c.State == healthcode.CaseDecided {
			return
		}
		for range 2 {
			j.must(j.h.Cases.Verify(j.h.Context(), first, seen(c), "已核实"))
			j.must(j.h.Cases.Say(j.h.Context(), j.who, j.id, "once-same", "在家。"))
		}
		_, entries, err := j.h.Store.Case(j.h.Context(), j.id)
		j.must(err)
		for _, kind := range []string{"verified", "answer", "evidence"} {
			n := 0
			for _, e := range entries {
				if e.Kind == kind && e.At.Equal(j.h.Clock.Now()) && e.ID != "verified-"+fmt.Sprint(c.Version-1)+"-"+first.Staff {
					n++
				}
			}
			if n > 1 {
				j.t.Fatalf("%s is there %d times", kind, n)
			}
		}
	}},
	{"something new is learned", func(j *journey) {
		decided := j.now().State == healthcode.CaseDecided
		j.h.Clock.Advance(time.Hour)
		again := j.sent[0]
		again.Fact.ID, again.Fact.Recorded, again.Fact.Time = "new", j.h.Clock.Now(), j.h.Clock.Now()
		j.send(again)
		cases := j.cases()
		if want := map[bool]int{false: 1, true: 2}[decided]; len(cases) != want {
			j.t.Fatalf("%d cases, want %d: %+v", len(cases), want, cases)
		}
	}},
}

// TestJourneys plays everything that can happen from every state, with the clock moved, over the real services.
func TestJourneys(t *testing.T) {
	played := 0
	for _, start := range starts {
		for _, event := range events {
			t.Run(start.name+"/"+event.name, func(t *testing.T) {
				h, who := desk(t)
				third := healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: "officer-3", Jurisdiction: "beijing"}
				h.Must(h.Store.PutStaff(t.Context(), healthcode.Staff{Name: third.Staff, Role: third.Role, Jurisdiction: third.Jurisdiction}))
				facts, err := h.Store.Facts(t.Context(), who.Person)
				h.Must(err)
				m := &model{h: h, t: t, who: who, officers: []healthcode.Actor{first, second, third}, known: map[string][]healthcode.Case{},
					sent: []healthcode.PersonFact{{Person: who.Person, Fact: facts[0]}}}
				j := &journey{m, one(h, who).ID}
				h.Clock.Advance(time.Minute)
				start.to(j)
				h.Clock.Advance(time.Minute)
				j.holdsTrue()
				event.do(j)
				j.holdsTrue()
			})
			played++
		}
	}
	if played < 50 {
		t.Errorf("%d journeys", played)
	}
}

// sentLater is one more fact about the same, known now.
func (j *journey) sentLater() {
	f := j.sent[0]
	f.Fact.ID, f.Fact.Recorded = "later", j.h.Clock.Now()
	j.send(f)
}
