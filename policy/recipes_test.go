package policy_test

import (
	"strings"
	"testing"

	"healthcode/policy"
)

// TestRecipes compiles what docs/policy.md says under "How do I say …?" and
// among the operations of conditions, and checks what some of them find.
func TestRecipes(t *testing.T) {
	for name, c := range map[string]struct{ on, rest, end, facts, want string }{
		"a test on day 6 or later": {"contact", "", `first: test, where: 'it.result == "negative" && it.time >= full_days_after(fact.time, 5)', at: recorded`,
			`{"kind":"contact","class":"close","time":"2022-05-01T10:00:00+08:00"}
{"kind":"test","analyte":"antigen","result":"negative","time":"2022-05-06T23:59:59+08:00"}
{"kind":"test","analyte":"antigen","result":"negative","time":"2022-05-07T00:00:00+08:00"}`, "red 05-01 10:00:00 05-07 00:00:00"},
		"unless vaccinated 14 days before": {"contact", `unless: [{any: vaccination, where: "it.dose >= 2 && it.time <= fact.time - hours(336)"}]`, "hours: 1",
			`{"kind":"contact","class":"close","time":"2022-05-15T10:00:00+08:00"}
{"kind":"contact","class":"close","time":"2022-05-15T09:59:59+08:00"}
{"kind":"vaccination","dose":2,"time":"2022-05-01T10:00:00+08:00"}`, "red 05-15 09:59:59 05-15 10:59:59"},
		"unless recovered within 180 days": {"contact", `unless: [{any: diagnosis, where: "has(it.to) && it.to <= fact.time && local_days(it.to, fact.time) <= 180"}]`, "hours: 1",
			`{"kind":"diagnosis","class":"confirmed","from":"2021-12-01T10:00:00+08:00","to":"2021-12-10T10:00:00+08:00"}
{"kind":"contact","class":"close","time":"2022-06-08T23:59:59+08:00"}
{"kind":"contact","class":"close","time":"2022-06-09T00:00:00+08:00"}`, "red 06-09 00:00:00 06-09 01:00:00"},
		"three visits within 14 days": {"clinic", `given: [{any: clinic, at_least: 2, where: "local_days(it.time, fact.time) <= 14 && it.time <= fact.time"}]`, "hours: 1",
			`{"kind":"clinic","symptoms":["fever"],"time":"2022-05-01T10:00:00+08:00"}
{"kind":"clinic","symptoms":["fever"],"time":"2022-05-10T10:00:00+08:00"}
{"kind":"clinic","symptoms":["fever"],"time":"2022-05-15T10:00:00+08:00"}
{"kind":"clinic","symptoms":["fever"],"time":"2022-05-26T10:00:00+08:00"}`, "red 05-15 10:00:00 05-15 11:00:00"},
		"2 days after the quarantine ended": {"contact", "", "first: quarantine, where: it.completed, full_days: 2",
			`{"kind":"contact","class":"close","time":"2022-05-01T10:00:00+08:00"}
{"kind":"quarantine","place":"home","completed":true,"from":"2022-05-02T10:00:00+08:00","to":"2022-05-09T10:00:00+08:00"}`, "red 05-01 10:00:00 05-12 00:00:00"},
		"stricter if not tested within 72 hours": {"contact", "from: {hours: 72}", "first: test, at: recorded",
			`{"kind":"contact","class":"close","time":"2022-05-01T10:00:00+08:00"}
{"kind":"contact","class":"close","time":"2022-05-11T10:00:00+08:00"}
{"kind":"test","analyte":"antigen","result":"negative","time":"2022-05-04T10:00:00+08:00"}`, "red 05-14 10:00:00 open"},
		"tested again every 7 days": {"test", "from: {full_days: 7}", "first: test",
			`{"kind":"test","analyte":"antigen","result":"negative","time":"2022-05-01T10:00:00+08:00"}
{"kind":"test","analyte":"antigen","result":"negative","time":"2022-05-08T10:00:00+08:00"}
{"kind":"test","analyte":"antigen","result":"negative","time":"2022-05-20T10:00:00+08:00"}`, "red 05-16 00:00:00 05-20 10:00:00; red 05-28 00:00:00 open"},
		"a stay of 4 hours or more": {"stay", `where: '!has(fact.to) || fact.to - fact.from >= hours(4)'`, "full_days: 0, after: from",
			`{"kind":"stay","area":"110105","evidence":"venue","from":"2022-05-01T10:00:00+08:00","to":"2022-05-01T13:59:59+08:00"}
{"kind":"stay","area":"110105","evidence":"venue","from":"2022-05-03T10:00:00+08:00","to":"2022-05-03T14:00:00+08:00"}
{"kind":"stay","area":"110105","evidence":"venue","from":"2022-05-05T10:00:00+08:00"}`, "red 05-03 10:00:00 05-04 00:00:00; red 05-05 10:00:00 05-06 00:00:00"},
		"only outside the city": {"stay", `where: '!fact.area.startsWith("99")'`, "full_days: 0",
			`{"kind":"stay","area":"990105","evidence":"venue","from":"2022-05-01T10:00:00+08:00"}
{"kind":"stay","area":"110105","evidence":"venue","from":"2022-05-03T10:00:00+08:00"}`, "red 05-03 10:00:00 05-04 00:00:00"},
		"from when we knew it": {"contact", "from: {at: recorded}", "full_days: 3",
			`{"kind":"contact","class":"close","time":"2022-05-01T10:00:00+08:00","recorded":"2022-05-02T08:00:00+08:00"}`, "red 05-02 08:00:00 05-05 00:00:00"},
		"an exception": {"contact", "", `full_days: 3, ends: automatic, exit: *t}, {at: start, where: fact.class == "close"`,
			`{"kind":"contact","class":"close","time":"2022-05-01T10:00:00+08:00"}
{"kind":"contact","class":"association","time":"2022-05-11T10:00:00+08:00"}`, "red 05-11 10:00:00 05-15 00:00:00"},
		"only at night": {"arrival", `where: fact.time.getHours("Asia/Shanghai") < 6`, "hours: 1",
			`{"kind":"arrival","time":"2022-05-01T05:59:59+08:00"}
{"kind":"arrival","time":"2022-05-02T06:00:00+08:00"}`, "red 05-01 05:59:59 05-01 06:59:59"},
		"texts and parts of times": {"arrival", `where: 'fact.origin.endsWith("05") && fact.origin.contains("1") && fact.origin.matches("^1[12]") && fact.time.getDayOfWeek("Asia/Shanghai") == 0 && fact.time.getMonth("Asia/Shanghai") == 4'`, "hours: 1",
			`{"kind":"arrival","origin":"110105","time":"2022-05-01T05:59:59+08:00"}`, "red 05-01 05:59:59 05-01 06:59:59"},
		"all and levels": {"declaration", `where: 'fact.visited.all(c, areas.level(c, fact.time) == "low") && areas.city_level("110105", fact.time) == "low"'`, "hours: 1",
			`{"kind":"declaration","visited":["110105"],"time":"2022-05-01T05:59:59+08:00"}`, "red 05-01 05:59:59 05-01 06:59:59"},
	} {
		t.Run(name, func(t *testing.T) {
			rules := "  - rule: recipe\n    colour: red\n    on: " + c.on + "\n    " + c.rest + "\n    text: *t\n    until: [{" + c.end + ", ends: automatic, exit: *t}]\n"
			if got := spells(t, compile(t, rules), nil, facts(t, c.facts)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestBothNeeded shows that two rules for one hold end with the later.
func TestBothNeeded(t *testing.T) {
	p := compile(t, `  - {rule: week, hold: "1", on: contact, text: *t, until: [{full_days: 7, ends: automatic, exit: *t}]}
  - {rule: negative, hold: "1", on: contact, text: *t, until: [{first: test, at: recorded, ends: test-result, exit: *t}]}
`)
	const contact = `{"kind":"contact","class":"close","time":"2022-05-01T10:00:00+08:00"}
`
	for tested, want := range map[string]string{"03": "held 05-01 10:00:00 05-09 00:00:00", "15": "held 05-01 10:00:00 05-15 10:00:00"} {
		fs := facts(t, contact+strings.ReplaceAll(`{"kind":"test","analyte":"igg","result":"negative","time":"2022-05-DDT10:00:00+08:00"}`, "DD", tested))
		if got := spells(t, p, nil, fs); got != want {
			t.Errorf("tested on the %sth: %s, want %s", tested, got, want)
		}
	}
	if _, findings := policy.Compile("f", []byte(small)); len(findings) == 0 {
		t.Error("a policy without rules compiles")
	}
}
