package policy

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestDayEnd compares the count with the calendar's own, also where clocks change.
func TestDayEnd(t *testing.T) {
	for _, zone := range []string{"Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia", "UTC"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(rt *rapid.T) {
			at := time.Unix(rapid.Int64Range(-4e9, 8e9).Draw(rt, "second"), rapid.Int64Range(0, 1e9-1).Draw(rt, "nanosecond")).UTC()
			days := rapid.IntRange(0, 400).Draw(rt, "days")
			y, m, d := at.In(loc).Date()
			want := time.Date(y, m, d+days+1, 0, 0, 0, 0, loc)
			if got := dayEnd(at, days, loc); !got.Equal(want) || got.Location() != loc {
				rt.Fatalf("%s: %d full days after %v: %v, want %v", zone, days, at.In(loc), got, want)
			}
		})
	}
	if got := dayEnd(time.Time{}, 0, time.UTC); !got.Equal(time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("after the zero time: %v", got)
	}
}
