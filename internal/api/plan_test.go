package api

import (
	"net/http"
	"testing"
)

// TestPlan: a test and a declaration before the journey make the difference in one place, and not in another.
func TestPlan(t *testing.T) {
	h := newHouse(t)
	plan := map[string]any{"arriving": "2022-04-29T12:00:00+08:00",
		"stays": []map[string]string{{"area": "330203", "from": "2022-04-20T00:00:00+08:00"}}}
	state := func() map[string]Destination {
		t.Helper()
		var got Destinations
		h.call(http.MethodPost, "/v1/plan", "", plan).want(200, &got)
		by := map[string]Destination{}
		for _, d := range got.Destinations {
			by[d.Jurisdiction] = d
		}
		return by
	}
	before := state()
	if d := before["beijing"]; len(before) != 3 || d.State != "held" || len(d.Reasons) == 0 || len(d.Do) == 0 || before["tianjin"].State != "green" {
		t.Errorf("without anything: %+v", before)
	}
	plan["tested"], plan["declared"] = "2022-04-28T12:00:00+08:00", true
	if d := state()["beijing"]; d.State != "green" {
		t.Errorf("with a test and a declaration: %+v", d)
	}
	persons, facts, err := h.Store.Counts(t.Context())
	h.Must(err)
	if persons+facts != 0 {
		t.Errorf("%d persons and %d facts are stored", persons, facts)
	}
	plan["arriving"] = "2032-04-29T12:00:00+08:00"
	h.call(http.MethodPost, "/v1/plan", "", plan).problem(422, "invalid", "arriving")
}
