package policy_test

import (
	"fmt"
	"testing"
	"time"

	"healthcode"
	"healthcode/policy"
)

// benchFacts are what a year of travel leaves behind: of every ten facts two arrivals, three stays,
// two tests, a declaration, a vaccination and a purchase.
func benchFacts(n int) ([]healthcode.Fact, time.Time) {
	start := time.Date(2022, 4, 2, 9, 0, 0, 0, shanghai)
	var facts []healthcode.Fact
	for i := range n {
		f := healthcode.Fact{ID: fmt.Sprintf("f%d", i), Source: "person", Time: start.Add(time.Duration(i) * 31 * time.Hour)}
		f.Recorded = f.Time.Add(time.Hour)
		switch i % 10 {
		case 0, 7:
			f.Kind, f.Origin = healthcode.KindArrival, "310115"
		case 1, 5, 8:
			f.Kind, f.Area, f.Evidence = healthcode.KindStay, []string{"310115", "110105", "152501"}[i%3], "telecom"
			f.From, f.To, f.Time = f.Time, f.Time.Add(50*time.Hour), time.Time{}
		case 2, 6:
			f.Kind, f.Analyte, f.Result = healthcode.KindTest, "nucleic-acid", "negative"
		case 3:
			f.Kind, f.Visited = healthcode.KindDeclaration, []string{"310115", "330203"}
		case 4:
			f.Kind, f.Product, f.Dose = healthcode.KindVaccination, "inactivated", 2
		case 9:
			f.Kind, f.Category = healthcode.KindPurchase, "cough"
		}
		facts = append(facts, f)
	}
	return facts, start.Add(time.Duration(n) * 31 * time.Hour)
}

func benchAreas() *policy.Areas {
	day := func(m time.Month, d int) time.Time { return time.Date(2022, m, d, 0, 0, 0, 0, shanghai) }
	return policy.NewAreas(healthcode.AreaHistory{Areas: []healthcode.County{
		{Code: "110105", Levels: []healthcode.LevelChange{{From: day(4, 24), Level: healthcode.LevelMedium}, {From: day(5, 20), Level: healthcode.LevelLow}},
			LocalCases: []healthcode.CaseCount{{Date: day(4, 22), Count: 5}, {Date: day(4, 25), Count: 2}}},
		{Code: "152501", LandPort: true},
		{Code: "310115", Levels: []healthcode.LevelChange{{From: day(3, 20), Level: healthcode.LevelHigh}, {From: day(6, 1), Level: healthcode.LevelLow}},
			LocalCases: []healthcode.CaseCount{{Date: day(4, 3), Count: 9}, {Date: day(4, 9), Count: 3}, {Date: day(4, 21), Count: 1}}},
	}})
}

func benchmarkEvaluate(b *testing.B, n int) {
	p, err := set(b).Find("beijing@2022-04", time.Time{})
	if err != nil {
		b.Fatal(err)
	}
	areas := benchAreas()
	facts, at := benchFacts(n)
	b.ReportAllocs()
	for b.Loop() {
		if state, _, _ := p.Evaluate(areas, facts, at).State(at); state == "" {
			b.Fatal("no state")
		}
	}
}

func BenchmarkEvaluate5(b *testing.B)   { benchmarkEvaluate(b, 5) }
func BenchmarkEvaluate20(b *testing.B)  { benchmarkEvaluate(b, 20) }
func BenchmarkEvaluate200(b *testing.B) { benchmarkEvaluate(b, 200) }

func BenchmarkCondition(b *testing.B) {
	fact := healthcode.Fact{Kind: healthcode.KindArrival, Time: time.Date(2022, 5, 1, 9, 0, 0, 0, shanghai)}
	it := healthcode.Fact{Kind: healthcode.KindTest, Analyte: "nucleic-acid", Result: "negative", Time: fact.Time, Visited: []string{"310115", "330203"}}
	for name, source := range map[string]string{
		"negative": `it.analyte == "nucleic-acid" && it.result == "negative"`,
		"visited":  `!it.visited.exists(c, areas.city_level(c, it.time) != "low")`,
	} {
		for _, way := range []string{"lowered", "cel"} {
			b.Run(name+"/"+way, func(b *testing.B) {
				run, err := policy.Runner(source, shanghai, way == "cel", &fact, &it)
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					if !run() {
						b.Fatal("doesn't hold")
					}
				}
			})
		}
	}
}
