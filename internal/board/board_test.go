package board_test

import (
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/board"
	"healthcode/internal/servicetest"
)

var both = healthcode.Text{ZH: "停诊通知", EN: "A site is closed"}

// A bulletin is seen from its beginning on, and stays visible when it is past or withdrawn.
func TestBulletins(t *testing.T) {
	h := servicetest.New(t)
	s := board.New(h.Store, h.Status, h.Clock)
	officer := servicetest.Officer(healthcode.RoleAuthority, "beijing")
	now := h.Clock.Now()
	first, err := s.Publish(t.Context(), officer, board.Draft{Title: both, Body: both, Until: now.Add(time.Hour)})
	h.Must(err)
	_, err = s.Publish(t.Context(), officer, board.Draft{Title: both, Body: both, From: now.Add(2 * time.Hour)})
	h.Must(err)
	want := func(states ...string) {
		t.Helper()
		b, err := s.Of(t.Context(), "beijing")
		h.Must(err)
		var got []string
		for _, n := range b.Bulletins {
			got = append(got, board.State(n, h.Clock.Now()))
		}
		if strings.Join(got, " ") != strings.Join(states, " ") {
			t.Errorf("bulletins %q, want %q", got, states)
		}
		if len(b.Rules) == 0 {
			t.Error("no rules")
		}
	}
	want("current")
	h.Clock.Advance(time.Hour)
	want("past")
	h.Clock.Advance(time.Hour)
	want("current", "past")
	h.WantCode(s.Withdraw(t.Context(), officer, first.ID, healthcode.Text{ZH: "有误"}), healthcode.CodeInvalid)
	h.WantCode(s.Withdraw(t.Context(), servicetest.Officer(healthcode.RoleAuthority, "tianjin"), first.ID, both), healthcode.CodeNotFound)
	for range 2 {
		h.Must(s.Withdraw(t.Context(), officer, first.ID, both))
	}
	want("current", "withdrawn")
	for field, d := range map[string]board.Draft{
		"title_en": {Title: healthcode.Text{ZH: "x"}, Body: both},
		"body_zh":  {Title: both, Body: healthcode.Text{EN: "x", ZH: strings.Repeat("字", board.MaxBody+1)}},
		"until":    {Title: both, Body: both, Until: now},
	} {
		_, err := s.Publish(t.Context(), officer, d)
		h.WantCode(err, healthcode.CodeInvalid)
		if !strings.Contains(err.Error(), field) {
			t.Errorf("%v doesn't name %s", err, field)
		}
	}
}

// A file of sites replaces all of them, or, where a line is wrong, none.
func TestSites(t *testing.T) {
	h := servicetest.New(t)
	s := board.New(h.Store, h.Status, h.Clock)
	officer := servicetest.Officer(healthcode.RoleAuthority, "beijing")
	head := strings.Join(board.Columns, ",") + "\n"
	n, errs, err := s.ReplaceSites(t.Context(), officer, []byte("\ufeff"+head+"a,110105,朝阳医院,,工体南路8号,,00:00-24:00,12320\nb,110101,\"站, 二\",Site 2,路 1,Road 1,08:00-20:00,\n"))
	h.Must(err)
	if n != 2 || len(errs) > 0 {
		t.Fatalf("%d sites, %v", n, errs)
	}
	_, errs, err = s.ReplaceSites(t.Context(), officer, []byte(head+"a,110105,x,,y,,z,\na,110105,x,,y,,z,\nc,310115,x,,y,,z,\nd,110105,,,y,,z,\ne,110105\n"))
	h.Must(err)
	var lines []int
	for _, e := range errs {
		lines = append(lines, e.Line)
		if !e.Text.Complete() {
			t.Errorf("line %d: %+v", e.Line, e.Text)
		}
	}
	if len(lines) != 4 || lines[0] != 3 || lines[1] != 4 || lines[2] != 5 || lines[3] != 6 {
		t.Errorf("wrong lines %v, want 3 to 6", errs)
	}
	for _, bad := range []string{"", "id,area\n", "\xff\xfe", head + "a,\"110105\n"} {
		if _, errs, err := s.ReplaceSites(t.Context(), officer, []byte(bad)); err != nil || len(errs) == 0 {
			t.Errorf("%q: %v, %v", bad, errs, err)
		}
	}
	b, err := s.Of(t.Context(), "beijing")
	h.Must(err)
	if len(b.Sites) != 2 || b.Sites[0].Area != "110101" || b.Sites[1].Name.EN != "朝阳医院" {
		t.Errorf("sites: %+v", b.Sites)
	}
}

func TestRoles(t *testing.T) {
	h := servicetest.New(t)
	s := board.New(h.Store, h.Status, h.Clock)
	h.Refused(servicetest.Others("beijing", healthcode.RoleAuthority), map[string]func(healthcode.Actor) error{
		"all": func(a healthcode.Actor) error { _, err := s.All(t.Context(), a); return err },
		"publish": func(a healthcode.Actor) error {
			_, err := s.Publish(t.Context(), a, board.Draft{Title: both, Body: both})
			return err
		},
		"withdraw": func(a healthcode.Actor) error { return s.Withdraw(t.Context(), a, "x", both) },
		"sites":    func(a healthcode.Actor) error { _, _, err := s.ReplaceSites(t.Context(), a, nil); return err },
	})
}
