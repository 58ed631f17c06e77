package casework_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"healthcode"
	"healthcode/internal/casework"
	"healthcode/internal/change"
	"healthcode/internal/servicetest"
	"healthcode/internal/status"
)

// failing is what a test of either kind can do.
type failing interface {
	Helper()
	Fatalf(format string, args ...any)
}

// model plays a person, two or three officers and the sources of facts at random over the real services.
type model struct {
	h        *servicetest.House
	rt       *rapid.T // draws
	t        failing
	who      healthcode.Actor
	officers []healthcode.Actor
	sent     []healthcode.PersonFact
	known    map[string][]healthcode.Case // earlier versions, which somebody may still have on a page
	n        int
}

func (m *model) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatalf("at %s: %v", m.h.Clock.Now(), err)
	}
}

// may allows what the service refuses in words, and nothing else.
func (m *model) may(err error) {
	m.t.Helper()
	if err != nil && healthcode.CodeOf(err) == "" {
		m.t.Fatalf("at %s: %v", m.h.Clock.Now(), err)
	}
}

func (m *model) pick(n int) int { return rapid.IntRange(0, n-1).Draw(m.rt, "which") }

func (m *model) officer() healthcode.Actor { return m.officers[m.pick(len(m.officers))] }

func (m *model) cases() []healthcode.Case {
	cases, err := m.h.Cases.Own(m.h.Context(), m.who, "beijing")
	m.must(err)
	for _, c := range cases {
		if all := m.known[c.ID]; len(all) == 0 || all[len(all)-1].Version != c.Version {
			m.known[c.ID] = append(all, c)
		}
	}
	return cases
}

// some returns a case as somebody saw it, perhaps a while ago; ok is false where there is none.
func (m *model) some() (c healthcode.Case, ok bool) {
	cases := m.cases()
	if len(cases) == 0 {
		return c, false
	}
	all := m.known[cases[m.pick(len(cases))].ID]
	if len(all) > 1 && rapid.IntRange(0, 3).Draw(m.rt, "stale") == 0 {
		return all[m.pick(len(all))], true
	}
	return all[len(all)-1], true
}

func (m *model) once() string { m.n++; return fmt.Sprintf("once-%04d", m.n) }

func (m *model) learn() {
	m.n++
	now := m.h.Clock.Now()
	f := healthcode.Fact{ID: fmt.Sprint("f", m.n), Recorded: now}
	at := now.Add(-time.Duration(rapid.IntRange(0, 200).Draw(m.rt, "hours")) * time.Hour)
	switch m.pick(4) {
	case 0:
		f.Source, f.Kind, f.Class, f.Time = "telecom", healthcode.KindContact, "association", at
	case 1:
		f.Source, f.Kind, f.Area, f.Evidence, f.From, f.To = "telecom", healthcode.KindStay, "310115", "telecom", at, at.Add(24*time.Hour)
	case 2:
		f.Source, f.Kind, f.Category, f.Time = "pharmacy", healthcode.KindPurchase, "fever", at
	case 3:
		f.Source, f.Kind, f.Time = "rail", healthcode.KindEntry, at
	}
	m.send(healthcode.PersonFact{Person: m.who.Person, Fact: f})
	m.sent = append(m.sent, healthcode.PersonFact{Person: m.who.Person, Fact: f})
}

func (m *model) send(rows ...healthcode.PersonFact) {
	_, err := m.h.Store.Append(m.h.Context(), rows)
	m.must(err)
}

// steps are what can happen.
func (m *model) steps() map[string]func(*rapid.T) {
	ctx := m.h.Context()
	on := func(do func(a healthcode.Actor, seen casework.Seen, c healthcode.Case) error) func(*rapid.T) {
		return func(rt *rapid.T) {
			m.rt, m.t = rt, rt
			c, ok := m.some()
			if !ok {
				return
			}
			a := m.officer()
			if c.Officer != "" && rapid.Bool().Draw(rt, "own") {
				a.Staff = c.Officer
			}
			for range rapid.IntRange(1, 2).Draw(rt, "times") { // pressed twice
				m.may(do(a, seen(c), c))
			}
		}
	}
	with := func(do func()) func(*rapid.T) { return func(rt *rapid.T) { m.rt, m.t = rt, rt; do() } }
	return map[string]func(*rapid.T){
		"time passes": with(func() {
			m.h.Clock.Advance(time.Duration(rapid.IntRange(1, 40*60).Draw(m.rt, "minutes")) * time.Minute)
		}),
		"the clock jumps back": with(func() {
			m.h.Clock.Advance(-time.Duration(rapid.IntRange(1, 180).Draw(m.rt, "minutes")) * time.Minute)
		}),
		"the last deadline comes": with(func() {
			if c, ok := m.some(); ok && c.Last.After(m.h.Clock.Now()) {
				m.h.Clock.Set(c.Last)
			}
		}),
		"something is learned": with(m.learn),
		"it is sent again": with(func() {
			if len(m.sent) > 0 {
				m.send(m.sent[m.pick(len(m.sent))])
			}
		}),
		"it is sent again under another name": with(func() {
			if len(m.sent) > 0 {
				again := m.sent[m.pick(len(m.sent))]
				again.Fact.ID, again.Fact.Recorded = m.once(), m.h.Clock.Now()
				m.send(again)
			}
		}),
		"an area changes": with(func() {
			level := []healthcode.Level{"low", "medium", "high"}[m.pick(3)]
			history, _, err := m.h.Store.Areas(ctx)
			m.must(err)
			county := healthcode.County{Code: "310115"}
			for _, c := range history.Areas {
				if c.Code == county.Code {
					county = c
				}
			}
			if n := len(county.Levels); n > 0 && !m.h.Clock.Now().After(county.Levels[n-1].From) {
				return
			}
			county.Levels = append(slices.Clone(county.Levels), healthcode.LevelChange{From: m.h.Clock.Now(), Level: level})
			m.must(m.h.Store.PutAreas(ctx, healthcode.AreaHistory{Areas: []healthcode.County{county}}))
		}),
		"the worker": with(func() {
			_, err := m.h.Cases.Work(ctx)
			m.must(err)
		}),
		"the sweep": with(func() { m.must(m.h.Cases.Sweep(ctx, time.Second)) }),
		"assign": on(func(a healthcode.Actor, s casework.Seen, _ healthcode.Case) error {
			return m.h.Cases.Assign(ctx, a, s, a.Staff)
		}),
		"ask": on(func(a healthcode.Actor, s casework.Seen, _ healthcode.Case) error {
			return m.h.Cases.Ask(ctx, a, s, "在哪里？")
		}),
		"verify": on(func(a healthcode.Actor, s casework.Seen, _ healthcode.Case) error {
			return m.h.Cases.Verify(ctx, a, s, "已核实")
		}),
		"uphold": on(func(a healthcode.Actor, s casework.Seen, _ healthcode.Case) error {
			return m.h.Cases.Uphold(ctx, a, s, "记录无误")
		}),
		"extend": on(func(a healthcode.Actor, s casework.Seen, _ healthcode.Case) error {
			return m.h.Cases.Extend(ctx, a, s, rapid.IntRange(1, 48).Draw(m.rt, "hours"), "等待书面证明")
		}),
		"lift": on(func(a healthcode.Actor, s casework.Seen, _ healthcode.Case) error {
			return m.h.Cases.Lift(ctx, a, s, change.GroundNoLink, "电话核实")
		}),
		"accept": on(func(a healthcode.Actor, s casework.Seen, c healthcode.Case) error {
			return m.h.Cases.Accept(ctx, a, s, change.GroundRecordError, "记录核对", c.Facts)
		}),
		"answer a change": with(func() {
			a := m.officer()
			waiting, err := m.h.Change.Waiting(ctx, a)
			m.must(err)
			if len(waiting) == 0 {
				return
			}
			id := waiting[m.pick(len(waiting))].ID
			if rapid.IntRange(0, 3).Draw(m.rt, "refuse") == 0 {
				m.may(m.h.Change.Refuse(ctx, a, id, "请补充依据"))
				return
			}
			_, err = m.h.Change.Agree(ctx, a, id)
			m.may(err)
		}),
		"the person adds": with(func() {
			if c, ok := m.some(); ok {
				once := m.once()
				m.may(m.h.Cases.Say(ctx, m.who, c.ID, once, "当天在家。"))
				m.may(m.h.Cases.Say(ctx, m.who, c.ID, once, "当天在家。"))
			}
		}),
		"the person moves": with(func() {
			if c, ok := m.some(); ok {
				m.may(m.h.Cases.Move(ctx, m.who, c.ID, m.once(), []string{"in-city", "outside"}[m.pick(2)], []string{"home", "hotel", "campus"}[m.pick(3)]))
			}
		}),
		"the person disputes": with(func() {
			_, e, _, err := m.h.Status.Evaluate(ctx, m.who.Person, "beijing")
			m.must(err)
			st := e.At(m.h.Clock.Now())
			if len(st.Holds) == 0 {
				return
			}
			hold := st.Holds[m.pick(len(st.Holds))]
			_, err = m.h.Residents.Dispute(ctx, m.who, "beijing", hold.Rule, hold.Reasons[0].Facts, "我没有去过。")
			m.may(err)
		}),
		"an account closes or opens": with(func() {
			a := m.officer()
			staff, err := m.h.Store.StaffByName(ctx, a.Staff)
			m.must(err)
			staff.Disabled = !staff.Disabled
			m.must(m.h.Store.PutStaff(ctx, staff))
		}),
	}
}

// holdsTrue looks at everything that must never be otherwise.
func (m *model) holdsTrue() {
	ctx, now := m.h.Context(), m.h.Clock.Now()
	_, err := m.h.Cases.Work(ctx)
	m.must(err)
	cases := m.cases()
	open := map[string]int{}
	episodes := map[string]bool{}
	for _, c := range cases {
		key := fmt.Sprint(c.Subject, " ", c.Episode)
		if episodes[key] {
			m.t.Fatalf("two cases of episode %s", key)
		}
		episodes[key] = true
		if c.State == healthcode.CaseDecided {
			continue
		}
		open[c.Subject]++
		if c.Due.IsZero() || c.Last.IsZero() || c.Wake.IsZero() || c.Office == "" {
			m.t.Fatalf("a case without a clock or an office: %+v", c)
		}
		if _, entries, err := m.h.Store.Case(ctx, c.ID); err != nil || len(entries) == 0 {
			m.t.Fatalf("entries of %s: %v %v", c.ID, entries, err)
		}
	}
	for subject, n := range open {
		if n > 1 {
			m.t.Fatalf("%d open cases about %s", n, subject)
		}
	}
	p, e, facts, err := m.h.Status.Evaluate(ctx, m.who.Person, "beijing")
	if healthcode.CodeOf(err) == status.CodeNoPolicy {
		if len(open) > 0 {
			m.t.Fatalf("no policy is in force, and cases are open: %v", open)
		}
		return
	}
	m.must(err)
	for _, hold := range e.At(now).Holds {
		for _, r := range hold.Reasons {
			if r.Until == nil || r.Until.After(now) {
				m.notCleared(hold.Hold, r, facts)
			}
			if r.Until != nil || !slices.Contains(p.Casework.Opens, p.WaitsFor(r.Rule)) {
				continue
			}
			last := lastOf(cases, hold.Hold)
			switch {
			case open[hold.Hold] == 1:
			case last.Outcome == healthcode.OutcomeUpheld:
			case last.Since.After(now): // the clock was put back: what ended the hold is still to come
			default:
				m.t.Fatalf("stuck in hold %s since %s, its last case %+v, facts %+v", hold.Hold, hold.From, last, r.Facts)
			}
		}
	}
	m.changesAreRight(p.Name.ZH, facts)
}

// notCleared fails where a hold rests on evidence that a lift has ended already.
func (m *model) notCleared(hold string, r healthcode.HoldReason, facts []healthcode.Fact) {
	for _, l := range facts {
		if l.Kind != healthcode.KindLift || l.Hold != hold || l.Known().After(m.h.Clock.Now()) {
			continue
		}
		newer := slices.ContainsFunc(facts, func(f healthcode.Fact) bool { return slices.Contains(r.Facts, f.Ref()) && f.Known().After(l.Covers) })
		if !newer {
			m.t.Fatalf("hold %s rests on %v, all of which was known and lifted up to %s", hold, r.Facts, l.Covers)
		}
	}
}

func lastOf(cases []healthcode.Case, subject string) (last healthcode.Case) {
	for _, c := range cases {
		if c.Subject == subject {
			last = c
		}
	}
	return last
}

func (m *model) changesAreRight(city string, facts []healthcode.Fact) {
	ctx := m.h.Context()
	changes, err := m.h.Store.ChangesOf(ctx, m.who.Person)
	m.must(err)
	applied := map[healthcode.FactRef]bool{}
	for _, c := range changes {
		info, ok := change.Ground(c.Ground).Info()
		switch {
		case !ok:
			m.t.Fatalf("change without a listed ground: %+v", c)
		case c.State != healthcode.ChangeApplied:
			continue
		case c.By == c.Agreed && (c.By != healthcode.SystemOfficer || !info.Favour):
			m.t.Fatalf("one hand alone: %+v", c)
		}
		applied[c.Fact.Ref()] = true
		if _, err := m.h.Store.Message(ctx, "change:"+c.ID); err != nil {
			m.t.Fatalf("change %s wasn't announced: %v", c.ID, err)
		}
		if _, entry := c.Entry(); entry != nil {
			m.t.Fatalf("change %s can't be logged: %v", c.ID, entry)
		}
	}
	for _, f := range facts {
		if strings.HasPrefix(f.Source, healthcode.ManualSource) && !applied[f.Ref()] {
			m.t.Fatalf("fact %v of no applied change", f.Ref())
		}
		delete(applied, f.Ref())
	}
	if len(applied) > 0 {
		m.t.Fatalf("changes without facts: %v", applied)
	}
}

// TestNobodyIsStuck plays at random and looks after each step.
func TestNobodyIsStuck(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		if err := flag.Set("rapid.checks", "20"); err != nil {
			t.Fatal(err)
		}
		defer flag.Set("rapid.checks", f.DefValue)
	}
	rapid.Check(t, func(rt *rapid.T) {
		h := servicetest.New(t)
		m := &model{h: h, rt: rt, t: rt, known: map[string][]healthcode.Case{}}
		for n := range 3 {
			a := healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: fmt.Sprint("officer-", n+1), Jurisdiction: "beijing"}
			m.must(h.Store.PutStaff(h.Context(), healthcode.Staff{Name: a.Staff, Role: a.Role, Jurisdiction: a.Jurisdiction}))
			m.officers = append(m.officers, a)
		}
		m.who = h.Register("beijing", servicetest.Zhang)
		m.learn()
		steps := m.steps()
		steps[""] = func(rt *rapid.T) { m.rt, m.t = rt, rt; m.holdsTrue() }
		rt.Repeat(steps)
	})
}
