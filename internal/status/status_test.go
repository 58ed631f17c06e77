package status_test

import (
	"bytes"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/resident"
	"healthcode/internal/servicetest"
	"healthcode/internal/status"
	"healthcode/pass"
)

const entered = `{"id":"1","source":"border:PEK","kind":"entry","time":"2022-04-07T10:00:00+08:00","port":"PEK"}`

func TestOwn(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	h.Learn(a.Person, entered)
	c, err := h.Status.Own(t.Context(), a, "beijing")
	h.Must(err)
	// Entered on the 7th: 21 full days end on the 28th, free on the 29th at 00:00.
	free := servicetest.At(time.April, 29, 0, 0)
	if c.Status.State != "held" || len(c.Status.Holds) != 1 || c.Status.NextChange == nil || !c.Status.NextChange.Equal(free) {
		t.Fatalf("status %+v", c.Status)
	}
	hold := c.Status.Holds[0]
	if len(hold.Reasons) != 1 || len(hold.Exit) == 0 || !hold.Reasons[0].Text.Complete() {
		t.Errorf("hold %+v: reason and way out are missing", hold)
	}
	contact, ok := c.Policy.ContactOf(hold.Owner)
	if !ok || contact.Phone == "" {
		t.Errorf("owner %q has no phone", hold.Owner)
	}
	f, ok := c.Facts[hold.Reasons[0].Facts[0]]
	if !ok || f.Port != "PEK" || c.Latest["border:PEK"].IsZero() {
		t.Errorf("facts %+v, latest %v", c.Facts, c.Latest)
	}
	last := c.Timeline[len(c.Timeline)-1]
	if last.State != "green" || !last.From.Equal(free) {
		t.Errorf("the timeline ends with %+v, want green from %v", last, free)
	}

	h.Clock.Set(free.Add(-time.Second))
	if c, err = h.Status.Own(t.Context(), a, "beijing"); err != nil || c.Status.State != "held" {
		t.Errorf("the second before: %s, %v", c.Status.State, err)
	}
	h.Clock.Set(free)
	if c, err = h.Status.Own(t.Context(), a, "beijing"); err != nil || c.Status.State != "green" {
		t.Errorf("at midnight: %s, %v", c.Status.State, err)
	}
}

// A pass never outlives the state that it shows by more than the second in which it is made.
func TestPassEndsWithTheState(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	p, err := h.Status.Renew(t.Context(), a, "beijing", "")
	h.Must(err)
	if life := p.Expires.Sub(p.Issued); life != 60*time.Second || p.State != "green" {
		t.Errorf("pass %+v lives %v, want the policy's minute", p, life)
	}
	h.Learn(a.Person, entered)
	free := servicetest.At(time.April, 29, 0, 0)
	h.Clock.Set(free.Add(-20 * time.Second))
	if p, err = h.Status.Renew(t.Context(), a, "beijing", ""); err != nil || !p.Expires.Equal(free) || p.State != "held" {
		t.Errorf("pass %+v, %v; want it to end with the hold", p, err)
	}
	claims, err := h.Status.Claims(p.Text, "beijing")
	h.Must(err)
	if !claims.Until.Equal(free) || !claims.Expires.Equal(free) {
		t.Errorf("claims %+v", claims)
	}
	h.Clock.Set(free)
	if p, err = h.Status.Renew(t.Context(), a, "beijing", ""); err != nil || p.State != "green" {
		t.Errorf("pass %+v, %v after the change", p, err)
	}
}

// A picture of a pass is worthless after a minute, and no two passes of one person have an id in common.
func TestScreenshot(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	first, err := h.Status.Renew(t.Context(), a, "beijing", "")
	h.Must(err)
	second, err := h.Status.Renew(t.Context(), a, "beijing", "")
	h.Must(err)
	c1, err := h.Status.Claims(first.Text, "beijing")
	h.Must(err)
	c2, err := h.Status.Claims(second.Text, "beijing")
	h.Must(err)
	if bytes.Equal(c1.ID[:], c2.ID[:]) {
		t.Error("two passes have the same id")
	}
	for _, c := range []pass.Claims{c1, c2} {
		if id, err := h.Status.PersonOf(c); err != nil || id != a.Person {
			t.Errorf("the issuer opens the id as %v, %v", id, err)
		}
	}
	h.Clock.Advance(61 * time.Second)
	public, err := h.Status.Check(t.Context(), first.Text)
	h.Must(err)
	if public.Genuine || public.Failure != pass.Expired || public.State != "" {
		t.Errorf("a minute later: %+v", public)
	}
}

// Anybody who is shown a code learns whether it is genuine, the state and until when: nothing else.
func TestPublicCheck(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	h.Learn(a.Person, entered)
	p, err := h.Status.Renew(t.Context(), a, "beijing", "")
	h.Must(err)
	got, err := h.Status.Check(t.Context(), p.Text)
	h.Must(err)
	want := status.Public{Genuine: true, Jurisdiction: "beijing", State: "held", Until: servicetest.At(time.April, 29, 0, 0), Unchecked: true}
	if got.Until = got.Until.In(servicetest.Shanghai); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	for _, forged := range []string{"", "HELLO", p.Text[:len(p.Text)-3] + "000"} {
		if got, err := h.Status.Check(t.Context(), forged); err != nil || got.Genuine || got.Failure == "" {
			t.Errorf("%q: %+v, %v", forged, got, err)
		}
	}
	if _, err = h.Status.Claims(p.Text, "tianjin"); err == nil {
		t.Error("a door of Tianjin takes a pass of Beijing")
	}
}

// Keys rotate each week, old passes' keys stay published, and a restart signs on with the same keys.
func TestKeyRotation(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	_, err := h.Status.Renew(t.Context(), a, "beijing", "")
	h.Must(err)
	ids := func(s *status.Service) map[string]bool {
		t.Helper()
		document, err := s.PublicKeys("beijing")
		h.Must(err)
		keys, err := pass.ParsePublicKeys(document)
		h.Must(err)
		out := map[string]bool{}
		for _, k := range keys {
			out[string(k.ID[:])] = true
		}
		return out
	}
	before := ids(h.Status)
	next := h.Clock.Now().Add(7*24*time.Hour - 30*time.Second)
	h.Clock.Set(next)
	p, err := h.Status.Renew(t.Context(), a, "beijing", "")
	h.Must(err)
	h.Clock.Set(next.Add(45 * time.Second)) // the next key signs now
	if _, err := h.Status.Claims(p.Text, "beijing"); err != nil {
		t.Errorf("the old key's pass is refused right after the rotation: %v", err)
	}
	restarted := h.NewStatus()
	q, err := restarted.Renew(t.Context(), a, "beijing", "")
	h.Must(err)
	if _, err := h.Status.Claims(q.Text, "beijing"); err != nil {
		t.Errorf("after a restart: %v", err)
	}
	h.Clock.Advance(7 * 24 * time.Hour)
	after := ids(restarted)
	gone := 0
	for id := range before {
		if !after[id] {
			gone++
		}
	}
	if gone == 0 {
		t.Errorf("keys %v before and %v two weeks later: none was retired", len(before), len(after))
	}
	p, err = restarted.Renew(t.Context(), a, "beijing", "")
	h.Must(err)
	if _, err = restarted.Claims(p.Text, "beijing"); err != nil {
		t.Error(err)
	}
}

// A change of an area is in force for everybody in the next request, and touches no person's row.
func TestAreaChange(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("tianjin", servicetest.Zhang)
	h.Learn(a.Person, `{"id":"1","source":"rail:1","kind":"stay","area":"310115","evidence":"declared","from":"2022-04-20T10:00:00+08:00","to":"2022-04-27T10:00:00+08:00"}`)
	own := func() string {
		c, err := h.Status.Own(t.Context(), a, "tianjin")
		h.Must(err)
		return c.Status.State
	}
	if got := own(); got != "green" {
		t.Fatalf("state %s", got)
	}
	put := func(level healthcode.Level) {
		h.Must(h.Store.PutAreas(t.Context(), healthcode.AreaHistory{Areas: []healthcode.County{{Code: "310115",
			Levels: []healthcode.LevelChange{{From: servicetest.At(time.April, 25, 0, 0), Level: level}}}}}))
	}
	put(healthcode.LevelHigh)
	if got := own(); got != "orange" {
		t.Errorf("state %s in the next request, want orange", got)
	}
	put(healthcode.LevelLow)
	if got := own(); got != "green" {
		t.Errorf("state %s after the correction, want green", got)
	}
}

// Outside a policy's time there is no code, and nobody may ask for one.
func TestSunset(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	h.Clock.Set(time.Date(2023, 1, 7, 23, 59, 59, 0, servicetest.Shanghai))
	_, err := h.Status.Renew(t.Context(), a, "beijing", "")
	h.Must(err)
	h.Clock.Set(time.Date(2023, 1, 8, 0, 0, 0, 0, servicetest.Shanghai))
	_, err = h.Status.Own(t.Context(), a, "beijing")
	h.WantCode(err, status.CodeNoPolicy)
	_, err = h.Status.Renew(t.Context(), a, "beijing", "")
	h.WantCode(err, status.CodeNoPolicy)
	door := h.Venue("beijing", "mall", "110105")
	_, err = h.Checkpoint.Scan(t.Context(), door, "", nil)
	h.WantCode(err, status.CodeNoPolicy)
	_, err = h.Residents.Begin(t.Context(), resident.Form{Jurisdiction: "beijing"}, servicetest.From)
	h.WantCode(err, status.CodeNoPolicy)

	h.Clock.Set(time.Date(2020, 2, 28, 23, 59, 59, 0, servicetest.Shanghai))
	_, err = h.Status.Policy("tianjin") // in force from 29 February
	h.WantCode(err, status.CodeNoPolicy)
	h.Clock.Set(time.Date(2020, 2, 29, 0, 0, 0, 0, servicetest.Shanghai))
	_, err = h.Status.Policy("tianjin")
	h.Must(err)
	_, err = h.Status.Policy("atlantis")
	h.WantCode(err, healthcode.CodeNotFound)
}

func TestNumber(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	number, until, err := h.Status.Number(t.Context(), a, "beijing")
	h.Must(err)
	if _, ok := status.ParseNumber(number); !ok || !until.Equal(h.Clock.Now().Add(2*time.Minute)) {
		t.Errorf("number %q until %v", number, until)
	}
	ticket, err := h.Status.Resolve(t.Context(), servicetest.Officer(healthcode.RoleCheckpoint, "beijing"), number)
	h.Must(err)
	if ticket.Person != a.Person || ticket.Name != "张*" || !ticket.Unchecked {
		t.Errorf("ticket %+v", ticket)
	}
	_, err = h.Status.Resolve(t.Context(), servicetest.Officer(healthcode.RoleCheckpoint, "tianjin"), number)
	h.WantCode(err, status.CodeNumber)
	_, err = h.Status.Resolve(t.Context(), servicetest.Officer(healthcode.RoleCheckpoint, "beijing"), "00000000")
	h.WantCode(err, status.CodeNumber)
	h.Clock.Set(until)
	_, err = h.Status.Resolve(t.Context(), servicetest.Officer(healthcode.RoleCheckpoint, "beijing"), number)
	h.WantCode(err, status.CodeNumber)

	for typed, want := range map[string]string{"1234 5678": "12345678", "1234-5678": "12345678"} {
		if got, ok := status.ParseNumber(typed); !ok || got != want {
			t.Errorf("ParseNumber(%q) = %q, %v", typed, got, ok)
		}
	}
	for _, typed := range []string{"", "1234567", "123456789", "1234567x"} {
		if _, ok := status.ParseNumber(typed); ok {
			t.Errorf("ParseNumber(%q) takes it", typed)
		}
	}
}

func TestStatusIsTheResidentsOwn(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	ctx, s := t.Context(), h.Status
	_, err := s.Own(ctx, a, "tianjin")
	h.WantCode(err, healthcode.CodeNotFound)
	_, err = s.Renew(ctx, a, "tianjin", "")
	h.WantCode(err, healthcode.CodeNotFound)
	_, _, err = s.Number(ctx, a, "tianjin")
	h.WantCode(err, healthcode.CodeNotFound)
	_, err = s.OfRelation(ctx, a, "none")
	h.WantCode(err, healthcode.CodeNotFound)
	h.Refused(servicetest.Others("beijing", healthcode.RoleResident), map[string]func(healthcode.Actor) error{
		"Own":        func(a healthcode.Actor) error { _, err := s.Own(ctx, a, "beijing"); return err },
		"Renew":      func(a healthcode.Actor) error { _, err := s.Renew(ctx, a, "beijing", ""); return err },
		"Number":     func(a healthcode.Actor) error { _, _, err := s.Number(ctx, a, "beijing"); return err },
		"OfRelation": func(a healthcode.Actor) error { _, err := s.OfRelation(ctx, a, "x"); return err },
	})
}
