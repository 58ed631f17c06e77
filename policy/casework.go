package policy

import (
	"slices"
	"strings"

	"healthcode"
)

// Casework says which holds and colours need a person, how soon, and who else answers when nobody does.
// A policy without it opens no cases.
type Casework struct {
	Opens      []string    `yaml:"opens"`     // what an end waits for that only a person can give, such as lift
	Clocks     Clocks      `yaml:"clocks"`    // in hours
	Extension  int         `yaml:"extension"` // hours that an officer may extend the last deadline by at one time
	Escalates  string      `yaml:"escalates"` // contact that gets an overdue case
	Commitment Declaration `yaml:"commitment"`
}

// Clocks are how many hours a case may stay in each state, and Last how many from its opening until its
// hold is suspended in the person's favour.
type Clocks struct {
	Received int `yaml:"received"`
	Assigned int `yaml:"assigned"`
	Verified int `yaml:"verified"`
	Last     int `yaml:"last"`
}

// Route is one row of the published table that says which office has a case.
type Route struct {
	Where  string `yaml:"where"`  // one of Wheres: where the person is
	Stays  string `yaml:"stays"`  // one of Stays: where they stay
	Office string `yaml:"office"` // a contact
}

// The values of the routing table; their first is what is taken where nothing is known.
var (
	Wheres = []string{"in-city", "outside"}
	Stays  = []string{"home", "hotel", "campus"}
)

// maxLast bounds the last deadline, in hours: nobody waits longer than two weeks.
const maxLast = 14 * 24

// Any reports whether the policy opens cases.
func (c *Casework) Any() bool { return c.Clocks.Last > 0 }

// OfficeFor returns the office for a person who is somewhere and stays somewhere; ok is false where the
// policy has no routing.
func (d *Document) OfficeFor(where, stays string) (Contact, bool) {
	for _, r := range d.Routing {
		if r.Where == where && r.Stays == stays {
			return d.ContactOf(r.Office)
		}
	}
	return Contact{}, false
}

// casework notes what is wrong with the sections casework and routing.
func (c *compiler) casework() {
	p := c.policy
	w := &p.Casework
	if !w.Any() && len(w.Opens) == 0 && w.Escalates == "" {
		if len(p.Routing) > 0 {
			c.at([]any{"routing"}, "routing has no use without casework; add casework with opens, clocks, extension, escalates and commitment")
		}
		return
	}
	if len(w.Opens) == 0 {
		c.at([]any{"casework", "opens"}, "casework: opens lists what only a person can give, such as lift")
	}
	for i, ends := range w.Opens {
		if ends == "automatic" || !c.endsOn(ends) {
			c.at([]any{"casework", "opens", i}, "casework: no rule has an end that waits for %q; use what stands under ends, but not automatic", ends)
		}
	}
	for _, clock := range []struct {
		name  string
		hours int
	}{{"received", w.Clocks.Received}, {"assigned", w.Clocks.Assigned}, {"verified", w.Clocks.Verified}, {"last", w.Clocks.Last}} {
		if clock.hours <= 0 {
			c.at([]any{"casework", "clocks", clock.name}, "casework: clock %s is %d; give hours above 0", clock.name, clock.hours)
		}
	}
	if sum := w.Clocks.Received + w.Clocks.Assigned + w.Clocks.Verified; w.Clocks.Last > 0 && sum > w.Clocks.Last {
		c.at([]any{"casework", "clocks", "last"}, "casework: the states' clocks add up to %d hours, and last is %d; the last deadline must leave time for each state", sum, w.Clocks.Last)
	}
	if w.Clocks.Last > maxLast {
		c.at([]any{"casework", "clocks", "last"}, "casework: last is %d hours; nobody may wait for longer than %d", w.Clocks.Last, maxLast)
	}
	if w.Extension <= 0 || w.Extension > maxLast {
		c.at([]any{"casework", "extension"}, "casework: extension is %d; give hours from 1 to %d", w.Extension, maxLast)
	}
	if _, ok := p.ContactOf(w.Escalates); !ok {
		c.at([]any{"casework", "escalates"}, "casework: escalates %q is none of the contacts", w.Escalates)
	}
	if w.Commitment.Version == "" {
		c.at([]any{"casework", "commitment"}, "casework: commitment needs a version and a text")
	}
	c.text(w.Commitment.Text, true, "casework", "commitment", "text")
	c.routing()
}

func (c *compiler) endsOn(ends string) bool {
	return slices.ContainsFunc(c.policy.rules, func(r rule) bool {
		return slices.ContainsFunc(r.ends, func(e end) bool { return e.Ends == ends })
	})
}

// routing notes rows that are wrong or there twice, and places that no row has.
func (c *compiler) routing() {
	p := c.policy
	seen := map[[2]string]bool{}
	for i, r := range p.Routing {
		key := [2]string{r.Where, r.Stays}
		switch {
		case !slices.Contains(Wheres, r.Where):
			c.at([]any{"routing", i, "where"}, "routing: where %q is none of %s", r.Where, strings.Join(Wheres, ", "))
		case !slices.Contains(Stays, r.Stays):
			c.at([]any{"routing", i, "stays"}, "routing: stays %q is none of %s", r.Stays, strings.Join(Stays, ", "))
		case seen[key]:
			c.at([]any{"routing", i}, "routing: %s, %s is there twice; one office answers", r.Where, r.Stays)
		}
		seen[key] = true
		if _, ok := p.ContactOf(r.Office); !ok {
			c.at([]any{"routing", i, "office"}, "routing: office %q is none of the contacts", r.Office)
		}
	}
	for _, where := range Wheres {
		for _, stays := range Stays {
			if !seen[[2]string{where, stays}] {
				c.at([]any{"routing"}, "routing: no row for %s, %s; nobody may be without an office", where, stays)
			}
		}
	}
}

// casework puts the clocks and the routing table into words.
func (x *explainer) casework() {
	w := &x.p.Casework
	if !w.Any() {
		return
	}
	x.heading(2, x.say("办理", "Cases"))
	escalates, _ := x.p.ContactOf(w.Escalates)
	x.list(
		item{text: x.say("下列终点需要人来办，系统自动立案：%s", "A case opens by itself where an end waits for: %s", x.terms(w.Opens))},
		item{text: x.say("时限：受理 %d 小时，核实 %d 小时，决定 %d 小时；逾期转%s。", "Clocks: received %d hours, assigned %d hours, verified %d hours; an overdue case goes to %s as well.",
			w.Clocks.Received, w.Clocks.Assigned, w.Clocks.Verified, x.in(escalates.Name))},
		item{text: x.say("立案满 %d 小时仍无决定的，按对本人有利的原则暂停该事项，除非有工作人员署名书面延长（每次最多 %d 小时）。",
			"Without a decision %d hours after the opening, the hold is suspended in the person's favour, unless a named officer extends it in writing (by %d hours at the most each time).", w.Clocks.Last, w.Extension)})
	rows := [][]string{{x.say("本人在", "The person is"), x.say("住在", "and stays"), x.say("办理单位", "Office"), x.say("电话", "Phone")}}
	for _, r := range x.p.Routing {
		office, _ := x.p.ContactOf(r.Office)
		rows = append(rows, []string{RoutePlaces[r.Where].In(x.words.lang), RoutePlaces[r.Stays].In(x.words.lang), x.in(office.Name), office.Phone})
	}
	x.table(rows...)
	x.paragraph(x.say("承诺书（%s）：“%s”", "Letter of commitment (%s): “%s”", w.Commitment.Version, x.in(w.Commitment.Text)))
}

// RoutePlaces are the words for Wheres and Stays.
var RoutePlaces = map[string]healthcode.Text{
	"in-city": {ZH: "本地", EN: "here in the city"},
	"outside": {ZH: "外地或境外", EN: "somewhere else"},
	"home":    {ZH: "家中或亲友家", EN: "at home, or with family or friends"},
	"hotel":   {ZH: "酒店、民宿", EN: "in a hotel or guest house"},
	"campus":  {ZH: "学校、园区或工地宿舍", EN: "on a campus or in staff housing"},
}

// Deadline returns the hours of a state; 0 where it has no clock.
func (c Clocks) Deadline(state healthcode.CaseState) int {
	switch state {
	case healthcode.CaseReceived:
		return c.Received
	case healthcode.CaseAssigned:
		return c.Assigned
	case healthcode.CaseVerified:
		return c.Verified
	}
	return 0
}

// WaitsFor says what the first end of a rule waits for; "" for a rule that isn't there.
func (d *Document) WaitsFor(rule string) string {
	for _, r := range d.Rules {
		if r.Rule == rule && len(r.Until) > 0 {
			if r.Until[0].Waits != "" {
				return r.Until[0].Waits
			}
			return r.Until[0].Ends
		}
	}
	return ""
}

// Subject is what a case about a rule is called: its hold, or the rule of a colour. "" for a rule that isn't there.
func (d *Document) Subject(rule string) string {
	for _, r := range d.Rules {
		if r.Rule == rule {
			if r.Hold != "" {
				return r.Hold
			}
			return r.Rule
		}
	}
	return ""
}
