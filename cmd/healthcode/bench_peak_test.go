package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// TestBenchPeak plays a small peak on the real server: nobody is lost, and the bound form asks less.
func TestBenchPeak(t *testing.T) {
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"bench", "--peak", "--json", "--holders", "1200", "--people", "2000", "--slice", "2s", "--dir", t.TempDir()},
		stdio{strings.NewReader(""), &out, &errs, time.Now})
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	var r struct {
		Cases []struct {
			Requests, Sent, Failed int
			Doors                  int `json:"door_scans"`
			Refused                int `json:"doors_refused"`
			Shown                  float64
		}
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || len(r.Cases) != 4 {
		t.Fatalf("%s: %v", out.String(), err)
	}
	for i, want := range []int{2400, 1320, 1200, 1200} {
		if c := r.Cases[i]; c.Requests != want || c.Sent == 0 || c.Failed > 0 || c.Doors == 0 || c.Refused > 0 || c.Shown != 1 {
			t.Errorf("case %d: %+v, want %d requests", i, c, want)
		}
	}
}
