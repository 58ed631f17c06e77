package storagetest

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"healthcode"
)

var areaTests = map[string]func(*testing.T, healthcode.Store){
	"round trip": areasComeBackWhole,
	"replace":    areasAreReplaced,
	"version":    areasVersionGrows,
	"looks":      areaLooksAreKept,
}

func county(code string) healthcode.County {
	day := time.Date(2022, 4, 22, 0, 0, 0, 0, shanghai)
	return healthcode.County{Code: code, Name: healthcode.Text{ZH: "朝阳区", EN: "Chaoyang"}, LandPort: true,
		HardestHit: []healthcode.Period{{From: day, To: day.AddDate(0, 0, 9)}, {From: day.AddDate(0, 1, 0)}},
		Levels:     []healthcode.LevelChange{{From: start.Truncate(time.Second), Level: healthcode.LevelMedium}, {From: day.AddDate(0, 2, 0), Level: healthcode.LevelLow}},
		LocalCases: []healthcode.CaseCount{{Date: day, Count: 5}, {Date: day.AddDate(0, 0, 1), Count: 0}}}
}

// wantAreas compares the contract's JSON: a date must be the same date in its own zone.
func wantAreas(t tb, s healthcode.Store, want ...healthcode.County) int64 {
	t.Helper()
	got, version, err := s.Areas(ctx)
	must(t, err)
	gotJSON, err := json.Marshal(got)
	must(t, err)
	wantJSON, err := json.Marshal(healthcode.AreaHistory{Areas: want})
	must(t, err)
	if !bytes.Equal(gotJSON, wantJSON) {
		t.Errorf("areas:\n got %s\nwant %s", gotJSON, wantJSON)
	}
	return version
}

func areasComeBackWhole(t *testing.T, s healthcode.Store) {
	wantAreas(t, s)
	must(t, s.PutAreas(ctx, healthcode.AreaHistory{Areas: []healthcode.County{county("110106"), county("110105"), {Code: "DE"}}}))
	wantAreas(t, s, county("110105"), county("110106"), healthcode.County{Code: "DE"})
}

func areasAreReplaced(t *testing.T, s healthcode.Store) {
	must(t, s.PutAreas(ctx, healthcode.AreaHistory{Areas: []healthcode.County{county("110105"), county("110106")}}))
	changed := county("110105")
	changed.Levels, changed.LocalCases = changed.Levels[:1], nil
	must(t, s.PutAreas(ctx, healthcode.AreaHistory{Areas: []healthcode.County{changed}}))
	wantAreas(t, s, changed, county("110106"))
}

func areasVersionGrows(t *testing.T, s healthcode.Store) {
	last := wantAreas(t, s)
	for _, code := range []string{"110105", "110105", "110106"} {
		must(t, s.PutAreas(ctx, healthcode.AreaHistory{Areas: []healthcode.County{county(code)}}))
		_, version, err := s.Areas(ctx)
		must(t, err)
		alone, err := s.AreasVersion(ctx)
		must(t, err)
		wantEqual(t, "the version alone", alone, version)
		if version <= last {
			t.Errorf("version %d after %d", version, last)
		}
		last = version
	}
}

func areaLooksAreKept(t *testing.T, s healthcode.Store) {
	a, b := start.Truncate(time.Second), start.Truncate(time.Second).Add(time.Hour)
	must(t, s.PutAreas(ctx, healthcode.AreaHistory{}, b, a))
	must(t, s.PutAreas(ctx, healthcode.AreaHistory{Areas: []healthcode.County{county("110105")}}, a))
	looked, err := s.AreaLooks(ctx)
	must(t, err)
	if len(looked) != 2 || !looked[0].Equal(a) || !looked[1].Equal(b) {
		t.Errorf("looked at %v, want %v and %v", looked, a, b)
	}
}
