package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/casework"
	"healthcode/internal/change"
	"healthcode/internal/servicetest"
)

func TestReportToTheCommunity(t *testing.T) {
	h, who := desk(t)
	h.Clock.Advance(time.Hour)
	for range 2 {
		c, err := h.Cases.Report(t.Context(), who, "beijing", "3")
		h.Must(err)
		if c.ID != one(h, who).ID || c.Office != "community" {
			t.Errorf("case %+v", c)
		}
		h.Clock.Advance(time.Hour)
	}
	_, entries, err := h.Cases.OwnCase(t.Context(), who, one(h, who).ID)
	h.Must(err)
	if len(entries) != 2 || entries[1].Kind != "reported" || !entries[1].At.Equal(h.Clock.Now().Add(-2*time.Hour)) {
		t.Errorf("entries %+v", entries)
	}
	_, err = h.Cases.Report(t.Context(), who, "beijing", "5")
	h.WantCode(err, healthcode.CodeConflict)
	h.Refused(servicetest.Others("beijing", healthcode.RoleResident), map[string]func(healthcode.Actor) error{
		"Report": func(a healthcode.Actor) error { _, err := h.Cases.Report(t.Context(), a, "beijing", "3"); return err },
		"ApplyTrip": func(a healthcode.Actor) error {
			_, err := h.Cases.ApplyTrip(t.Context(), a, "beijing", "once-0001", casework.EssentialTrip{})
			return err
		},
	})
}

// TestEssentialTrip: hold 5 lasts, and whoever must travel is answered in writing.
func TestEssentialTrip(t *testing.T) {
	h, who := desk(t)
	trip := casework.EssentialTrip{From: "2022-04-30", Until: "2022-05-03", Reason: "medical", Evidence: "5 月 1 日协和医院手术通知。"}
	_, err := h.Cases.ApplyTrip(t.Context(), who, "beijing", "once-0001", trip)
	h.WantCode(err, healthcode.CodeConflict) // no hold 5
	h.Learn(who.Person, `{"id":"p","source":"telecom","kind":"stay","area":"152501","evidence":"telecom","from":"2022-04-20T10:00:00+08:00"}`)
	if got := holds(h, who); len(got) != 2 {
		t.Fatalf("holds %v", got)
	}
	for field, bad := range map[string]casework.EssentialTrip{
		"reason":   {From: trip.From, Until: trip.Until, Reason: "holiday", Evidence: "x"},
		"from":     {From: "2022-04-27", Until: trip.Until, Reason: "work", Evidence: "x"},
		"until":    {From: trip.From, Until: "2022-04-29", Reason: "work", Evidence: "x"},
		"evidence": {From: trip.From, Until: trip.Until, Reason: "work", Evidence: " "},
	} {
		_, err := h.Cases.ApplyTrip(t.Context(), who, "beijing", "once-0001", bad)
		h.WantCode(err, healthcode.CodeInvalid)
		if !strings.HasPrefix(err.Error(), field+": ") {
			t.Errorf("%v doesn't name %s", err, field)
		}
	}
	c, err := h.Cases.ApplyTrip(t.Context(), who, "beijing", "once-0001", trip)
	h.Must(err)
	again, err := h.Cases.ApplyTrip(t.Context(), who, "beijing", "once-0001", trip)
	h.Must(err)
	if again.ID != c.ID || c.Where != "outside" || c.Office != "remote" {
		t.Errorf("application %+v, sent twice %+v", c, again)
	}
	_, err = h.Cases.ApplyTrip(t.Context(), who, "beijing", "once-0002", trip)
	h.WantCode(err, healthcode.CodeConflict)

	f := open(h, first, c.ID)
	h.WantCode(h.Cases.GrantTrip(t.Context(), servicetest.Officer(healthcode.RoleCaseworker, "tianjin"), seen(f.Case), trip, "同意"), healthcode.CodeNotFound)
	h.Must(h.Cases.Assign(t.Context(), first, seen(f.Case), first.Staff))
	f = open(h, first, c.ID)
	h.WantCode(h.Cases.Lift(t.Context(), first, seen(f.Case), change.GroundNoLink, "x"), healthcode.CodeInvalid)
	h.WantCode(h.Cases.GrantTrip(t.Context(), first, seen(f.Case), casework.EssentialTrip{From: "2022-05-01", Until: "2022-04-30"}, "同意"), healthcode.CodeInvalid)
	h.Must(h.Cases.GrantTrip(t.Context(), first, seen(f.Case), casework.EssentialTrip{From: "2022-05-01", Until: "2022-05-02"}, "凭手术通知，点对点。"))
	f = open(h, first, c.ID)
	last := f.Entries[len(f.Entries)-1]
	if f.Case.Outcome != healthcode.OutcomeGranted || last.Text != "granted\n2022-05-01\n2022-05-02\n凭手术通知，点对点。" || last.By != first.Staff {
		t.Errorf("case %+v, %+v", f.Case, last)
	}
	if m := h.Messages(servicetest.Zhang.Phone); !slices.ContainsFunc(m, func(m healthcode.Message) bool { return strings.Contains(m.Body, "2022-05-02") }) {
		t.Errorf("messages %+v", m)
	}
	if got := holds(h, who); len(got) != 2 {
		t.Errorf("the grant changed the holds: %v", got)
	}
	// Nobody answers the next one: the supervising office gets it, and with the hold the application ends.
	c, err = h.Cases.ApplyTrip(t.Context(), who, "beijing", "once-0003", trip)
	h.Must(err)
	h.Clock.Set(c.Due)
	_, err = h.Cases.Work(t.Context())
	h.Must(err)
	if f = open(h, first, c.ID); f.Case.Escalated.IsZero() {
		t.Errorf("overdue: %+v", f.Case)
	}
	h.Learn(who.Person, `{"id":"r","source":"telecom","kind":"retraction","retracts":{"source":"telecom","id":"p"},"reason":"record-error"}`)
	if f = open(h, first, c.ID); f.Case.Outcome != healthcode.OutcomeEnded {
		t.Errorf("without the hold: %+v", f.Case)
	}
}
