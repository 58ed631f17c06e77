package travel

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestBuiltInPolicy(t *testing.T) {
	p := BuiltIn()
	if len(p.Documents) != 5 || len(p.Contents) != 3 {
		t.Errorf("%d documents, %d contents", len(p.Documents), len(p.Contents))
	}
	zone := time.FixedZone("CST", 8*60*60)
	igg, _ := p.Content("igg")
	if got := igg.Until(time.Date(2022, 4, 1, 15, 0, 0, 0, zone), 2); !got.Equal(time.Date(2022, 4, 4, 0, 0, 0, 0, zone)) {
		t.Errorf("two full days from the 1st end %s", got)
	}
}

// Each fault is found, with its line.
func TestPolicyFaults(t *testing.T) {
	data, err := os.ReadFile("travel.yaml")
	if err != nil {
		t.Fatal(err)
	}
	lineOf := func(text string) string {
		n := strings.Count(string(data[:strings.Index(string(data), text)]), "\n") + 1
		return "t.yaml:" + strconv.Itoa(n) + ": "
	}
	for _, c := range []struct{ old, new, says string }{
		{`version: "2022-04"`, `version: ""`, "version is missing"},
		{"country: CN", "country: China", "two capital letters"},
		{"country3: CHN", "land: CHN", "field land not found"},
		{"name: National Health Commission", "name: " + strings.Repeat("x", 81), "81 characters"},
		{"documents: [resident-id]", "documents: [passport-ordinary]", "no kind of mainland document"},
		{"identity: checked", "identity: maybe", "checked or any"},
		{"directions: [entering, leaving]\ndocuments", "directions: [entering, up]\ndocuments", `direction "up"`},
		{"kind: diplomatic", "kind: ordinary", `kind "ordinary"`},
		{"mrz: [P, PS]", "mrz: [V]", `mrz "V"`},
		{"en: Ordinary passport", `en: ""`, "lacks zh or en"},
		{"content: igg", "content: blood", `content "blood"`},
		{"format: ddcc-tr", "format: dcc", "no antibody test"},
		{"results: [negative]", "results: [good]", `result "good"`},
		{"hours: 48", "hours: 0", "either hours or days"},
		{"hours: 48", "hours: two", "cannot unmarshal"},
		{"names: [Convidecia", "names: [coronavac", "stands twice"},
		{"format: icvp", "format: own", `format "own"`},
		{"max_hours: 720", "max_hours: 0", "links.max_hours is 0"},
		{"passcode: 6", "passcode: 1", "links.passcode is 1"},
		{"ground: wrong-person", "ground: holder", `"holder"`},
		{"kept_days: 30", "kept_days: 0", "kept_days 0"},
	} {
		if !strings.Contains(string(data), c.old) {
			t.Fatalf("the file has no %q", c.old)
		}
		_, err := ParsePolicy("t.yaml", []byte(strings.Replace(string(data), c.old, c.new, 1)))
		want := lineOf(c.old)
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s… %s", c.new, err, want, c.says)
		}
	}
	if _, err := ParsePolicy("t.yaml", nil); err == nil || !strings.HasPrefix(err.Error(), "t.yaml:1: ") {
		t.Errorf("an empty file: %v", err)
	}
}
