package policy_test

import (
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/policy"
)

// small is a policy in which everything but what a test is about is as short as it can be.
const small = `jurisdiction: small
version: v1
name: {zh: 小城, en: Small}
issued: {by: {zh: 小城, en: Small}}
timezone: Asia/Shanghai
in_force: {from: 2022-01-01, until: 2023-01-01}
colours:
  - {colour: red, shape: octagon, paint: "#b3261e", name: &t {zh: 文, en: text}, means: *t, advice: *t}
  - {colour: gold, yields: true, shape: star, paint: "#8a5a00", name: *t, means: *t, advice: *t}
  - {colour: green, shape: circle, paint: "#1a6b34", name: *t, means: *t, advice: *t}
held: {shape: diamond, paint: "#3d4c8a", name: *t, means: *t, advice: *t}
contacts: [{contact: office, name: *t, phone: "1"}]
holds:
  - {hold: "1", name: *t, owner: office, advice: *t}
question: *t
fever_at: 37.3
doors: [{door: d, name: *t, rows: [{decision: advisory, text: *t}]}]
venues: [{venue: v, name: *t, door: d}]
declaration: {version: a, text: *t}
retention: {visits: 1, photos: 1}
pass: {valid: 60}
rules:
`

// head is the small policy up to its rules, without the hold where no rule raises it.
func head(rules string) string {
	if strings.Contains(rules, "hold:") {
		return small
	}
	return strings.Replace(small, `holds:
  - {hold: "1", name: *t, owner: office, advice: *t}
`, "", 1)
}

// compile compiles the small policy with the given rules.
func compile(t testing.TB, rules string) *policy.Policy {
	t.Helper()
	p, findings := policy.Compile("small.yaml", []byte(head(rules)+rules))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	return p
}

// facts reads facts, one JSON object a line; id and source may be left out, and times be local.
func facts(t testing.TB, lines string) []healthcode.Fact {
	t.Helper()
	fs := policy.NewFacts()
	for i, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		if !strings.Contains(line, `"id"`) {
			line = `{"id":"f` + string(rune('1'+i)) + `","source":"test",` + strings.TrimSpace(line)[1:]
		}
		if err := fs.Add([]byte(line)); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	return fs.List
}

// when reads a local time.
func when(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", s, shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// spells lists the timeline's segments that aren't green, as state from until.
func spells(t testing.TB, p *policy.Policy, areas *policy.Areas, fs []healthcode.Fact) string {
	t.Helper()
	if areas == nil {
		areas = policy.NewAreas(healthcode.AreaHistory{})
	}
	end := when(t, "2023-01-01 00:00:00")
	var out []string
	for _, s := range p.Evaluate(areas, fs, end).Timeline(when(t, "2021-01-01 00:00:00"), end) {
		if s.State == "green" {
			continue
		}
		until := "open"
		if s.Until != nil {
			until = s.Until.Format("01-02 15:04:05")
		}
		out = append(out, s.State+" "+s.From.Format("01-02 15:04:05")+" "+until)
	}
	return strings.Join(out, "; ")
}

func TestEngine(t *testing.T) {
	const text = `    text: {zh: 文, en: text}
`
	const negatives = `  - rule: two-negatives
    hold: "1"
    on: contact
` + text + `    until:
      - first: test
        where: it.result == "negative"
        at_least: 2
        apart: 24
        at: recorded
        ends: test-result
        exit: {zh: 文, en: text}
`
	const contact = `{"kind":"contact","class":"close","time":"2022-05-01T10:00:00+08:00"}
`
	negative := func(at, recorded string) string {
		return `{"kind":"test","analyte":"nucleic-acid","result":"negative","time":"2022-` + at + `+08:00","recorded":"2022-` + recorded + `+08:00"}
`
	}
	for name, c := range map[string]struct {
		rules, facts, areas, want string
	}{
		"two negatives less than 24 hours apart": {negatives,
			contact + negative("05-02T10:00:01", "05-02T12:00:00") + negative("05-03T10:00:00", "05-03T12:00:00"),
			"", "held 05-01 10:00:00 open"},
		"the third is 24 hours after the first": {negatives,
			contact + negative("05-02T10:00:00", "05-02T12:00:00") + negative("05-03T09:00:00", "05-03T12:00:00") + negative("05-03T10:00:00", "05-03T15:00:00"),
			"", "held 05-01 10:00:00 05-03 15:00:00"},
		"the earlier sample became known last": {negatives,
			contact + negative("05-02T10:00:00", "05-09T12:00:00") + negative("05-03T10:00:00", "05-03T12:00:00"),
			"", "held 05-01 10:00:00 05-09 12:00:00"},
		"a sample from before doesn't count": {negatives,
			contact + negative("05-01T09:59:59", "05-01T12:00:00") + negative("05-03T10:00:00", "05-03T12:00:00"),
			"", "held 05-01 10:00:00 open"},
		"days after what was found": {`  - rule: vaccinated
    hold: "1"
    on: arrival
` + text + `    until:
      - {first: vaccination, where: it.dose == 2, full_days: 14, ends: vaccination, exit: {zh: 文, en: text}}
`, `{"kind":"arrival","time":"2022-05-01T10:00:00+08:00"}
{"kind":"vaccination","dose":1,"time":"2022-05-02T10:00:00+08:00"}
{"kind":"vaccination","dose":2,"time":"2022-05-03T10:00:00+08:00"}`, "", "held 05-01 10:00:00 05-18 00:00:00"},
		"hours after the end of what was found": {`  - rule: quarantine-and-rest
    hold: "1"
    on: arrival
` + text + `    until:
      - {first: quarantine, hours: 12, ends: completion, exit: {zh: 文, en: text}}
`, `{"kind":"arrival","time":"2022-05-01T10:00:00+08:00"}
{"kind":"quarantine","place":"home","from":"2022-05-01T11:00:00+08:00","to":"2022-05-08T11:00:00+08:00"}`, "", "held 05-01 10:00:00 05-08 23:00:00"},
		"a colour that yields": {`  - rule: vaccinated
    colour: gold
    on: vaccination
` + text + `    until: [{full_days: 9, ends: automatic, exit: {zh: 文, en: text}}]
  - rule: arrival
    hold: "1"
    on: arrival
` + text + `    until: [{hours: 24, ends: automatic, exit: {zh: 文, en: text}}]
`, `{"kind":"vaccination","time":"2022-05-01T00:00:00+08:00"}
{"kind":"arrival","time":"2022-05-03T10:00:00+08:00"}`, "",
			"gold 05-01 00:00:00 05-03 10:00:00; held 05-03 10:00:00 05-04 10:00:00; gold 05-04 10:00:00 05-11 00:00:00"},
		"weak evidence is nothing that a rule can ask for": {`  - rule: arrival
    colour: red
    on: arrival
    given: [{any: stay, where: it.area == "110105"}]
` + text + `    until: [{hours: 24, ends: automatic, exit: {zh: 文, en: text}}]
`, `{"kind":"arrival","time":"2022-05-03T10:00:00+08:00"}
{"kind":"stay","area":"110105","evidence":"payment","from":"2022-05-01T10:00:00+08:00"}`, "", ""},
		"a stay of no length doesn't overlap the span that starts with it": {`  - rule: stay
    colour: red
    on: stay
    area: {level: [high]}
` + text + `    until: [{hours: 24, ends: automatic, exit: {zh: 文, en: text}}]
`, `{"kind":"stay","area":"110105","evidence":"declared","from":"2022-05-01T10:00:00+08:00","to":"2022-05-01T10:00:00+08:00"}`,
			`{"areas":[{"code":"110105","levels":[{"from":"2022-05-01T10:00:00+08:00","level":"high"}]}]}`, ""},
		"an arrival comes from a place that is risky from that very time": {`  - rule: from-risk
    colour: red
    on: arrival
    area: {of: origin, level: [high]}
` + text + `    until: [{hours: 24, ends: automatic, exit: {zh: 文, en: text}}]
`, `{"kind":"arrival","origin":"110105","time":"2022-05-01T10:00:00+08:00"}`,
			`{"areas":[{"code":"110105","levels":[{"from":"2022-05-01T10:00:00+08:00","level":"high"}]}]}`,
			"red 05-01 10:00:00 05-02 10:00:00"},
		"an origin that becomes risky within so many days": {`  - rule: from-risk
    colour: red
    on: arrival
    area: {of: origin, level: [high], reach: 2}
` + text + `    until: [{full_days: 5, ends: automatic, exit: {zh: 文, en: text}}]
`, `{"kind":"arrival","origin":"110105","time":"2022-05-01T10:00:00+08:00"}
{"kind":"arrival","origin":"110106","time":"2022-05-01T10:00:00+08:00"}`,
			`{"areas":[{"code":"110105","levels":[{"from":"2022-05-03T23:59:59+08:00","level":"high"}]},
			{"code":"110106","levels":[{"from":"2022-05-04T00:00:00+08:00","level":"high"}]}]}`,
			"red 05-03 23:59:59 05-07 00:00:00"},
		"a city is at the level of its worst county": {`  - rule: star
    colour: red
    on: stay
    area: {unit: city, level: [medium, high], reach: 1}
` + text + `    until: [{full_days: 3, after: to, ends: automatic, exit: {zh: 文, en: text}}]
`, `{"kind":"stay","area":"110105","evidence":"declared","from":"2022-05-01T10:00:00+08:00","to":"2022-05-01T12:00:00+08:00"}
{"kind":"stay","area":"110199","evidence":"declared","from":"2022-06-01T10:00:00+08:00","to":"2022-06-01T12:00:00+08:00"}
{"kind":"stay","area":"120101","evidence":"declared","from":"2022-07-01T10:00:00+08:00","to":"2022-07-01T12:00:00+08:00"}`,
			`{"areas":[{"code":"110105","levels":[{"from":"2022-05-05","level":"low"}]},{"code":"110108","levels":[{"from":"2022-05-02","level":"medium"}]},
			{"code":"110109","levels":[{"from":"2022-05-03","level":"high"},{"from":"2022-06-09","level":"low"}]}]}`,
			"red 05-02 00:00:00 05-05 00:00:00; red 06-01 10:00:00 06-05 00:00:00"},
		"a city has the cases of all its counties": {`  - rule: cases
    colour: red
    on: arrival
    area: {of: origin, unit: city, cases: 3, within: 1}
` + text + `    until: [{area: ends, ends: automatic, exit: {zh: 文, en: text}}]
`, `{"kind":"arrival","origin":"110105","time":"2022-05-02T10:00:00+08:00"}`,
			`{"areas":[{"code":"110105","local_cases":[{"date":"2022-05-02","count":1}]},{"code":"110108","local_cases":[{"date":"2022-05-01","count":2}]}]}`,
			"red 05-02 10:00:00 05-03 00:00:00"},
		"at least three cases in two days": {`  - rule: cases
    colour: red
    on: stay
    area: {cases: 3, within: 1}
` + text + `    until: [{area: ends, ends: automatic, exit: {zh: 文, en: text}}]
`, `{"kind":"stay","area":"110105","evidence":"declared","from":"2022-05-01T00:00:00+08:00"}`,
			`{"areas":[{"code":"110105","local_cases":[{"date":"2022-05-02","count":2},{"date":"2022-05-03","count":1},{"date":"2022-05-05","count":2},{"date":"2022-05-07","count":2}]}]}`,
			"red 05-03 00:00:00 05-04 00:00:00"},
	} {
		t.Run(name, func(t *testing.T) {
			areas := policy.NewAreas(healthcode.AreaHistory{})
			if c.areas != "" {
				history, err := policy.ReadAreas([]byte(c.areas), shanghai)
				if err != nil {
					t.Fatal(err)
				}
				areas = policy.NewAreas(history)
			}
			if got := spells(t, compile(t, c.rules), areas, facts(t, c.facts)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestQuestion asks about weak evidence until a declaration after it.
func TestQuestion(t *testing.T) {
	p, err := set(t).Find("beijing@2022-04", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	const stay = `{"kind":"stay","area":"110105","evidence":"ticket","from":"2022-05-01T10:00:00+08:00"}
`
	for declared, want := range map[string]int{"10:00:00": 1, "10:00:01": 0} {
		fs := facts(t, stay+`{"kind":"declaration","time":"2022-05-01T`+declared+`+08:00"}`)
		at := when(t, "2022-05-02 00:00:00")
		if got := p.Evaluate(policy.NewAreas(healthcode.AreaHistory{}), fs, at).At(at); len(got.Questions) != want || got.State != "green" {
			t.Errorf("declared at %s: %d questions and state %s, want %d and green", declared, len(got.Questions), got.State, want)
		}
	}
}
