package boarding

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"healthcode"
	"healthcode/internal/identity"
)

// checker collects what is wrong with a directory of rules, each with its file and line.
type checker struct {
	rules    *Rules
	problems []error
	file     string
	root     *yaml.Node
	at       []any // the path to what is being checked: names and indexes
}

// in descends while f runs.
func (c *checker) in(step any, f func()) {
	c.at = append(c.at, step)
	f()
	c.at = c.at[:len(c.at)-1]
}

// say notes a problem with a field of what is being checked; "" is the whole of it.
func (c *checker) say(field, format string, args ...any) {
	path := c.at
	if field != "" {
		path = append(slices.Clone(path), field)
	}
	c.problems = append(c.problems, fmt.Errorf("%s:%d: %s%s", c.file, lineOf(c.root, path), prefix(field), fmt.Sprintf(format, args...)))
}

func prefix(field string) string {
	if field == "" {
		return ""
	}
	return field + ": "
}

// lineOf follows a path as far as the file has it.
func lineOf(n *yaml.Node, path []any) int {
	line := n.Line
	for _, step := range path {
		var next *yaml.Node
		switch step := step.(type) {
		case int:
			if n.Kind == yaml.SequenceNode && step < len(n.Content) {
				next = n.Content[step]
			}
		case string:
			for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == step {
					next, line = n.Content[i+1], n.Content[i].Line
				}
			}
		}
		if next == nil {
			return line
		}
		n = next
		if _, index := step.(int); index {
			line = n.Line
		}
	}
	return line
}

var (
	idForm      = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
	airportForm = regexp.MustCompile(`^[A-Z]{3}$`)
)

func (c *checker) id(field, id string) {
	if !idForm.MatchString(id) {
		c.say(field, "%q: use small letters, digits and hyphens, at most 40", id)
	}
}

func (c *checker) text(field string, t healthcode.Text) {
	if !t.Complete() {
		c.say(field, "write it in both languages: zh and en")
	}
}

func (c *checker) country(field, code string) {
	if found, ok := identity.FindCountry(code); !ok || found.Alpha2 != code {
		c.say(field, "%q is no country: use ISO 3166-1 alpha-2, such as DE", code)
	}
}

func (c *checker) zone(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" {
		return zone
	}
	c.say("time_zone", "%q is no time zone: use a name such as Europe/Berlin", name)
	return time.UTC
}

// each runs f within every element of a list, and refuses an id that was there before.
func each[T any](c *checker, list string, all []T, id func(*T) string, f func(*T)) {
	seen := map[string]bool{}
	c.in(list, func() {
		for i := range all {
			c.in(i, func() {
				if id := id(&all[i]); seen[id] {
					c.say("", "%q is there twice", id)
				} else {
					seen[id] = true
				}
				f(&all[i])
			})
		}
	})
}

// places checks places.yaml.
func (c *checker) places(root *yaml.Node) {
	c.file, c.root = placesFile, root
	p := &c.rules.Places
	each(c, "missions", p.Missions, func(m *Mission) string { return m.ID }, c.mission)
	each(c, "airports", p.Airports, func(a *Airport) string { return a.Code }, func(a *Airport) {
		if !airportForm.MatchString(a.Code) {
			c.say("airport", "%q: use the IATA code, three capital letters", a.Code)
		}
		c.text("city", a.City)
		c.country("country", a.Country)
		a.Zone = c.zone(a.TimeZone)
	})
	each(c, "classes", p.Classes, func(k *Class) string { return k.ID }, func(k *Class) {
		c.id("class", k.ID)
		c.text("name", k.Name)
		if k.AgeUnder < 0 || k.AgeUnder > 150 {
			c.say("age_under", "%d is no age in years", k.AgeUnder)
		}
	})
	each(c, "labs", p.Labs, func(l *LabList) string { return l.ID }, func(l *LabList) {
		c.id("labs", l.ID)
		if len(l.Names) == 0 {
			c.say("names", "the list names no laboratory")
		}
		each(c, "names", l.Names, func(n *Lab) string { return n.Name }, func(n *Lab) {
			if n.Name == "" {
				c.say("name", "write the laboratory's name as its certificates have it")
			}
		})
	})
}

var kindsOfMission = []string{"embassy", "consulate-general", "consulate"}

func (c *checker) mission(m *Mission) {
	c.id("mission", m.ID)
	if !slices.Contains(kindsOfMission, m.Kind) {
		c.say("kind", "%q: use one of %v", m.Kind, kindsOfMission)
	}
	c.text("name", m.Name)
	c.text("city", m.City)
	c.country("country", m.Country)
	if len(m.Serves) == 0 {
		c.say("serves", "name at least one country")
	}
	each(c, "serves", m.Serves, func(s *Served) string { return s.Country }, func(s *Served) { c.country("country", s.Country) })
	m.Zone = c.zone(m.TimeZone)
	if m.TargetHours < 1 || m.TargetHours > 240 {
		c.say("target_hours", "%d: give 1 to 240 working hours", m.TargetHours)
	}
	if m.Contact.Phone == "" && m.Contact.Email == "" {
		c.say("contact", "give a telephone number or an e-mail address")
	}
	c.in("hours", func() { c.hours(&m.Hours) })
}

func (c *checker) hours(h *Hours) {
	for _, name := range h.Days {
		found := false
		for day := time.Sunday; day <= time.Saturday; day++ {
			if sameLab(day.String(), name) {
				h.days[day], found = true, true
			}
		}
		if !found {
			c.say("days", "%q is no day of the week in English", name)
		}
	}
	if len(h.Days) == 0 {
		c.say("days", "name at least one day")
	}
	for field, value := range map[string]*time.Duration{"from": &h.from, "until": &h.until} {
		text := map[string]string{"from": h.From, "until": h.Until}[field]
		clock, err := time.Parse("15:04", text)
		if err != nil {
			c.say(field, "%q: use hours and minutes such as 09:00", text)
			continue
		}
		*value = time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute
	}
	if h.until <= h.from {
		c.say("until", "the end of the working hours must be after their beginning")
	}
}

// notice checks one notice by itself.
func (c *checker) notice(n *Notice, root *yaml.Node) {
	c.file, c.root = n.File, root
	c.id("notice", n.ID)
	mission, ok := c.rules.Mission(n.Mission)
	if !ok {
		c.say("mission", "%s has no mission %q", placesFile, n.Mission)
	}
	switch {
	case n.From.IsZero():
		c.say("from", "say from which day of departure the notice holds")
	case !n.Until.IsZero() && !n.From.Before(n.Until.Date):
		c.say("until", "it must be after from; the day itself isn't included")
	}
	c.text("title", n.Title)
	c.text("text", n.Text)
	if n.RetentionDays < 1 || n.RetentionDays > 366 {
		c.say("retention_days", "%d: give 1 to 366 days", n.RetentionDays)
	}
	if len(n.Sets) == 0 {
		c.say("sets", "a notice needs at least one requirement set")
	}
	each(c, "sets", n.Sets, func(s *Set) string { return s.ID }, func(s *Set) { c.set(s, mission) })
	for i := range n.Sets {
		for j := range i {
			if class, ok := overlap(&n.Sets[j], &n.Sets[i]); ok {
				c.in("sets", func() {
					c.in(i, func() {
						c.say("", "a %s may fall under this set and under %q: only one may apply", class, n.Sets[j].ID)
					})
				})
			}
		}
	}
}

func (c *checker) set(s *Set, mission *Mission) {
	c.id("set", s.ID)
	if len(s.Origins) == 0 {
		c.say("origins", "name the countries of departure")
	}
	for _, origin := range s.Origins {
		if origin == "*" {
			continue
		}
		c.country("origins", origin)
		if mission != nil && !slices.ContainsFunc(mission.Serves, func(v Served) bool { return v.Country == origin }) {
			c.say("origins", "the mission doesn't serve %s", origin)
		}
	}
	if !s.Transit.Any && !s.Transit.None && len(s.Transit.Countries) == 0 {
		c.say("transit", "write none, any or a list of countries")
	}
	for _, country := range s.Transit.Countries {
		c.country("transit", country)
	}
	if len(s.Classes) == 0 {
		c.say("classes", "name the classes of traveller")
	}
	for _, class := range s.Classes {
		if _, ok := c.rules.Class(class); !ok {
			c.say("classes", "%s has no class %q", placesFile, class)
		}
	}
	if s.Statement.Hours < 1 || s.Statement.Hours > 240 {
		c.say("statement", "hours_after_departure: give 1 to 240 hours")
	}
	if s.Exempt != (len(s.Items) == 0) {
		c.say("items", "name what is needed, or write exempt: true where nothing is")
	}
	earlier := map[string]bool{}
	each(c, "items", s.Items, func(i *Item) string { return i.ID }, func(i *Item) {
		c.id("item", i.ID)
		c.text("title", i.Title)
		if len(i.Any) == 0 {
			c.say("any", "name at least one option")
		}
		c.in("any", func() {
			for n := range i.Any {
				c.in(n, func() { c.option(&i.Any[n], earlier) })
			}
		})
		earlier[i.ID] = true
	})
}

// conditions lists which fields each kind of option may have.
var conditions = map[string][]string{
	KindTest:        {"target", "analyte", "result", "labs", "within_hours", "within_days", "other_lab_than", "hours_after"},
	KindVaccination: {"target", "complete", "products", "full_days", "max_days"},
	KindRecovery:    {"target", "full_days", "max_days"},
	KindPaper:       {"paper", "max_days"},
}

func (c *checker) option(o *Option, earlier map[string]bool) {
	allowed, ok := conditions[o.Kind]
	if !ok {
		c.say("kind", "%q: use test, vaccination, recovery or paper", o.Kind)
		return
	}
	for field, there := range map[string]bool{"target": o.Target != "", "analyte": o.Analyte != "", "result": o.Result != "", "labs": o.Labs != "",
		"within_hours": o.WithinHours != 0, "within_days": o.WithinDays != 0, "other_lab_than": o.OtherLabThan != "", "hours_after": o.HoursAfter != 0,
		"complete": o.Complete, "products": len(o.Products) > 0, "full_days": o.FullDays != 0, "max_days": o.MaxDays != 0, "paper": o.Paper != ""} {
		if there && !slices.Contains(allowed, field) {
			c.say(field, "a %s has no such condition", o.Kind)
		}
	}
	for field, n := range map[string]int{"within_hours": o.WithinHours, "within_days": o.WithinDays, "hours_after": o.HoursAfter, "full_days": o.FullDays, "max_days": o.MaxDays} {
		if n < 0 || n > 10000 {
			c.say(field, "%s is out of range", strconv.Itoa(n))
		}
	}
	switch o.Kind {
	case KindTest:
		c.test(o, earlier)
	case KindPaper:
		c.id("paper", o.Paper)
	}
	if o.MaxDays > 0 && o.FullDays > 0 && o.FullDays >= o.MaxDays {
		c.say("full_days", "nothing can be older than %d full days and at most %d days old", o.FullDays, o.MaxDays)
	}
}

func (c *checker) test(o *Option, earlier map[string]bool) {
	if o.Analyte == "" {
		c.say("analyte", "say what is tested, such as nucleic-acid")
	}
	if o.Result == "" {
		c.say("result", "say which result is needed: negative or positive")
	}
	if (o.WithinHours == 0) == (o.WithinDays == 0) {
		c.say("within_hours", "give either within_hours or within_days")
	}
	if o.Labs != "" && !slices.ContainsFunc(c.rules.Labs, func(l LabList) bool { return l.ID == o.Labs }) {
		c.say("labs", "%s has no list of laboratories %q", placesFile, o.Labs)
	}
	if o.OtherLabThan != "" && !earlier[o.OtherLabThan] {
		c.say("other_lab_than", "%q is no item before this one", o.OtherLabThan)
	}
	if o.HoursAfter != 0 && o.OtherLabThan == "" {
		c.say("hours_after", "it goes with other_lab_than")
	}
}

// overlap finds a class of traveller for whom two sets could both apply.
func overlap(a, b *Set) (class string, ok bool) {
	if !slices.ContainsFunc(a.Origins, func(o string) bool { return o == "*" || slices.Contains(b.Origins, o) }) && !slices.Contains(b.Origins, "*") {
		return "", false
	}
	switch {
	case a.Transit.None && !b.Transit.Any && !b.Transit.None, b.Transit.None && !a.Transit.Any && !a.Transit.None:
		return "", false
	case len(a.Transit.Countries) > 0 && len(b.Transit.Countries) > 0 &&
		!slices.ContainsFunc(a.Transit.Countries, func(t string) bool { return slices.Contains(b.Transit.Countries, t) }):
		return "", false
	}
	for _, class := range a.Classes {
		if slices.Contains(b.Classes, class) {
			return class, true
		}
	}
	return "", false
}

// sequence checks that no two notices of a mission hold on one day.
func (c *checker) sequence() {
	all := c.rules.Notices
	slices.SortStableFunc(all, func(a, b Notice) int {
		if a.Mission != b.Mission {
			return map[bool]int{true: -1, false: 1}[a.Mission < b.Mission]
		}
		return a.From.Compare(b.From.Date)
	})
	for i := 1; i < len(all); i++ {
		before, n := &all[i-1], &all[i]
		if before.Mission == n.Mission && before.covers(n.From.Date) {
			c.problems = append(c.problems, fmt.Errorf("%s:1: from: on %s the notice %s (%s) still holds: give that one an until", n.File, n.From, before.Name(), before.File))
		}
	}
}
