package policy_test

import (
	"testing"

	"pgregory.net/rapid"

	"healthcode/policy"
)

// lowerable are conditions beside the published ones.
var lowerable = []string{
	`fact.class != "close" && !(fact.place in ["home", "x"]) || fact.completed`,
	`"fever" in fact.symptoms || fact.origin in it.visited`,
	`fact.area in []`,
	`fact.symptoms.exists(a, it.symptoms.exists(b, a == b))`,
	`it.visited.exists(c, c == fact.area && areas.level(c, fact.time) == "high")`,
	`fact.dose >= 2 && fact.doses < 3 || fact.phones == 0`,
	`size(fact.visited) > 1 || 2 <= it.visited.size()`,
	`fact.time < it.time`, `fact.to <= it.to`, `fact.from == it.from`, `fact.recorded != it.recorded`,
	`has(fact.to) || has(fact.recorded) && !has(it.time)`,
	`it.time >= fact.time - hours(48) && it.time <= fact.time + hours(72)`,
	`it.time > full_days_after(fact.time, 14) && fact.from < full_days_after(it.from, 0)`,
	`areas.city_level(fact.area, it.time) != areas.level(fact.origin, fact.from)`,
	`fact.source == "telecom" && it.evidence < "officer"`,
}

// notLowerable are conditions that CEL itself evaluates.
var notLowerable = []string{
	`fact.to - hours(1) < it.time`, `it.symptoms[0] == "fever"`, `fact.origin.startsWith("11")`, `fact.symptoms.all(s, s == "fever")`,
	`fact.time.getHours("Asia/Shanghai") < 6`, `local_days(fact.time, it.time) < 7`, `fact.dose + 1 == it.dose`, `has(fact.lab)`, `true`,
}

// TestLower compares lowered conditions with CEL's evaluation on random facts.
func TestLower(t *testing.T) {
	sources := lowerable
	for _, p := range set(t).Policies() {
		sources = append(sources, p.Conditions()...)
	}
	for _, source := range sources {
		if ok, err := policy.Lowered(source, shanghai); !ok || err != nil {
			t.Errorf("%s isn't lowered: %v", source, err)
		}
	}
	for _, source := range notLowerable {
		if ok, err := policy.Lowered(source, shanghai); ok || err != nil {
			t.Errorf("%s: lowered %v, %v", source, ok, err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		w := draw(rt, "beijing@2022-04")
		areas := policy.NewAreas(w.history)
		for i := range w.facts {
			for j := range w.facts {
				source := rapid.SampledFrom(sources).Draw(rt, "condition")
				if err := policy.CompareLowered(source, shanghai, areas, &w.facts[i], &w.facts[j]); err != nil {
					rt.Fatalf("%v\nfact %+v\nit %+v", err, w.facts[i], w.facts[j])
				}
			}
		}
	})
}
