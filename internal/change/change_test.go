package change_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/change"
	"healthcode/internal/servicetest"
)

func officer(name string) healthcode.Actor {
	return healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: name, Jurisdiction: "beijing"}
}

// held registers Zhang, who has arrived: hold 4 is open.
func held(h *servicetest.House) healthcode.Actor {
	h.Helper()
	a := h.Register("beijing", servicetest.Zhang)
	h.Learn(a.Person, `{"id":"1","source":"rail","kind":"arrival","time":"2022-04-27T09:00:00+08:00"}`)
	return a
}

func lift(person healthcode.PersonID) change.Proposal {
	return change.Proposal{Person: person, Jurisdiction: "beijing", Ground: change.GroundNoLink, Evidence: "电话核实，未离京",
		Fact: healthcode.Fact{Kind: healthcode.KindLift, Hold: "4"}}
}

func holds(h *servicetest.House, person healthcode.PersonID) string {
	h.Helper()
	_, e, _, err := h.Status.Evaluate(h.Context(), person, "beijing")
	h.Must(err)
	s := e.At(h.Clock.Now())
	out := s.State
	for _, o := range s.Holds {
		out += " " + o.Hold
	}
	return out
}

func TestTwoOfficersChangeACode(t *testing.T) {
	h := servicetest.New(t)
	a := held(h)
	before := holds(h, a.Person)
	if !strings.Contains(before, " 4") {
		t.Fatalf("holds %q, want 4 among them", before)
	}
	c, err := h.Change.Propose(t.Context(), officer("wei"), lift(a.Person))
	h.Must(err)
	if holds(h, a.Person) != before {
		t.Error("a proposal alone changed the code")
	}
	_, err = h.Change.Propose(t.Context(), officer("li"), lift(a.Person))
	h.WantCode(err, healthcode.CodeConflict) // sent twice
	_, err = h.Change.Agree(t.Context(), officer("wei"), c.ID)
	h.WantCode(err, change.CodeSameHand)
	elsewhere := healthcode.Actor{Role: healthcode.RoleCaseworker, Staff: "tj", Jurisdiction: "tianjin"}
	_, err = h.Change.Agree(t.Context(), elsewhere, c.ID)
	h.WantCode(err, healthcode.CodeNotFound)

	view, err := h.Change.View(t.Context(), officer("li"), c.ID)
	h.Must(err)
	if len(view.Before.Holds) != len(view.After.Holds)+1 || view.Own {
		t.Errorf("before %+v, after %+v", view.Before.Holds, view.After.Holds)
	}
	looks, err := h.Store.Looks(t.Context(), a.Person, 1)
	h.Must(err)
	if len(looks) != 1 || looks[0].By != "li" || looks[0].Purpose != "change" {
		t.Errorf("looks %+v", looks)
	}

	h.Clock.Advance(time.Hour)
	done, err := h.Change.Agree(t.Context(), officer("li"), c.ID)
	h.Must(err)
	if strings.Contains(holds(h, a.Person), " 4") {
		t.Errorf("%s after the lift", holds(h, a.Person))
	}
	f := done.Fact
	if f.Source != "caseworker:wei" || f.ID != c.ID || f.By != "wei" || f.Reason != string(change.GroundNoLink) || !f.Recorded.Equal(h.Clock.Now()) {
		t.Errorf("fact %+v", f)
	}
	_, err = h.Change.Agree(t.Context(), officer("third"), c.ID)
	h.WantCode(err, healthcode.CodeConflict)
	h.WantCode(h.Change.Refuse(t.Context(), officer("third"), c.ID, "no"), healthcode.CodeConflict)

	notices := 0
	for _, m := range h.Messages(servicetest.Zhang.Phone) {
		if strings.Contains(m.Body, "无关联") {
			notices++
		}
	}
	if notices != 1 {
		t.Errorf("%d notices to the person, want 1", notices)
	}
	mine, err := h.Change.Of(t.Context(), a)
	h.Must(err)
	if len(mine) != 1 || mine[0].ID != c.ID {
		t.Errorf("the person's changes: %+v", mine)
	}
}

func TestOnlyListedGrounds(t *testing.T) {
	h := servicetest.New(t)
	a := held(h)
	red := healthcode.Fact{Kind: healthcode.KindDiagnosis, Class: "confirmed", From: servicetest.At(4, 27, 0, 0)}
	for name, p := range map[string]change.Proposal{
		"depositors":      {Fact: red, Ground: "protest-at-a-bank"},
		"no ground":       {Fact: red},
		"another's":       {Fact: red, Ground: change.GroundNoLink},
		"raise by favour": {Fact: red, Ground: change.GroundDeadline},
		"lift as case":    {Fact: healthcode.Fact{Kind: healthcode.KindLift, Hold: "4"}, Ground: change.GroundConfirmed},
	} {
		p.Person, p.Jurisdiction, p.Evidence = a.Person, "beijing", "ordered"
		_, err := h.Change.Propose(t.Context(), officer("wei"), p)
		if healthcode.CodeOf(err) != change.CodeNoGround {
			t.Errorf("%s: %v, want %s", name, err, change.CodeNoGround)
		}
	}
	for field, p := range map[string]change.Proposal{
		"evidence": {Fact: red, Ground: change.GroundConfirmed},
		"hold":     {Fact: healthcode.Fact{Kind: healthcode.KindLift, Hold: "99"}, Ground: change.GroundNoLink, Evidence: "x"},
		"retracts": {Fact: healthcode.Fact{Kind: healthcode.KindRetraction, Retracts: &healthcode.FactRef{Source: "rail", ID: "2"}}, Ground: change.GroundNotTravelled, Evidence: "x"},
		"fact":     {Fact: healthcode.Fact{Kind: healthcode.KindDiagnosis, From: red.From}, Ground: change.GroundConfirmed, Evidence: "x"},
		"time":     {Fact: healthcode.Fact{Kind: healthcode.KindDiagnosis, Class: "confirmed", From: servicetest.At(6, 1, 0, 0)}, Ground: change.GroundConfirmed, Evidence: "x"},
	} {
		p.Person, p.Jurisdiction = a.Person, "beijing"
		_, err := h.Change.Propose(t.Context(), officer("wei"), p)
		h.WantCode(err, healthcode.CodeInvalid)
		if e := err.(*healthcode.Error); e.Field != field {
			t.Errorf("field %q, want %q", e.Field, field)
		}
	}
	_, err := h.Change.System(t.Context(), change.Proposal{Person: a.Person, Jurisdiction: "beijing", Ground: change.GroundConfirmed, Fact: red})
	h.WantCode(err, change.CodeNoGround)
}

func TestSystemActsInFavour(t *testing.T) {
	h := servicetest.New(t)
	a := held(h)
	p := lift(a.Person)
	p.Ground, p.Evidence = change.GroundDeadline, ""
	c, err := h.Change.System(t.Context(), p)
	h.Must(err)
	if c.State != healthcode.ChangeApplied || c.Fact.Source != "caseworker:_system" || strings.Contains(holds(h, a.Person), " 4") {
		t.Errorf("change %+v, %s", c, holds(h, a.Person))
	}
}

func TestRefuse(t *testing.T) {
	h := servicetest.New(t)
	a := held(h)
	c, err := h.Change.Propose(t.Context(), officer("wei"), lift(a.Person))
	h.Must(err)
	h.WantCode(h.Change.Refuse(t.Context(), officer("li"), c.ID, " "), healthcode.CodeInvalid)
	h.Must(h.Change.Refuse(t.Context(), officer("li"), c.ID, "没有依据"))
	if !strings.Contains(holds(h, a.Person), " 4") {
		t.Error("a refused change changed the code")
	}
	waiting, err := h.Change.Waiting(t.Context(), officer("wei"))
	h.Must(err)
	if len(waiting) != 0 {
		t.Errorf("still waiting: %+v", waiting)
	}
	_, err = h.Change.Propose(t.Context(), officer("wei"), lift(a.Person)) // anew
	h.Must(err)
}

func TestRoles(t *testing.T) {
	h := servicetest.New(t)
	a := held(h)
	c, err := h.Change.Propose(t.Context(), officer("wei"), lift(a.Person))
	h.Must(err)
	h.Refused(servicetest.Others("beijing", change.Officers...), map[string]func(healthcode.Actor) error{
		"Propose": func(a healthcode.Actor) error {
			_, err := h.Change.Propose(t.Context(), a, lift(c.Person))
			return err
		},
		"Agree":   func(a healthcode.Actor) error { _, err := h.Change.Agree(t.Context(), a, c.ID); return err },
		"Refuse":  func(a healthcode.Actor) error { return h.Change.Refuse(t.Context(), a, c.ID, "x") },
		"Waiting": func(a healthcode.Actor) error { _, err := h.Change.Waiting(t.Context(), a); return err },
		"View":    func(a healthcode.Actor) error { _, err := h.Change.View(t.Context(), a, c.ID); return err },
	})
	h.Refused(servicetest.Others("beijing", change.Overseers...), map[string]func(healthcode.Actor) error{
		"Alarms": func(a healthcode.Actor) error { _, err := h.Change.Alarms(t.Context(), a); return err },
	})
	h.Refused(servicetest.Others("beijing", healthcode.RoleCaseworker, healthcode.RoleAuthority, healthcode.RoleAuditor), map[string]func(healthcode.Actor) error{
		"Release": func(a healthcode.Actor) error { _, err := h.Change.Release(t.Context(), a, "x"); return err },
	})
}

// TestTwoOfficersAtOnce lets exactly one of many agree.
func TestTwoOfficersAtOnce(t *testing.T) {
	h := servicetest.New(t)
	a := held(h)
	c, err := h.Change.Propose(t.Context(), officer("wei"), lift(a.Person))
	h.Must(err)
	results := make(chan error)
	for i := range 8 {
		go func() { _, err := h.Change.Agree(t.Context(), officer(fmt.Sprint("o", i)), c.ID); results <- err }()
	}
	agreed := 0
	for range 8 {
		if err := <-results; err == nil {
			agreed++
		} else if healthcode.CodeOf(err) != healthcode.CodeConflict {
			t.Errorf("error %v", err)
		}
	}
	if agreed != 1 {
		t.Errorf("%d agreed, want 1", agreed)
	}
}

// TestMassChange tries to turn 1,300 people red with two officers who agree on everything.
func TestMassChange(t *testing.T) {
	h := servicetest.New(t)
	documents := make([]healthcode.Document, 1300)
	for i := range documents {
		documents[i] = healthcode.Document{Type: healthcode.DocumentPassport, Number: fmt.Sprintf("P%08d", i), Country: "SWE"}
	}
	persons, err := h.Store.EnsurePersons(t.Context(), documents)
	h.Must(err)
	applied, stopped := 0, 0
	raise := func(person healthcode.PersonID, proposer, second string) error {
		c, err := h.Change.Propose(t.Context(), officer(proposer), change.Proposal{Person: person, Jurisdiction: "beijing", Ground: change.GroundConfirmed, Evidence: "x",
			Fact: healthcode.Fact{Kind: healthcode.KindDiagnosis, Class: "confirmed", From: servicetest.At(4, 27, 0, 0)}})
		h.Must(err)
		_, err = h.Change.Agree(t.Context(), officer(second), c.ID)
		return err
	}
	for i, person := range persons[:300] {
		// A fresh pair every few, so that no officer's own limit stops them first.
		err := raise(person, fmt.Sprint("a", i/40), fmt.Sprint("b", i/40))
		switch {
		case err == nil:
			applied++
		case healthcode.CodeOf(err) == change.CodeStopped:
			stopped++
		default:
			t.Fatal(err)
		}
	}
	if applied != change.DefaultLimits.Ground || stopped != 300-applied {
		t.Errorf("%d applied, %d stopped; the limit is %d", applied, stopped, change.DefaultLimits.Ground)
	}
	red := 0
	for _, person := range persons[:300] {
		if holds(h, person) == "red" {
			red++
		}
	}
	if red != applied {
		t.Errorf("%d are red, want %d", red, applied)
	}
	auditor := servicetest.Officer(healthcode.RoleAuditor, "beijing")
	alarms, err := h.Change.Alarms(t.Context(), auditor)
	h.Must(err)
	if len(alarms) != 1 || alarms[0].Kind != change.AlarmGround || alarms[0].Key != string(change.GroundConfirmed) {
		t.Fatalf("alarms %+v", alarms)
	}
	if !strings.Contains(h.Log.String(), "many codes changed in a short time") {
		t.Error("no line in the log")
	}
	_, err = h.Change.Release(t.Context(), officer(alarms[0].By[0]), alarms[0].ID)
	h.WantCode(err, change.CodeThirdHand)
	h.WantCode(raise(persons[400], "x", "y"), change.CodeStopped)
	_, err = h.Change.Release(t.Context(), auditor, alarms[0].ID)
	h.Must(err)
	h.Must(raise(persons[401], "x", "y"))
	_, err = h.Change.Release(t.Context(), auditor, alarms[0].ID)
	h.WantCode(err, healthcode.CodeConflict)
}

func TestOneOfficersLimit(t *testing.T) {
	h := servicetest.New(t)
	var err error
	for i := 0; err == nil && i <= change.DefaultLimits.Officer; i++ {
		var ids []healthcode.PersonID
		ids, err = h.Store.EnsurePersons(t.Context(), []healthcode.Document{{Type: healthcode.DocumentPassport, Number: fmt.Sprint("Q", i), Country: "SWE"}})
		h.Must(err)
		var c healthcode.Change
		c, err = h.Change.Propose(t.Context(), officer("wei"), lift(ids[0]))
		h.Must(err)
		_, err = h.Change.Agree(t.Context(), officer(fmt.Sprint("o", i/10)), c.ID)
		if err != nil && i < change.DefaultLimits.Officer {
			t.Fatalf("number %d: %v", i, err)
		}
	}
	h.WantCode(err, change.CodeStopped)
	h.Clock.Advance(25 * time.Hour)
	waiting, err := h.Change.Waiting(t.Context(), officer("li"))
	h.Must(err)
	_, err = h.Change.Agree(t.Context(), officer("li"), waiting[0].ID) // the next day
	h.Must(err)
}
