package status_test

import (
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/servicetest"
	"healthcode/internal/status"
)

// TestAhead: the answer is each place's own, and says when it gets better.
func TestAhead(t *testing.T) {
	h := servicetest.New(t)
	h.Must(h.Store.PutAreas(t.Context(), healthcode.AreaHistory{Areas: []healthcode.County{{Code: "310115",
		Levels: []healthcode.LevelChange{{From: servicetest.At(time.April, 20, 0, 0), Level: healthcode.LevelHigh}}}}}))
	ask := func(p status.Plan) map[string]status.Destination {
		t.Helper()
		list, err := h.Status.Ahead(t.Context(), p)
		h.Must(err)
		by := map[string]status.Destination{}
		for _, d := range list {
			by[d.Policy.Jurisdiction] = d
		}
		return by
	}
	friday := servicetest.At(time.April, 29, 12, 0)
	risky := status.Plan{Arriving: friday, Stays: []status.PlanStay{{Area: "310115", From: servicetest.At(time.April, 21, 0, 0)}}}
	by := ask(risky)
	if d := by["beijing"]; len(by) != 3 || d.Status.State != "held" {
		t.Errorf("Beijing: %s, %d places", d.Status.State, len(by))
	}
	if d := by["tianjin"]; d.Status.State != "orange" || !d.Good.Equal(servicetest.At(time.May, 14, 0, 0)) {
		t.Errorf("Tianjin: %s, good from %v", d.Status.State, d.Good)
	}
	safe := status.Plan{Arriving: friday, Tested: friday.Add(-24 * time.Hour), Declared: true}
	for j, d := range ask(safe) {
		if d.Status.State != d.Policy.BaseColour() || !d.Good.Equal(friday) {
			t.Errorf("%s with everything done: %s, good from %v", j, d.Status.State, d.Good)
		}
	}
	for _, bad := range []status.Plan{{}, {Arriving: friday.AddDate(1, 0, 0)}, {Arriving: friday, Tested: friday.Add(time.Hour)},
		{Arriving: friday, Stays: []status.PlanStay{{Area: "nowhere", From: friday}}}, {Arriving: friday, Stays: []status.PlanStay{{Area: "310115"}}}} {
		_, err := h.Status.Ahead(t.Context(), bad)
		h.WantCode(err, healthcode.CodeInvalid)
	}
}
