package casework_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/casework"
	"healthcode/internal/change"
	"healthcode/internal/servicetest"
)

// Two officers of Beijing who have accounts.
var (
	first  = healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: "officer-1", Jurisdiction: "beijing"}
	second = healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: "officer-2", Jurisdiction: "beijing"}
)

// desk is a house with two caseworkers and somebody with an association, who gets hold 3.
func desk(t *testing.T) (*servicetest.House, healthcode.Actor) {
	t.Helper()
	h := servicetest.New(t)
	for _, a := range []healthcode.Actor{first, second} {
		h.Must(h.Store.PutStaff(t.Context(), healthcode.Staff{Name: a.Staff, Role: a.Role, Jurisdiction: a.Jurisdiction}))
	}
	who := h.Register("beijing", servicetest.Zhang)
	associate(h, who, "1", "2022-04-27T10:00:00+08:00")
	return h, who
}

func associate(h *servicetest.House, who healthcode.Actor, id, at string) {
	h.Helper()
	h.Learn(who.Person, fmt.Sprintf(`{"id":%q,"source":"telecom","kind":"contact","class":"association","time":%q}`, id, at))
}

// one returns the only case of a resident.
func one(h *servicetest.House, who healthcode.Actor) healthcode.Case {
	h.Helper()
	cases, err := h.Cases.Own(h.Context(), who, "beijing")
	h.Must(err)
	if len(cases) != 1 {
		h.Fatalf("%d cases, want one: %+v", len(cases), cases)
	}
	return cases[0]
}

func seen(c healthcode.Case) casework.Seen { return casework.Seen{ID: c.ID, Version: c.Version} }

// open returns the case as an officer opens it.
func open(h *servicetest.House, a healthcode.Actor, id string) casework.File {
	h.Helper()
	f, err := h.Cases.File(h.Context(), a, id)
	h.Must(err)
	return f
}

func holds(h *servicetest.House, who healthcode.Actor) (list []string) {
	h.Helper()
	_, e, _, err := h.Status.Evaluate(h.Context(), who.Person, "beijing")
	h.Must(err)
	for _, hold := range e.At(h.Clock.Now()).Holds {
		list = append(list, hold.Hold)
	}
	return list
}

func TestAHoldThatNeedsAPersonIsOneCase(t *testing.T) {
	h, who := desk(t)
	c := one(h, who)
	now := h.Clock.Now()
	if c.Subject != "3" || c.Episode != 1 || c.State != healthcode.CaseReceived || c.Origin != healthcode.OriginHold || len(c.Facts) != 1 ||
		c.Office != "community" || !c.Due.Equal(now.Add(4*time.Hour)) || !c.Last.Equal(now.Add(72*time.Hour)) {
		t.Errorf("case %+v", c)
	}
	h.Must(h.Cases.Sweep(t.Context(), time.Minute))
	again := one(h, who)
	if again.ID != c.ID || again.Version != c.Version {
		t.Errorf("looking again changed the case: %+v", again)
	}
	// Another fact of the same hold joins.
	h.Clock.Advance(time.Minute)
	associate(h, who, "2", "2022-04-27T12:00:00+08:00")
	if joined := one(h, who); joined.ID != c.ID || len(joined.Facts) != 2 {
		t.Errorf("after one more fact: %+v", joined)
	}
}

func TestALiftNeedsTwoAndIsNotReopened(t *testing.T) {
	h, who := desk(t)
	// What was known before the officer looked is covered, however late it begins to count.
	h.Learn(who.Person, `{"id":"s","source":"telecom","kind":"stay","area":"110106","evidence":"telecom","from":"2022-04-20T10:00:00+08:00","to":"2022-04-21T10:00:00+08:00"}`)
	c := one(h, who)
	f := open(h, first, c.ID)
	if len(f.Facts) != 1 || f.Facts[0].Source != "telecom" || f.Person.Name != servicetest.Zhang.Name || len(f.Others) != 1 {
		t.Errorf("file %+v", f)
	}
	h.WantCode(h.Cases.Lift(t.Context(), first, seen(f.Case), change.GroundNoLink, "电话核实"), healthcode.CodeConflict) // nobody's yet
	h.Must(h.Cases.Assign(t.Context(), first, seen(f.Case), first.Staff))
	f = open(h, first, c.ID)
	h.Must(h.Cases.Lift(t.Context(), first, seen(f.Case), change.GroundNoLink, "电话核实，当天在家。"))
	h.Must(h.Cases.Lift(t.Context(), first, seen(f.Case), change.GroundNoLink, "电话核实，当天在家。")) // sent twice
	f = open(h, first, c.ID)
	if f.Case.State != healthcode.CaseVerified || len(f.Case.Changes) != 1 || len(f.Changes) != 1 {
		t.Fatalf("after proposing: %+v", f.Case)
	}
	h.WantCode(h.Cases.Uphold(t.Context(), first, seen(f.Case), "不同意"), healthcode.CodeConflict) // a change waits
	if got := holds(h, who); !slices.Contains(got, "3") {
		t.Fatalf("one officer alone ended the hold: %v", got)
	}
	_, err := h.Change.Agree(t.Context(), first, f.Case.Changes[0])
	h.WantCode(err, change.CodeSameHand)
	h.Clock.Advance(time.Minute)
	_, err = h.Change.Agree(t.Context(), second, f.Case.Changes[0])
	h.Must(err)
	if got := holds(h, who); len(got) != 0 {
		t.Errorf("holds %v after the lift", got)
	}
	if c = one(h, who); c.State != healthcode.CaseDecided || c.Outcome != healthcode.OutcomeLifted {
		t.Errorf("case %+v", c)
	}
	// The area is upgraded five times: known stays raise nothing any more, and no case opens again.
	for i, level := range []healthcode.Level{"medium", "high", "medium", "high", "medium"} {
		h.Clock.Advance(6 * time.Hour)
		h.Must(h.Store.PutAreas(t.Context(), healthcode.AreaHistory{Areas: []healthcode.County{{Code: "110106", Levels: []healthcode.LevelChange{{From: h.Clock.Now(), Level: level}}}}}))
		if again := one(h, who); again.State != healthcode.CaseDecided || again.Version != c.Version || len(holds(h, who)) != 0 {
			t.Errorf("upgrade %d: %+v, holds %v", i+1, again, holds(h, who))
		}
	}
	// Something newly learned is another episode.
	h.Clock.Advance(time.Hour)
	associate(h, who, "9", "2022-04-29T12:00:00+08:00")
	cases, err := h.Cases.Own(t.Context(), who, "beijing")
	h.Must(err)
	if len(cases) != 2 || cases[1].Episode != 2 || cases[1].State != healthcode.CaseReceived || len(cases[1].Facts) != 1 {
		t.Errorf("cases %+v", cases)
	}
}

func TestOverdueCasesEscalateAndAreSuspended(t *testing.T) {
	h, who := desk(t)
	c := one(h, who)
	h.Clock.Advance(4*time.Hour + time.Second)
	n, err := h.Cases.Work(t.Context())
	h.Must(err)
	if c = one(h, who); n != 1 || c.Escalated.IsZero() || c.State != healthcode.CaseReceived {
		t.Errorf("%d cases, %+v", n, c)
	}
	h.Clock.Set(c.Last.Add(-time.Second))
	if n, err := h.Cases.Work(t.Context()); err != nil || n != 0 || len(holds(h, who)) != 1 {
		t.Errorf("before the last deadline: %d %v, holds %v", n, err, holds(h, who))
	}
	h.Clock.Set(c.Last)
	// Two processes at once suspend it once.
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if _, err := h.Cases.Work(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := holds(h, who); len(got) != 0 {
		t.Errorf("holds %v after the last deadline", got)
	}
	if c = one(h, who); c.Outcome != healthcode.OutcomeSuspended {
		t.Errorf("case %+v", c)
	}
	changes, err := h.Store.ChangesOf(t.Context(), who.Person)
	h.Must(err)
	if len(changes) != 1 || changes[0].Ground != string(change.GroundDeadline) || changes[0].Agreed != healthcode.SystemOfficer || changes[0].CaseID != c.ID {
		t.Errorf("changes %+v", changes)
	}
	h.Clock.Advance(100 * time.Hour)
	if n, err := h.Cases.Work(t.Context()); err != nil || n != 0 {
		t.Errorf("a decided case is looked at again: %d %v", n, err)
	}
}

func TestANamedOfficerExtends(t *testing.T) {
	h, who := desk(t)
	c := one(h, who)
	h.Must(h.Cases.Assign(t.Context(), first, seen(c), first.Staff))
	c = one(h, who)
	h.WantCode(h.Cases.Extend(t.Context(), second, seen(c), 24, "别人的案件"), healthcode.CodeConflict)
	h.WantCode(h.Cases.Extend(t.Context(), first, seen(c), 49, "太长"), healthcode.CodeInvalid)
	h.WantCode(h.Cases.Extend(t.Context(), first, seen(c), 24, " "), healthcode.CodeInvalid)
	h.Must(h.Cases.Extend(t.Context(), first, seen(c), 24, "等待医院书面证明"))
	h.Clock.Set(c.Last)
	_, err := h.Cases.Work(t.Context())
	h.Must(err)
	if len(holds(h, who)) != 1 {
		t.Fatal("suspended although it was extended")
	}
	h.Clock.Advance(24 * time.Hour)
	_, err = h.Cases.Work(t.Context())
	h.Must(err)
	if got := holds(h, who); len(got) != 0 {
		t.Errorf("holds %v after the extension", got)
	}
}

// TestADeadlineOutranksAWaitingLift: the second officer's delay is the office's.
func TestADeadlineOutranksAWaitingLift(t *testing.T) {
	h, who := desk(t)
	c := one(h, who)
	h.Must(h.Cases.Assign(t.Context(), first, seen(c), first.Staff))
	h.Must(h.Cases.Lift(t.Context(), first, seen(one(h, who)), change.GroundNoLink, "电话核实"))
	h.Clock.Set(c.Last)
	_, err := h.Cases.Work(t.Context())
	h.Must(err)
	if c := one(h, who); c.Outcome != healthcode.OutcomeSuspended || len(holds(h, who)) != 0 {
		t.Errorf("case %+v, holds %v", c, holds(h, who))
	}
}

func TestTwoOfficersOneCase(t *testing.T) {
	h, who := desk(t)
	c := one(h, who)
	var won atomic.Int32
	var wg sync.WaitGroup
	for _, a := range []healthcode.Actor{first, second} {
		wg.Go(func() {
			switch err := h.Cases.Assign(t.Context(), a, seen(c), a.Staff); {
			case err == nil:
				won.Add(1)
			case healthcode.CodeOf(err) != healthcode.CodeConflict:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d officers took the case", won.Load())
	}
	taken := one(h, who)
	h.Must(h.Cases.Assign(t.Context(), second, seen(taken), other(taken.Officer)))
	if given := one(h, who); given.Officer != other(taken.Officer) || !given.Due.Equal(taken.Due) {
		t.Errorf("given to a colleague: %+v", given)
	}
	h.WantCode(h.Cases.Assign(t.Context(), first, seen(one(h, who)), "nobody"), healthcode.CodeInvalid)
}

func other(officer string) string {
	if officer == first.Staff {
		return second.Staff
	}
	return first.Staff
}

func TestADisputeIsACaseAndARefusedChangeGoesBack(t *testing.T) {
	h, who := desk(t)
	h.Learn(who.Person, `{"id":"t","source":"rail","kind":"entry","time":"2022-04-26T10:00:00+08:00","port":"PEK"}`)
	_, err := h.Residents.Dispute(t.Context(), who, "beijing", "entry-quarantine", []healthcode.FactRef{{Source: "rail", ID: "t"}}, "票退了，没有入境。")
	h.Must(err)
	h.Must(h.Cases.Sweep(t.Context(), time.Minute))
	cases, err := h.Store.CasesOf(t.Context(), who.Person)
	h.Must(err)
	i := slices.IndexFunc(cases, func(c healthcode.Case) bool { return c.Subject == "2" })
	if len(cases) != 2 || i < 0 || cases[i].Origin != healthcode.OriginDispute {
		t.Fatalf("cases %+v", cases)
	}
	id := cases[i].ID
	f := open(h, first, id)
	if len(f.Entries) != 2 || f.Entries[1].Text != "票退了，没有入境。" {
		t.Errorf("entries %+v", f.Entries)
	}
	h.Must(h.Cases.Assign(t.Context(), first, seen(f.Case), first.Staff))
	accept := func() healthcode.Case {
		f := open(h, first, id)
		h.Must(h.Cases.Accept(t.Context(), first, seen(f.Case), change.GroundNotTravelled, "铁路退票记录", f.Case.Facts))
		return open(h, first, id).Case
	}
	c := accept()
	h.Must(h.Change.Refuse(t.Context(), second, c.Changes[0], "请附退票截图"))
	if c = open(h, first, id).Case; c.State != healthcode.CaseAssigned || len(c.Changes) != 0 {
		t.Errorf("after the refusal: %+v", c)
	}
	c = accept()
	_, err = h.Change.Agree(t.Context(), second, c.Changes[0])
	h.Must(err)
	if c = open(h, first, id).Case; c.Outcome != healthcode.OutcomeRetracted || slices.Contains(holds(h, who), "2") {
		t.Errorf("case %+v, holds %v", c, holds(h, who))
	}
	disputes, err := h.Residents.Disputes(t.Context(), who)
	h.Must(err)
	if disputes[0].State != "decided" {
		t.Errorf("dispute %+v", disputes[0])
	}
}

func TestThePersonNeedNotComeIn(t *testing.T) {
	h, who := desk(t)
	c := one(h, who)
	h.Must(h.Cases.Assign(t.Context(), first, seen(c), first.Staff))
	h.Clock.Advance(time.Minute)
	h.Must(h.Cases.Ask(t.Context(), first, seen(one(h, who)), "27日上午您在哪里？"))
	if c = one(h, who); !c.Asked {
		t.Error("the person isn't asked")
	}
	if m := h.Messages(servicetest.Zhang.Phone); !strings.Contains(m[0].Body, "问题") {
		t.Errorf("message %q", m[0].Body)
	}
	for range 2 {
		h.Must(h.Cases.Say(t.Context(), who, c.ID, "form-1", "在家。"))
	}
	h.Must(h.Cases.Say(t.Context(), who, c.ID, "form-2", "快递签收记录。"))
	h.WantCode(h.Cases.Sign(t.Context(), who, c.ID, "2022-04", "别人"), healthcode.CodeInvalid)
	h.WantCode(h.Cases.Sign(t.Context(), who, c.ID, "2019", "张三丰"), healthcode.CodeConflict)
	for range 2 {
		h.Must(h.Cases.Sign(t.Context(), who, c.ID, "2022-04", "张三丰"))
	}
	h.Must(h.Cases.Move(t.Context(), who, c.ID, "form-3", "outside", "hotel"))
	f := open(h, second, c.ID)
	kinds := ""
	for _, e := range f.Entries {
		kinds += e.Kind + " "
	}
	if kinds != "opened assigned question answer evidence commitment moved " || f.Case.Asked || f.Case.Office != "remote" || f.Case.Officer != "" {
		t.Errorf("entries %s, case %+v", kinds, f.Case)
	}
	// Decided against the person, the same case begins anew with what they add.
	h.Must(h.Cases.Assign(t.Context(), second, seen(f.Case), second.Staff))
	h.Must(h.Cases.Uphold(t.Context(), second, seen(open(h, second, c.ID).Case), "基站记录显示在场。"))
	if got := one(h, who); got.State != healthcode.CaseDecided || len(holds(h, who)) != 1 {
		t.Errorf("upheld: %+v", got)
	}
	h.Must(h.Cases.Say(t.Context(), who, c.ID, "form-4", "那个号码是我母亲在用。"))
	if got := one(h, who); got.ID != c.ID || got.State != healthcode.CaseReceived || got.Outcome != "" {
		t.Errorf("begun anew: %+v", got)
	}
	stranger := h.Register("beijing", servicetest.Li)
	h.WantCode(h.Cases.Say(t.Context(), stranger, c.ID, "x", "text"), healthcode.CodeNotFound)
	_, _, err := h.Cases.OwnCase(t.Context(), stranger, c.ID)
	h.WantCode(err, healthcode.CodeNotFound)
}

func TestHotline(t *testing.T) {
	h, who := desk(t)
	agent := servicetest.Officer(healthcode.RoleHotline, "beijing")
	for range 2 {
		cases, err := h.Cases.Call(t.Context(), agent, servicetest.Zhang.Document, "form-1", "本人在外地，弹窗解除不了。")
		h.Must(err)
		if len(cases) != 1 || cases[0].Subject != "3" {
			t.Errorf("cases %+v", cases)
		}
	}
	_, entries, err := h.Cases.OwnCase(t.Context(), who, one(h, who).ID)
	h.Must(err)
	if len(entries) != 2 || entries[1].By != agent.Staff {
		t.Errorf("entries %+v", entries)
	}
	looks, err := h.Residents.Looks(t.Context(), who)
	h.Must(err)
	if len(looks) != 2 || looks[0].Purpose != "hotline" {
		t.Errorf("looks %+v", looks)
	}
	_, err = h.Cases.Call(t.Context(), servicetest.Officer(healthcode.RoleHotline, "tianjin"), servicetest.Zhang.Document, "x", "text")
	h.WantCode(err, healthcode.CodeNotFound)
}

func TestCasesAreCaseworkersOfTheJurisdiction(t *testing.T) {
	h, who := desk(t)
	c := one(h, who)
	ctx, s := t.Context(), h.Cases
	elsewhere := servicetest.Officer(healthcode.RoleCaseworker, "tianjin")
	_, err := s.File(ctx, elsewhere, c.ID)
	h.WantCode(err, healthcode.CodeNotFound)
	h.WantCode(s.Assign(ctx, elsewhere, seen(c), elsewhere.Staff), healthcode.CodeNotFound)
	if q, err := s.Queue(ctx, elsewhere, healthcode.CaseFilter{}); err != nil || len(q.Cases) != 0 {
		t.Errorf("queue %+v %v", q, err)
	}
	q, err := s.Queue(ctx, first, healthcode.CaseFilter{})
	h.Must(err)
	if len(q.Cases) != 1 || q.Counts[healthcode.CaseReceived] != 1 {
		t.Errorf("queue %+v", q)
	}
	h.Refused(servicetest.Others("beijing", healthcode.RoleCaseworker), map[string]func(healthcode.Actor) error{
		"Queue":  func(a healthcode.Actor) error { _, err := s.Queue(ctx, a, healthcode.CaseFilter{}); return err },
		"File":   func(a healthcode.Actor) error { _, err := s.File(ctx, a, c.ID); return err },
		"Assign": func(a healthcode.Actor) error { return s.Assign(ctx, a, seen(c), a.Staff) },
		"Ask":    func(a healthcode.Actor) error { return s.Ask(ctx, a, seen(c), "?") },
		"Verify": func(a healthcode.Actor) error { return s.Verify(ctx, a, seen(c), "?") },
		"Uphold": func(a healthcode.Actor) error { return s.Uphold(ctx, a, seen(c), "?") },
		"Extend": func(a healthcode.Actor) error { return s.Extend(ctx, a, seen(c), 1, "?") },
		"Lift":   func(a healthcode.Actor) error { return s.Lift(ctx, a, seen(c), change.GroundNoLink, "?") },
		"Accept": func(a healthcode.Actor) error { return s.Accept(ctx, a, seen(c), change.GroundNoLink, "?", c.Facts) },
		"Orders": func(a healthcode.Actor) error { return s.Orders(ctx, a, strings.NewReader(""), nil) },
	})
}
