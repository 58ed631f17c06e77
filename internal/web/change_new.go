package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"healthcode"
	"healthcode/internal/change"
	"healthcode/internal/identity"
)

// proposable are the kinds of fact that an officer can propose, in the order in which the form offers them.
var proposable = []healthcode.Kind{healthcode.KindLift, healthcode.KindRetraction, healthcode.KindDiagnosis, healthcode.KindContact,
	healthcode.KindTest, healthcode.KindQuarantine, healthcode.KindStay}

// proposalForm is a change that an officer writes, in two steps: whom it is about and what to do; then how, and why.
type proposalForm struct {
	url.Values
	file   *change.File // nil in the first step
	kind   healthcode.Kind
	errors []fieldError
}

func newChangePage(c *call) error {
	return c.page(http.StatusOK, newChangeView(c.view(), proposalForm{Values: url.Values{"document.type": {string(healthcode.DocumentID)}}}))
}

func newChange(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	f := proposalForm{Values: c.r.PostForm, kind: healthcode.Kind(c.value("kind"))}
	show := func(err error) error {
		if f.errors = formErrors(err); err != nil && f.errors == nil {
			return err
		}
		return c.page(statusOf(err), newChangeView(c.view(), f))
	}
	if !slices.Contains(proposable, f.kind) {
		return show(&healthcode.Error{Code: healthcode.CodeInvalid, Field: "kind", Text: textChoose})
	}
	file, err := c.server.Change.File(c.ctx, c.actor, healthcode.Document{Type: healthcode.DocumentType(c.value("document.type")),
		Number: c.value("document.number"), Country: c.value("document.country")})
	if err != nil {
		return show(err)
	}
	f.file = &file
	if c.value("step") != "propose" {
		return c.page(http.StatusOK, newChangeView(c.view(), f))
	}
	fact, err := f.fact(c.now.Location())
	if err != nil {
		return show(err)
	}
	if _, err := c.server.Change.Propose(c.ctx, c.actor, change.Proposal{Person: file.Person.ID, Jurisdiction: c.actor.Jurisdiction, Venue: c.value("venue"),
		Fact: fact, Ground: change.Ground(c.value("ground")), Evidence: c.value("evidence")}); err != nil && healthcode.CodeOf(err) != healthcode.CodeConflict {
		return show(err)
	}
	return c.redirect("/staff/changes?done=proposed") // a conflict is the same proposal, sent twice
}

// fact reads what the second step asks for of the kind. The service checks the rest.
func (f proposalForm) fact(loc *time.Location) (healthcode.Fact, error) {
	fact := healthcode.Fact{Kind: f.kind, Hold: f.Get("hold"), Class: f.Get("class"), Analyte: f.Get("analyte"), Place: f.Get("place"), Area: f.Get("area"),
		Completed: f.Has("completed"), Verified: f.Has("verified")}
	if f.kind != healthcode.KindQuarantine {
		fact.Completed, fact.Verified = false, false
	}
	day := func(name string, needed bool) (t time.Time, err error) {
		if f.Get(name) == "" && !needed {
			return t, nil
		}
		if t, err = time.ParseInLocation(time.DateOnly, f.Get(name), loc); err != nil {
			return t, &healthcode.Error{Code: healthcode.CodeInvalid, Field: name, Text: textProposeDay}
		}
		return t, nil
	}
	var err error
	switch {
	case f.kind == healthcode.KindLift:
	case f.kind == healthcode.KindRetraction:
		if refs := factRefs(f.Values["fact"]); len(refs) > 0 {
			fact.Retracts = &refs[0]
		}
	case f.kind.Spans():
		if fact.From, err = day("from", true); err == nil {
			fact.To, err = day("to", false)
		}
	default:
		fact.Time, err = day("time", true)
	}
	switch f.kind {
	case healthcode.KindTest:
		fact.Result = "positive"
	case healthcode.KindStay:
		fact.Evidence = "officer"
	}
	return fact, err
}

// holdsOpen lists the open holds of the person.
func (f proposalForm) holdsOpen(v view) []choice {
	var list []choice
	for _, h := range f.file.Status.Holds {
		list = append(list, choice{value: h.Hold, label: v.hold(h.Hold), chosen: f.Get("hold") == h.Hold})
	}
	return list
}

// words lists the values of a table, with what is chosen.
func (f proposalForm) words(v view, name string, table map[string]healthcode.Text, only ...string) []group {
	var g group
	for _, value := range slices.Sorted(maps.Keys(table)) {
		if len(only) == 0 || slices.Contains(only, value) {
			g.choices = append(g.choices, choice{value: value, label: v.say(table[value]), chosen: f.Get(name) == value})
		}
	}
	return []group{g}
}

func (f proposalForm) kinds(v view) []group {
	var g group
	for _, k := range proposable {
		label := v.changeKind(k)
		if k != healthcode.KindLift && k != healthcode.KindRetraction {
			label = v.joined(label, v.word(factKinds, string(k)))
		}
		g.choices = append(g.choices, choice{value: string(k), label: label, chosen: k == f.kind})
	}
	return []group{g}
}

func (f proposalForm) grounds(v view) []group {
	groups := v.groundChoices(f.kind)
	for i := range groups[0].choices {
		groups[0].choices[i].chosen = groups[0].choices[i].value == f.Get("ground")
	}
	return groups
}

// documentWords names the document that was typed.
func (f proposalForm) documentWords(v view) string {
	return v.joined(v.say(identity.DocumentLabel(f.file.Person.Document().Type)), f.file.Person.Document().Number)
}
