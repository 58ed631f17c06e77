package policy_test

import (
	"strings"
	"testing"
)

const scenarioRules = `  - rule: arrived
    hold: "1"
    on: arrival
    text: {zh: 文, en: text}
    until:
      - {first: test, where: it.result == "negative", at: recorded, ends: test-result, exit: {zh: 文, en: text}}
      - {lift: true, ends: lift, exit: {zh: 文, en: text}}
  - rule: ill
    colour: red
    on: diagnosis
    text: {zh: 文, en: text}
    until: [{at: to, ends: discharge, exit: {zh: 文, en: text}}]
`

// TestScenarioFindings runs scenarios that differ, or are wrong themselves.
// Each must cause its finding, at its line.
func TestScenarioFindings(t *testing.T) {
	p := compile(t, scenarioRules)
	const covers = `scenarios:
  - name: everything
    facts:
      - {kind: arrival, time: 2022-05-01 10:00, origin: "110105"}
      - {kind: test, analyte: nucleic-acid, result: negative, time: 2022-05-01 12:00, recorded: 2022-05-02 08:00}
      - {kind: arrival, time: 2022-05-03 10:00}
      - {kind: lift, hold: "1", covers: 2022-05-04, recorded: 2022-05-04 09:00}
      - {kind: diagnosis, class: confirmed, from: 2022-05-05, to: 2022-05-09 09:00}
      - {kind: stay, area: "110105", from: 2022-05-05, evidence: ticket}
    expect:
      - {at: [2022-05-01 10:00, 2022-05-02 07:59:59], state: held, holds: {"1": {from: 2022-05-01 10:00, until: null, ends: test-result, rules: [arrived]}}}
      - {at: 2022-05-03T02:00:00Z, known_at: 2022-05-06, state: held, holds: {"1": {until: 2022-05-04 09:00, ends: lift}}, next_change: 2022-05-04 09:00}
      - {at: 2022-05-05, state: red, colour: red, reasons: [{rule: ill, colour: red, from: 2022-05-05, until: 2022-05-09 09:00, ends: discharge}], questions: [f6]}
`
	n, findings := p.Test("s.yaml", []byte(covers))
	if n != 1 || len(findings) > 0 {
		t.Fatalf("%d scenarios: %v", n, findings)
	}
	for name, c := range map[string]struct{ old, new, want string }{
		"state":                  {`state: held, holds: {"1": {from`, `state: red, holds: {"1": {from`, "s.yaml:11: everything: at 2022-05-01 10:00:00: state is held, want red"},
		"no state":               {`state: red, colour: red, `, `colour: red, `, "s.yaml:13: everything: at 2022-05-05 00:00:00: state is red, want one (state is missing)"},
		"colour":                 {`colour: red, reasons`, `colour: green, reasons`, "s.yaml:13: everything: at 2022-05-05 00:00:00: colour is red, want green"},
		"a hold not expected":    {`, holds: {"1": {from: 2022-05-01 10:00, until: null, ends: test-result, rules: [arrived]}}`, "", "s.yaml:11: everything: at 2022-05-02 07:59:59: hold 1 is open (rule arrived, from 2022-05-01 10:00:00), and isn't expected"},
		"a hold that isn't open": {`holds: {"1": {until`, `holds: {"2": {}, "1": {until`, "s.yaml:12: everything: at 2022-05-03 10:00:00: hold 2 isn't open, and is expected"},
		"from":                   {`{from: 2022-05-01 10:00,`, `{from: 2022-05-01 10:01,`, "hold 1 is from 2022-05-01 10:00:00, want 2022-05-01 10:01:00"},
		"until":                  {`until: 2022-05-04 09:00,`, `until: null,`, "s.yaml:12: everything: at 2022-05-03 10:00:00: hold 1 until is 2022-05-04 09:00:00, want null"},
		"until null":             {`until: null,`, `until: 2022-05-04,`, "hold 1 until is null, want 2022-05-04 00:00:00"},
		"ends":                   {`ends: lift}}`, `ends: automatic}}`, "hold 1 ends by lift, want automatic"},
		"rules":                  {`rules: [arrived]`, `rules: [arrived, arrived]`, "hold 1 has the reasons [arrived], want [arrived, arrived]"},
		"next change":            {`next_change: 2022-05-04 09:00`, `next_change: 2022-05-04`, "next_change is 2022-05-04 09:00:00, want 2022-05-04 00:00:00"},
		"a reason not expected":  {`, reasons: [{rule: ill, colour: red, from: 2022-05-05, until: 2022-05-09 09:00, ends: discharge}]`, "", "rule ill (red) holds, and isn't expected"},
		"a reason that isn't":    {`reasons: [{rule`, `reasons: [arrived, {rule`, "rule arrived doesn't hold, and is expected"},
		"questions":              {`questions: [f6]`, `questions: []`, "questions are about [f6], want []"},

		"no scenarios":                 {covers, "scenarios: []", "s.yaml:1: there are no scenarios"},
		"an empty file":                {covers, "", "s.yaml:1: there are no scenarios"},
		"no name":                      {`  - name: everything`, `  - name: ""`, "s.yaml:2: name: give each scenario a name of its own"},
		"nothing expected":             {covers[strings.Index(covers, "    expect:"):], "", `s.yaml:2: scenario "everything" expects nothing`},
		"an unknown field":             {`    facts:`, `    people: []` + "\n" + `    facts:`, "s.yaml:3: unknown field people"},
		"an unknown field of a reason": {`{rule: ill, colour: red`, `{rule: ill, form: 2022, colour: red`, "s.yaml:13: unknown field form"},
		"a bad fact":                   {`result: negative,`, `result: fine,`, `s.yaml:5: facts: result: "fine" is none of positive, negative, invalid`},
		"a bad fact on lines":          {`      - {kind: arrival, time: 2022-05-03 10:00}`, "      - kind: arrival\n        time: 2022-05-03 10:00\n        plate: x", "s.yaml:8: facts: plate: plate and household registration are not inputs"},
		"a bad time":                   {`time: 2022-05-01 12:00`, `time: noon`, `s.yaml:5: facts: time: "noon" is no time such as`},
		"a bad number":                 {`{kind: arrival, time: 2022-05-03 10:00}`, `{kind: vaccination, dose: two, time: 2022-05-03 10:00}`, "s.yaml:6: facts: "},
		"a fact that is no map":        {`      - {kind: arrival, time: 2022-05-03 10:00}`, `      - arrival`, "s.yaml:6: facts: a fact is a map"},
		"a bad instant":                {`at: 2022-05-05,`, `at: later,`, `s.yaml:13: at: "later" is no time`},
		"an unknown area":              {`    facts:`, `    areas: [moon]` + "\n" + `    facts:`, `s.yaml:3: areas: "moon" isn't among the file's areas`},
		"a bad area":                   {`    facts:`, `    areas: [{code: "11"}]` + "\n" + `    facts:`, "s.yaml:3: areas: areas[0].code"},
		"an area twice":                {`    facts:`, `    areas: [{code: "110105"}, {code: "110105"}]` + "\n" + `    facts:`, "areas: areas[1].code: 110105 is there twice"},
		"a rule never matched":         {`      - {kind: diagnosis, class: confirmed, from: 2022-05-05, to: 2022-05-09 09:00}` + "\n", "", "small.yaml:30: rule ill: no scenario matches it"},
		"an end never reached":         {`      - {kind: lift, hold: "1", covers: 2022-05-04, recorded: 2022-05-04 09:00}` + "\n", "", "small.yaml:29: rule arrived: this end (lift) ends no span in any scenario"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(covers, c.old) {
				t.Fatalf("%q isn't in the file", c.old)
			}
			_, findings := p.Test("s.yaml", []byte(strings.Replace(covers, c.old, c.new, 1)))
			if !strings.Contains(findings.Error(), c.want) {
				t.Errorf("got\n%v\nwant %s", findings, c.want)
			}
		})
	}
}
