package resident_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
	"healthcode/internal/servicetest"
)

// TestOnlySIMLost: somebody without a session and without the only phone that gets codes.
func TestOnlySIMLost(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	old, fresh := servicetest.Zhang.Phone, "+8613700000001"
	officer := servicetest.Officer(healthcode.RoleCaseworker, "beijing")
	n := resident.NewMain{Document: servicetest.Zhang.Document, Phone: fresh}
	h.Clock.Advance(time.Minute)

	_, err := h.Residents.AskNewMain(t.Context(), a, n, servicetest.From)
	h.WantCode(err, healthcode.CodeDenied)
	_, err = h.Residents.AskNewMain(t.Context(), servicetest.Officer(healthcode.RoleCaseworker, "tianjin"), n, servicetest.From)
	h.WantCode(err, healthcode.CodeNotFound) // registered in Beijing alone
	_, err = h.Residents.AskNewMain(t.Context(), officer, resident.NewMain{Document: servicetest.Li.Document, Phone: fresh}, servicetest.From)
	h.WantCode(err, healthcode.CodeNotFound)
	if _, err = h.Residents.AskNewMain(t.Context(), officer, resident.NewMain{Document: n.Document, Phone: "12"}, servicetest.From); err == nil {
		t.Error("12 is a phone number")
	}
	if len(h.Messages(fresh)) != 0 {
		t.Fatal("a code was sent for nothing")
	}
	owner, err := h.Residents.AskNewMain(t.Context(), officer, n, servicetest.From)
	h.Must(err)
	if strings.Contains(owner.Name, "三丰") || strings.Contains(owner.Old, old[3:]) || owner.Phone != fresh {
		t.Errorf("the officer sees %+v", owner)
	}
	n.Code, n.Why, n.Ground = servicetest.WrongCode(h.Code(fresh)), "lost", "seen-in-person"
	h.WantCode(h.Residents.ReplaceMain(t.Context(), officer, n, servicetest.From), identity.CodeOneTimeWrong)
	n.Code, n.Ground = h.Code(fresh), "a friend said so"
	h.WantCode(h.Residents.ReplaceMain(t.Context(), officer, n, servicetest.From), healthcode.CodeInvalid)
	n.Ground = "seen-in-person"
	h.Must(h.Residents.ReplaceMain(t.Context(), officer, n, servicetest.From))
	h.WantCode(h.Residents.ReplaceMain(t.Context(), officer, n, servicetest.From), identity.CodeOneTimeWrong) // a code works once

	if list, err := h.Store.SessionsOf(t.Context(), a.Person); len(list) != 0 || err != nil {
		t.Errorf("sessions %v, %v", list, err)
	}
	list := phones(h, a)
	if len(list) != 2 {
		t.Fatalf("phones %+v", list)
	}
	for _, p := range list {
		switch {
		case p.Number == fresh && p.Main && p.IsBound():
		case p.Number == old && !p.Main && p.DaysLeft == resident.UnboundDays && p.Loss.State == healthcode.PhoneLossConfirmed && p.Loss.By == officer.Staff:
		default:
			t.Errorf("phone %+v", p)
		}
	}
	for number, word := range map[string]string{fresh: "重新登录", old: "不是您本人"} {
		if got := h.Messages(number); !slices.ContainsFunc(got, func(m healthcode.Message) bool {
			return strings.Contains(m.Body, word) && !strings.Contains(m.Body, fresh)
		}) {
			t.Errorf("%s was told %+v", number, got)
		}
	}
	looks, err := h.Residents.Looks(t.Context(), a)
	h.Must(err)
	if !slices.ContainsFunc(looks, func(l resident.Look) bool { return l.Purpose == "phone" }) {
		t.Error("the person doesn't see the look")
	}

	// The codes for signing in go to the new number, and to it alone.
	h.Clock.Advance(2 * time.Minute)
	before := len(h.Messages(old))
	h.Must(h.Residents.RequestCode(t.Context(), "beijing", servicetest.Zhang.Document, healthcode.ZH, servicetest.From))
	if _, err = h.Residents.SignIn(t.Context(), "beijing", servicetest.Zhang.Document, h.Code(fresh), servicetest.From); err != nil || len(h.Messages(old)) != before {
		t.Errorf("signing in: %v, and the old number got %d messages", err, len(h.Messages(old))-before)
	}

	// Fourteen full days later the old one is gone.
	h.Clock.Advance(15 * 24 * time.Hour)
	purged, err := h.Store.PurgePhones(t.Context(), h.Clock.Now())
	h.Must(err)
	if list := phones(h, a); purged != 1 || len(list) != 1 {
		t.Errorf("%d purged, left %+v", purged, list)
	}
}

func TestReplacementsAreLimited(t *testing.T) {
	h := servicetest.New(t)
	h.Register("beijing", servicetest.Zhang)
	officer := servicetest.Officer(healthcode.RoleCaseworker, "beijing")
	var err error
	for i := range 7 {
		h.Clock.Advance(2 * time.Minute)
		_, err = h.Residents.AskNewMain(t.Context(), officer, resident.NewMain{Document: servicetest.Zhang.Document,
			Phone: "+861370000000" + string(rune('0'+i))}, servicetest.From)
		if err != nil {
			if i < 5 {
				t.Errorf("refused after %d", i)
			}
			break
		}
	}
	h.WantCode(err, identity.CodeTooOften)
}
