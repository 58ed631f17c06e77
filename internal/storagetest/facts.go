package storagetest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"healthcode"
)

// factGenerator draws a fact of any kind. Each of its fields is there or not,
// also where the kind needs it: a store keeps what it is given.
var factGenerator = rapid.Custom(func(t *rapid.T) healthcode.Fact {
	f := healthcode.Fact{
		ID:       nameGenerator.Draw(t, "id"),
		Source:   rapid.SampledFrom([]string{"person", "lab:bj-0007", "lab:bj-0008", "rail", "caseworker:王"}).Draw(t, "source"),
		Kind:     rapid.SampledFrom(healthcode.Kinds).Draw(t, "kind"),
		Recorded: momentGenerator.Draw(t, "recorded"),
	}
	optional := func(name string) bool { return rapid.Bool().Draw(t, "has "+name) }
	for name, at := range map[string]*time.Time{"time": &f.Time, "from": &f.From, "to": &f.To} {
		if optional(name) {
			*at = momentGenerator.Draw(t, name)
		}
	}
	for _, field := range f.Kind.Fields() {
		if optional(field.Name) {
			drawField(t, &f, field)
		}
	}
	return f
})

// drawField fails for a field that it doesn't know, so that a new field can't go untested.
func drawField(t *rapid.T, f *healthcode.Fact, field healthcode.Field) {
	texts := map[string]*string{
		"analyte": &f.Analyte, "result": &f.Result, "lab": &f.Lab, "product": &f.Product, "lot": &f.Lot, "class": &f.Class,
		"area": &f.Area, "evidence": &f.Evidence, "port": &f.Port, "origin": &f.Origin, "place": &f.Place,
		"category": &f.Category, "hold": &f.Hold, "reason": &f.Reason, "by": &f.By,
	}
	numbers := map[string]*int{"dose": &f.Dose, "doses": &f.Doses, "phones": &f.Phones}
	flags := map[string]*bool{"completed": &f.Completed, "verified": &f.Verified}
	switch name := field.Name; {
	case texts[name] != nil && field.Values != nil:
		// A value that a later version adds must be kept as well.
		*texts[name] = rapid.SampledFrom(append([]string{"something-new"}, field.Values...)).Draw(t, name)
	case name == "area":
		f.Area = areaGenerator.Draw(t, name)
	case texts[name] != nil:
		*texts[name] = nameGenerator.Draw(t, name)
	case numbers[name] != nil:
		*numbers[name] = rapid.IntRange(0, 1<<40).Draw(t, name)
	case flags[name] != nil:
		*flags[name] = rapid.Bool().Draw(t, name)
	case name == "symptoms":
		f.Symptoms = rapid.SliceOfN(rapid.SampledFrom([]string{"fever", "cough", "sore-throat", "rash", "咳嗽"}), 0, 4).Draw(t, name)
	case name == "visited":
		f.Visited = rapid.SliceOfN(areaGenerator, 0, 4).Draw(t, name)
	case name == "covers":
		f.Covers = momentGenerator.Draw(t, name)
	case name == "retracts":
		f.Retracts = &healthcode.FactRef{Source: nameGenerator.Draw(t, "retracts.source"), ID: nameGenerator.Draw(t, "retracts.id")}
	default:
		t.Fatalf("no generator for the field %s: add one, so that each engine is tested with it", name)
	}
}

// nameGenerator draws the forms that ids have, and any other text.
var nameGenerator = rapid.OneOf(
	rapid.StringMatching(`[a-z]{0,4}-?[0-9]{0,25}`),
	rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`),
	rapid.String(),
)

var areaGenerator = rapid.OneOf(
	rapid.Map(rapid.IntRange(0, 999999), func(n int) string { return fmt.Sprintf("%06d", n) }),
	rapid.SampledFrom([]string{"DE", "US", "", "110105"}),
	rapid.String(),
)

// momentGenerator draws whole seconds and fractions, near and far, in several zones.
var momentGenerator = rapid.Custom(func(t *rapid.T) time.Time {
	sec := rapid.OneOf(rapid.Int64Range(1577836800, 1767225600), rapid.Int64Range(-5e9, 9e9)).Draw(t, "seconds")
	nsec := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 999999999)).Draw(t, "nanoseconds")
	zone := rapid.SampledFrom([]*time.Location{time.UTC, shanghai}).Draw(t, "zone")
	return time.Unix(sec, nsec).In(zone)
})
