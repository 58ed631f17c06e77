package resident_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/resident"
	"healthcode/internal/servicetest"
)

func send(h *servicetest.House, a healthcode.Actor, r resident.Report) string {
	h.Helper()
	sealed, _, err := h.Residents.Review(h.Context(), a, "beijing", r)
	h.Must(err)
	h.Must(h.Residents.Send(h.Context(), a, sealed))
	return sealed
}

func state(h *servicetest.House, a healthcode.Actor, jurisdiction string) string {
	h.Helper()
	c, err := h.Status.Own(h.Context(), a, jurisdiction)
	h.Must(err)
	return c.Status.State
}

func TestReport(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("tianjin", servicetest.Zhang)
	full := resident.Report{Answered: true, Symptoms: []string{"fever", "cough"},
		Stays:      []resident.Stay{{Area: "310115", From: servicetest.At(time.April, 1, 0, 0), To: servicetest.At(time.April, 3, 0, 0)}, {Area: "JP", From: servicetest.At(time.March, 1, 0, 0)}},
		Contacts:   []resident.Contact{{Class: "same-building", Time: servicetest.At(time.April, 20, 0, 0)}},
		Quarantine: &resident.Quarantine{Place: "home", From: servicetest.At(time.April, 5, 0, 0), To: servicetest.At(time.April, 20, 0, 0), Completed: true}}
	sealed, facts, err := h.Residents.Review(h.Context(), a, "beijing", full)
	h.Must(err)
	if len(facts) != 5 {
		t.Fatalf("%d facts to review, want 5", len(facts))
	}
	if stored, err := h.Store.Facts(t.Context(), a.Person); err != nil || len(stored) != 0 {
		t.Fatalf("%v %v stored before it was confirmed", stored, err)
	}
	h.Must(h.Residents.Send(t.Context(), a, sealed))
	h.Must(h.Residents.Send(t.Context(), a, sealed)) // pressed twice
	reports, err := h.Residents.Reports(t.Context(), a)
	h.Must(err)
	if len(reports) != 5 {
		t.Errorf("%d facts after sending twice, want 5", len(reports))
	}
	for _, f := range reports {
		if f.Source != resident.SourcePerson || f.Verified || f.Kind == healthcode.KindStay && f.Evidence != "declared" {
			t.Errorf("fact %+v", f)
		}
	}
	if got := state(h, a, "tianjin"); got != "orange" {
		t.Errorf("state %s with a fever", got)
	}
	h.Clock.Advance(time.Hour)
	send(h, a, resident.Report{Answered: true})
	if got := state(h, a, "tianjin"); got != "green" {
		t.Errorf("state %s after the symptoms were reported gone", got)
	}
}

func TestReportIsSealedToThePerson(t *testing.T) {
	h := servicetest.New(t)
	a, b := h.Register("tianjin", servicetest.Zhang), h.Register("tianjin", servicetest.Li)
	sealed, _, err := h.Residents.Review(h.Context(), a, "beijing", resident.Report{Answered: true, Symptoms: []string{"fever"}})
	h.Must(err)
	h.WantCode(h.Residents.Send(t.Context(), b, sealed), resident.CodeForm)
	h.WantCode(h.Residents.Send(t.Context(), a, sealed+"A"), resident.CodeForm)
	// A form of another kind isn't a report.
	h.WantCode(h.Residents.Send(t.Context(), a, begin(h, "tianjin", servicetest.Wang)), resident.CodeForm)
	h.Clock.Advance(time.Hour + time.Second)
	h.WantCode(h.Residents.Send(t.Context(), a, sealed), resident.CodeForm)
	if facts, err := h.Store.Facts(t.Context(), a.Person); err != nil || len(facts) != 0 {
		t.Errorf("facts %v %v", facts, err)
	}
}

func TestReportFaults(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("tianjin", servicetest.Zhang)
	day := func(d int) time.Time { return servicetest.At(time.April, d, 0, 0) }
	for field, r := range map[string]resident.Report{
		"":                 {},
		"stays[0].area":    {Stays: []resident.Stay{{Area: "Shanghai", From: day(1)}}},
		"stays[0].from":    {Stays: []resident.Stay{{Area: "310115", From: day(29)}}},
		"stays[0].to":      {Stays: []resident.Stay{{Area: "310115", From: day(3), To: day(2)}}},
		"contacts[0].time": {Contacts: []resident.Contact{{Class: "close"}}},
		// An association is found by the authority; nobody declares it of themselves.
		"contacts[0].class": {Contacts: []resident.Contact{{Class: "association", Time: day(1)}}},
		"quarantine.place":  {Quarantine: &resident.Quarantine{From: day(1)}},
		"quarantine.from":   {Quarantine: &resident.Quarantine{Place: "home"}},
		"quarantine.to":     {Quarantine: &resident.Quarantine{Place: "home", From: day(1), Completed: true}},
	} {
		_, _, err := h.Residents.Review(h.Context(), a, "beijing", r)
		if e, ok := err.(*healthcode.Error); !ok || e.Code != healthcode.CodeInvalid || e.Field != field || !e.Text.Complete() {
			t.Errorf("error %v, want field %q", err, field)
		}
	}
}

// Beijing's trip hold ends with the declaration, and so does the one for a test
// where no city with a medium- or high-risk county was visited.
func TestTripDeclaration(t *testing.T) {
	h := servicetest.New(t)
	a := h.Register("beijing", servicetest.Zhang)
	h.Learn(a.Person, `{"id":"1","source":"rail:1","kind":"arrival","time":"2022-04-27T10:00:00+08:00","origin":"330203"}`)
	if got := state(h, a, "beijing"); got != "held" {
		t.Fatalf("state %s after arriving", got)
	}
	verifyNext(h, a)
	send(h, a, resident.Report{Trip: true, Stays: []resident.Stay{{Area: "330203", From: servicetest.At(time.April, 20, 0, 0), To: servicetest.At(time.April, 27, 0, 0)}}})
	if got := state(h, a, "beijing"); got != "green" {
		t.Errorf("state %s after the declaration", got)
	}
}

// Weak evidence asks and holds nobody; a declaration answers it.
func TestWeakEvidenceAsks(t *testing.T) {
	h := servicetest.New(t)
	h.Must(h.Store.PutAreas(t.Context(), healthcode.AreaHistory{Areas: []healthcode.County{{Code: "310115",
		Levels: []healthcode.LevelChange{{From: servicetest.At(time.April, 1, 0, 0), Level: healthcode.LevelHigh}}}}}))
	a := h.Register("beijing", servicetest.Zhang)
	h.Learn(a.Person, `{"id":"1","source":"payment:1","kind":"stay","area":"310115","evidence":"payment","from":"2022-04-26T10:00:00+08:00","to":"2022-04-26T10:00:00+08:00"}`)
	c, err := h.Status.Own(t.Context(), a, "beijing")
	h.Must(err)
	if c.Status.State != "green" || len(c.Status.Questions) != 1 {
		t.Errorf("state %s, questions %v", c.Status.State, c.Status.Questions)
	}
	verifyNext(h, a)
	send(h, a, resident.Report{Trip: true})
	if c, err = h.Status.Own(t.Context(), a, "beijing"); err != nil || len(c.Status.Questions) != 0 || c.Status.State != "green" {
		t.Errorf("state %s, questions %v, %v after the declaration", c.Status.State, c.Status.Questions, err)
	}
}

// The phone compares its position with the chosen place by itself: no fact can hold a position, nor a
// number plate, nor a household registration.
func TestReportHoldsNoPosition(t *testing.T) {
	for _, field := range []string{"position", "latitude", "location", "plate", "household_registration"} {
		var f healthcode.Fact
		stay := `{"id":"1","source":"person","kind":"stay","area":"310115","evidence":"declared","from":"2022-04-20T10:00:00+08:00"`
		if err := json.Unmarshal([]byte(stay+"}"), &f); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(stay+`,"`+field+`":"1"}`), &f); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("a fact with %s: error %v", field, err)
		}
	}
}
