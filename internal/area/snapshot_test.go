package area

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestParseSnapshotVariants(t *testing.T) {
	const row = `{"province":"海南省","city":"三亚市","county":"吉阳区","communitys":["某小区"]}`
	at := time.Date(2022, 8, 1, 20, 0, 0, 0, shanghai)
	for name, c := range map[string]struct {
		file, json string
		at         time.Time
		places     int
		warnings   int
	}{
		"as the query answers":      {"x.json", `{"data":{"end_update_time":"2022-08-01 20时","hcount":1,"mcount":0,"highlist":[` + row + `],"middlelist":[]},"code":0,"msg":"查询成功"}`, at, 1, 0},
		"without data":              {"x.json", `{"end_update_time":"2022-08-01 20时","highlist":[` + row + `],"middlelist":[` + row + `]}`, at, 2, 0},
		"lists of low risk, extras": {"x.json", `{"data":{"end_update_time":"2022-08-01 20时","lcount":9,"lowlist":[` + row + `],"highlist":[],"middlelist":[` + row + `],"save_time":1}}`, at, 1, 0},
		"null list, no counts":      {"x.json", `{"data":{"end_update_time":"2022-08-01 20时","highlist":null,"middlelist":[` + row + `]}}`, at, 1, 1},
		"null lists, counts of 0":   {"x.json", `{"data":{"end_update_time":"2022-08-01 20时","hcount":0,"mcount":"0","highlist":null}}`, at, 0, 0},
		"a count that is none":      {"x.json", `{"data":{"end_update_time":"2022-08-01 20时","hcount":"","mcount":0,"highlist":[` + row + `]}}`, at, 1, 0},
		"a count that differs":      {"x.json", `{"data":{"end_update_time":"2022-08-01 20时","hcount":7,"highlist":[` + row + `],"middlelist":[]}}`, at, 1, 1},
		"time from the name":        {"d/2022080120-f04a1ad0.json", `{"data":{"highlist":[],"middlelist":[]}}`, at, 0, 0},
		"one digit for the hour":    {"202208019.json", `{"data":{"highlist":[],"middlelist":[]}}`, at.Add(-11 * time.Hour), 0, 0},
		"midnight as 24":            {"x.json", `{"data":{"end_update_time":"2022-07-31 24时","highlist":[],"middlelist":[]}}`, time.Date(2022, 8, 1, 0, 0, 0, 0, shanghai), 0, 0},
		"hours and minutes":         {"x.json", `{"data":{"end_update_time":"2022-08-01 20:00:00","highlist":[],"middlelist":[]}}`, at, 0, 0},
		"in Chinese":                {"x.json", `{"data":{"end_update_time":"2022年8月1日20时","highlist":[],"middlelist":[]}}`, at, 0, 0},
		"byte order mark":           {"x.json", "\uFEFF" + `{"data":{"end_update_time":"2022-08-01 20时","highlist":[],"middlelist":[]}}`, at, 0, 0},
		"only area_name, one text":  {"x.json", `{"data":{"end_update_time":"2022-08-01 20时","highlist":[{"area_name":"海南省 三亚市 吉阳区","communitys":"某小区"}],"middlelist":[]}}`, at, 1, 0},
	} {
		s, err := parseSnapshot(c.file, []byte(c.json), shanghai)
		if err != nil || !s.at.Equal(c.at) || len(s.places) != c.places || len(s.warnings) != c.warnings {
			t.Errorf("%s: %s, %d places, %q, %v", name, s.at, len(s.places), s.warnings, err)
		}
		for _, p := range s.places {
			if codes, _ := names().resolve(p.place); !slices.Equal(codes, []string{"460203"}) {
				t.Errorf("%s: %+v is %v", name, p.place, codes)
			}
		}
	}
}

func FuzzParseSnapshot(f *testing.F) {
	files, err := filepath.Glob("testdata/snapshots/*.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds in testdata/snapshots: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data[:min(len(data), 2000)])
		f.Add(data)
	}
	f.Add([]byte(`{"highlist":[{"province":"河北省","city":"廊坊市","county":"（"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := parseSnapshot("2022080120.json", data, shanghai)
		if err != nil {
			return
		}
		for _, p := range s.places {
			codes, match := names().resolve(p.place)
			if (len(codes) == 0) != (match == "") {
				t.Errorf("%+v: %v %q", p.place, codes, match)
			}
			for _, code := range codes {
				if _, ok := Lookup(code); !ok {
					t.Errorf("%+v: no county %q", p.place, code)
				}
			}
		}
	})
}
