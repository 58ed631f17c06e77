package checkpoint_test

import (
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
	"healthcode/internal/servicetest"
	"healthcode/internal/status"
	"healthcode/pass"
	"healthcode/policy"
)

func printed(h *servicetest.House, a healthcode.Actor, relation string) string {
	h.Helper()
	sheet, err := h.Status.PrintOffline(h.Context(), a, "beijing", relation)
	h.Must(err)
	return sheet.Text
}

func scanned(h *servicetest.House, door healthcode.Actor, text string) (string, pass.Code) {
	h.Helper()
	answer, err := h.Checkpoint.Scan(h.Context(), door, text+"\r\n", degrees(36.5))
	h.Must(err)
	return answer.State, answer.Failure
}

// A door reads the paper like a phone: the state now, the look, and one visit for each minute.
func TestPaperAtTheDoor(t *testing.T) {
	h := servicetest.New(t)
	a, door := h.Register("beijing", servicetest.Zhang), h.Venue("beijing", "mall", "110105")
	text := printed(h, a, "")
	if len(text) != 29 || !strings.HasPrefix(text, "HCO1:") {
		t.Errorf("the paper says %q", text)
	}
	for range 2 {
		answer, err := h.Checkpoint.Scan(t.Context(), door, text, degrees(36.5))
		h.Must(err)
		if answer.State != "green" || answer.Decision.Decision != policy.Admit || answer.Name != "张*" || answer.Proxy || !answer.Unchecked {
			t.Errorf("answer %+v", answer)
		}
		h.Clock.Advance(5 * time.Second)
	}
	if n := len(facts(h, a)); n != 1 {
		t.Errorf("%d visits within a minute, want 1", n)
	}
	h.Clock.Advance(time.Hour)
	scanned(h, door, text)
	if n := len(facts(h, a)); n != 2 {
		t.Errorf("%d visits an hour apart, want 2", n)
	}
	looks, err := h.Residents.Looks(t.Context(), a)
	h.Must(err)
	if len(looks) != 3 || looks[0].By != door.Staff {
		t.Errorf("looks %+v", looks)
	}
	h.Learn(a.Person, `{"id":"1","source":"hospital:1","kind":"diagnosis","class":"confirmed","from":"2022-04-28T09:00:00+08:00"}`)
	if state, _ := scanned(h, door, text); state != "red" {
		t.Errorf("the state is %s, not that of now", state)
	}
}

// Lost, replaced, expired, made up: no code, and no refusal.
func TestPaperThatIsVoid(t *testing.T) {
	h := servicetest.New(t)
	a, door := h.Register("beijing", servicetest.Zhang), h.Venue("beijing", "mall", "110105")
	void := func(what, text string) {
		t.Helper()
		if state, failure := scanned(h, door, text); state != policy.StateNone || failure != status.OfflineVoid {
			t.Errorf("%s: state %s, failure %q", what, state, failure)
		}
	}
	first := printed(h, a, "")
	second := printed(h, a, "")
	void("replaced", first)
	void("made up", "HCO1:000000000000000000000000")
	void("cut", second[:20])
	h.Must(h.Status.LoseOffline(t.Context(), a, "beijing", ""))
	void("lost", second)
	h.Must(h.Status.LoseOffline(t.Context(), a, "beijing", ""))
	_, err := h.Status.OfflineSheet(t.Context(), a, "beijing", "", second)
	h.WantCode(err, healthcode.CodeNotFound)
	third := printed(h, a, "")
	if state, _ := scanned(h, door, third); state != "green" {
		t.Errorf("reissued: %s", state)
	}
	if _, failure := scanned(h, h.Venue("tianjin", "mall", "120101"), third); failure != pass.OtherJurisdiction {
		t.Errorf("in another city: %q", failure)
	}
	h.Clock.Advance(status.OfflineLife - time.Second)
	if state, _ := scanned(h, door, third); state != "green" {
		t.Errorf("the last second: %s", state)
	}
	h.Clock.Advance(time.Second)
	void("expired", third)
}

// A public check learns nothing of a paper, genuine or not.
func TestPaperIsNothingInPublic(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	for _, text := range []string{printed(h, a, ""), "HCO1:000000000000000000000000", " HCO1:x"} {
		public, err := h.Status.Check(t.Context(), text)
		h.Must(err)
		if public != (status.Public{Failure: status.OfflineUnread}) {
			t.Errorf("%s: %+v", text, public)
		}
	}
}

// Who may show somebody's code may print it; the person sees that, and it ends with the consent.
func TestPaperForAnother(t *testing.T) {
	h := servicetest.New(t)
	child, grandmother, door := h.Register("beijing", servicetest.Wang), h.Register("beijing", servicetest.Zhang), h.Venue("beijing", "mall", "110105")
	h.Must(h.Residents.Ask(t.Context(), child, resident.Asking{Jurisdiction: "beijing", Name: servicetest.Zhang.Name,
		Document: servicetest.Zhang.Document, Kind: healthcode.RelationParent}))
	relations, err := h.Residents.Relations(t.Context(), grandmother)
	h.Must(err)
	id := relations[0].ID
	_, err = h.Status.PrintOffline(t.Context(), child, "beijing", id)
	h.WantCode(err, healthcode.CodeNotFound)
	h.Must(h.Residents.Answer(t.Context(), grandmother, id, identity.EventConsent))
	for _, c := range []struct {
		who          healthcode.Actor
		jurisdiction string
	}{{grandmother, "beijing"}, {h.Register("beijing", servicetest.Li), "beijing"}, {child, "tianjin"}} {
		_, err = h.Status.PrintOffline(t.Context(), c.who, c.jurisdiction, id)
		h.WantCode(err, healthcode.CodeNotFound)
	}

	text := printed(h, child, id)
	if state, _ := scanned(h, door, text); state != "green" || len(facts(h, grandmother)) != 1 || len(facts(h, child)) != 0 {
		t.Errorf("state %s; the visit has to be hers alone", state)
	}
	looks, err := h.Residents.Looks(t.Context(), grandmother)
	h.Must(err)
	if len(looks) != 2 || looks[1].Purpose != "offline" || looks[1].By != "王*" {
		t.Errorf("looks %+v", looks)
	}
	h.Must(h.Residents.Answer(t.Context(), grandmother, id, identity.EventRemove))
	if _, failure := scanned(h, door, text); failure != status.OfflineVoid {
		t.Errorf("after the consent has ended: %q", failure)
	}
}

func TestPaperIsTheResidents(t *testing.T) {
	h := servicetest.New(t)
	s := h.Status
	h.Refused(servicetest.Others("beijing", healthcode.RoleResident), map[string]func(healthcode.Actor) error{
		"PrintOffline": func(a healthcode.Actor) error { _, err := s.PrintOffline(t.Context(), a, "beijing", ""); return err },
		"OfflineSheet": func(a healthcode.Actor) error {
			_, err := s.OfflineSheet(t.Context(), a, "beijing", "", "HCO1:")
			return err
		},
		"Offline":     func(a healthcode.Actor) error { _, _, err := s.Offline(t.Context(), a, "beijing", ""); return err },
		"LoseOffline": func(a healthcode.Actor) error { return s.LoseOffline(t.Context(), a, "beijing", "") },
	})
	a := h.Register("beijing", servicetest.Zhang)
	for range 10 {
		printed(h, a, "")
	}
	_, err := s.PrintOffline(t.Context(), a, "beijing", "")
	h.WantCode(err, identity.CodeTooOften)
}
