package web

import (
	"strings"
	"testing"
	"time"

	"healthcode"
)

// Each result says who sent it, when the sample was taken and when it arrived; what was taken back says so.
func TestResults(t *testing.T) {
	s := newSite(t)
	v := s.register("beijing", zhang)
	if got := v.get("/in/beijing/results", 200).text("main"); !strings.Contains(got, in("zh", textResultsNone)) || !strings.Contains(got, in("zh", textResultsWhy)) {
		t.Errorf("without any: %s", got)
	}
	sampled := time.Date(2022, 4, 27, 8, 10, 0, 0, shanghai)
	wrong := healthcode.FactRef{Source: "lab:bj-0001", ID: zhang.number + "-0"}
	s.add(zhang,
		healthcode.Fact{Source: wrong.Source, Kind: healthcode.KindTest, Time: sampled.Add(-48 * time.Hour), Analyte: "nucleic-acid", Result: "positive", Lab: "bj-1"},
		healthcode.Fact{Source: "lab:bj-0001", Kind: healthcode.KindTest, Time: sampled, Analyte: "nucleic-acid", Result: "negative", Lab: "bj-1"},
		healthcode.Fact{Source: "clinic:bj-12", Kind: healthcode.KindVaccination, Time: sampled.AddDate(-1, 0, 0), Product: "BBIBP-CorV", Dose: 2, Doses: 3},
		healthcode.Fact{Source: "lab:bj-0001", Kind: healthcode.KindRetraction, Retracts: &wrong, Reason: "mixed up"},
		closeContact())
	p := v.get("/in/beijing/results", 200)
	results := p.all("[data-result]")
	if len(results) != 3 {
		t.Fatalf("%d results, want 3: %s", len(results), p.text("main"))
	}
	for i, wants := range [][]string{
		{"核酸", "阴性", "bj-1", "2022年4月27日 08:10", "2022年4月28日 09:00", v.say("lab")},
		{"阳性", in("zh", textTakenBack, "2022年4月28日 09:00")},
		{"BBIBP-CorV", "第 2 剂，共 3 剂", "2021年4月27日 08:10", v.say("clinic")},
	} {
		for _, want := range wants {
			if got := results[i].words(); !strings.Contains(got, want) {
				t.Errorf("result %d doesn't say %q: %s", i, want, got)
			}
		}
	}
	if strings.Contains(results[0].words(), "撤回") {
		t.Error("the record that stands is said to be taken back")
	}
	if !strings.Contains(v.get("/in/beijing/code", 200).source, `href="/in/beijing/results"`) {
		t.Error("the code page doesn't lead to the results")
	}
}

func (v *browser) say(source string) string { return in("zh", sources[source]) }
