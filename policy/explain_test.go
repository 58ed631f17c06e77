package policy_test

import (
	"strings"
	"testing"

	"healthcode"
	"healthcode/policy"
)

// TestExplain finds every rule, exit, hold, door, venue and contact of every policy on its page, in both languages.
func TestExplain(t *testing.T) {
	for _, p := range set(t).Policies() {
		for _, lang := range healthcode.Languages {
			page := p.Explain(lang)
			for form, text := range map[string]string{"Markdown": page.Markdown(), "HTML": unescape.Replace(page.HTML())} {
				for _, want := range wanted(p, lang) {
					if !strings.Contains(text, want) {
						t.Errorf("%s in %s as %s: %q is missing", p.Ref(), lang, form, want)
					}
				}
				if strings.ContainsAny(text[strings.Index(text, "</style>")+1:], "{}") {
					t.Errorf("%s in %s as %s: a placeholder is left", p.Ref(), lang, form)
				}
				for _, code := range []string{"fact.", "it.completed", "it.analyte", ".exists("} {
					if strings.Contains(text, code) {
						t.Errorf("%s in %s as %s: a condition isn't in words: %s", p.Ref(), lang, form, code)
					}
				}
			}
			balanced(t, page.HTML())
		}
	}
}

var unescape = strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&amp;", "&")

func wanted(p *policy.Policy, lang healthcode.Language) []string {
	want := []string{p.Ref(), p.SHA256, p.Name.In(lang)}
	template := func(t healthcode.Text) { // up to the first placeholder
		head, _, _ := strings.Cut(t.In(lang), "{")
		want = append(want, head)
	}
	for _, r := range p.Rules {
		want = append(want, "· "+r.Rule)
		template(r.Text)
		for _, e := range r.Until {
			template(e.Exit)
		}
	}
	for _, c := range p.Colours {
		want = append(want, c.Name.In(lang), c.Means.In(lang), c.Advice.In(lang))
	}
	for _, h := range p.Holds {
		want = append(want, h.Name.In(lang), h.Advice.In(lang))
	}
	for _, d := range p.Doors {
		want = append(want, d.Name.In(lang))
		for _, r := range d.Rows {
			want = append(want, r.Text.In(lang))
		}
	}
	for _, v := range p.Venues {
		want = append(want, v.Name.In(lang), v.Venue)
	}
	for _, c := range p.Contacts {
		want = append(want, c.Name.In(lang), c.Phone)
	}
	for _, n := range p.Notes {
		want = append(want, n.In(lang))
	}
	return append(want, p.Declaration.Text.In(lang))
}

// balanced checks that every element is closed in order.
func balanced(t *testing.T, page string) {
	t.Helper()
	void := map[string]bool{"meta": true, "!doctype": true}
	var open []string
	for _, tag := range strings.Split(page, "<")[1:] {
		name, _, _ := strings.Cut(tag, ">")
		name, _, _ = strings.Cut(name, " ")
		if closing, ok := strings.CutPrefix(name, "/"); ok {
			if len(open) == 0 || open[len(open)-1] != closing {
				t.Fatalf("</%s> closes nothing; open: %v", closing, open)
			}
			open = open[:len(open)-1]
		} else if !void[name] {
			open = append(open, name)
		}
	}
	if len(open) > 0 {
		t.Errorf("not closed: %v", open)
	}
}

// TestExplainWords puts the parts of the language into words that the published policies don't use.
func TestExplainWords(t *testing.T) {
	p := compile(t, `  - rule: many
    hold: "1"
    on: arrival
    where: (fact.origin == "US" || fact.origin == "BR") && has(fact.recorded)
    given: [{any: vaccination, at_least: 2, apart: 504, where: "it.time <= fact.time - hours(336)"}]
    unless: [{any: test, where: it.analyte == "igg" && it.result == "positive"}]
    text: {zh: 文, en: text}
    from: {full_days: 2}
    until:
      - {hours: 72, after: time, where: fact.origin.startsWith("U"), ends: automatic, exit: {zh: 文, en: text}}
      - {first: quarantine, where: it.place == "home", full_days: 7, ends: completion, needs: [be-checked], exit: {zh: 文, en: text}}
`)
	text := p.Explain(healthcode.EN).Markdown()
	for _, want := range []string{
		"**where** (origin is US or origin is BR) and time of recording is known",
		"**given** at least 2 of: vaccination (each at least 504 hours after the one before) where its time is no later (no more) than",
		"**unless** there is a test where analyte is IgG antibody and result is positive",
		"**from** 00:00 after 2 full days from its time",
		"72 hours after its time, provided that `fact.origin.startsWith(\"U\")`, by itself",
		"a quarantine where place is home, counted at 00:00 after 7 full days from its end (it depends on: completion); it needs being checked by the authority",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}
