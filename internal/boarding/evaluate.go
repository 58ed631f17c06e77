package boarding

import (
	"fmt"
	"slices"
	"time"

	"healthcode"
	"healthcode/internal/identity"
)

// A Journey is what decides which set applies, and against what papers are measured.
type Journey struct {
	Mission   string
	Class     string
	Birth     identity.Date
	Departure time.Time      // of the flight
	Zone      *time.Location // of the airport of origin
	Country   string         // of origin, alpha-2
	Transit   []string       // countries, in order; none = direct
}

// Day is the day of departure at the airport of origin.
func (j Journey) Day() identity.Date { return identity.DateOf(j.Departure.In(j.Zone)) }

// Evidence is what one paper proves. What a field doesn't say proves nothing.
type Evidence struct {
	Paper   string        `json:"paper"` // the paper's id
	Kind    string        `json:"kind"`
	Target  string        `json:"target,omitempty"`
	Analyte string        `json:"analyte,omitempty"`
	Result  string        `json:"result,omitempty"`
	Time    time.Time     `json:"time,omitzero"` // test: sampled
	Lab     string        `json:"lab,omitempty"`
	Day     identity.Date `json:"day,omitzero"` // vaccination: the dose; recovery: the first positive test; paper: issued
	Product string        `json:"product,omitempty"`
	Dose    int           `json:"dose,omitempty"`
	Doses   int           `json:"doses,omitempty"`
	What    string        `json:"what,omitempty"` // paper: what it is
}

// Finding says of one item whether it is satisfied, by what, or why not.
type Finding struct {
	Item      *Item
	Satisfied bool
	Evidence  *Evidence         // that satisfies it
	Until     time.Time         // until when a flight may leave with this evidence; zero = no limit
	Why       []healthcode.Text // what of the evidence there is doesn't satisfy it, and why
}

// Assessment is what a set says of the evidence.
type Assessment struct {
	Set      *Set
	Findings []Finding
	Complete bool
	// Until is when a statement ends: so long after departure as the set says, and no later than what it rests on.
	Until time.Time
}

// The codes of journeys to which no rule applies.
const (
	CodeNoNotice healthcode.Code = "no_notice"
	CodeNoSet    healthcode.Code = "no_requirement_set"
	CodeClass    healthcode.Code = "wrong_class"
)

// Find returns the notice and the one set for a journey.
func (r *Rules) Find(j Journey) (*Notice, *Set, error) {
	class, ok := r.Class(j.Class)
	if !ok {
		return nil, nil, healthcode.Errorf(CodeClass, "class", "请从列表中选择旅客类别。", "Choose a class of traveller from the list.")
	}
	day := j.Day()
	if class.AgeUnder > 0 && (j.Birth.IsZero() || identity.Age(j.Birth, day) >= class.AgeUnder) {
		return nil, nil, healthcode.Errorf(CodeClass, "class", fmt.Sprintf("这一类别只适用于出发当日未满 %d 岁的旅客，请选择其他类别。", class.AgeUnder),
			"This class is for travellers who are under %d on the day of departure; choose another one.", class.AgeUnder)
	}
	n, ok := r.NoticeOn(j.Mission, day)
	if !ok {
		return nil, nil, healthcode.Errorf(CodeNoNotice, "date", "该使领馆没有适用于这一出发日期的通知，请联系使领馆。", "This mission has no notice for that day of departure; ask the mission.")
	}
	for i := range n.Sets {
		if n.Sets[i].applies(j) {
			return n, &n.Sets[i], nil
		}
	}
	return n, nil, healthcode.Errorf(CodeNoSet, "transit", "通知没有规定您这样的行程（出发国、中转和类别）。请改变行程，或联系使领馆。",
		"The notice has no rule for such a journey (origin, transit and class). Change the journey, or ask the mission.")
}

func (s *Set) applies(j Journey) bool {
	if !slices.Contains(s.Classes, j.Class) || !slices.Contains(s.Origins, j.Country) && !slices.Contains(s.Origins, "*") {
		return false
	}
	if s.Transit.Any || len(j.Transit) == 0 {
		return s.Transit.Any || s.Transit.None
	}
	return !slices.ContainsFunc(j.Transit, func(t string) bool { return !slices.Contains(s.Transit.Countries, t) })
}

// Evaluate says which items of a set the evidence satisfies for a journey, as of an instant. It is pure. Where items
// compete for evidence, as many as possible are satisfied.
func (p *Places) Evaluate(s *Set, j Journey, evidence []Evidence, now time.Time) Assessment {
	e := evaluation{places: p, journey: j, evidence: evidence, now: now, set: s, chosen: make([]match, len(s.Items)), best: make([]match, len(s.Items))}
	e.search(0, 0)
	a := Assessment{Set: s, Complete: true, Until: j.Departure.Add(time.Duration(s.Statement.Hours) * time.Hour)}
	for i := range s.Items {
		f := Finding{Item: &s.Items[i]}
		if m := e.best[i]; m.evidence != nil {
			f.Satisfied, f.Evidence, f.Until = true, m.evidence, m.until
			if !m.until.IsZero() && m.until.Before(a.Until) {
				a.Until = m.until
			}
		} else {
			a.Complete = false
			f.Why = e.why(i)
		}
		a.Findings = append(a.Findings, f)
	}
	if !now.Before(a.Until) {
		a.Complete = false
	}
	return a
}

// match is evidence for an item.
type match struct {
	evidence *Evidence
	until    time.Time
}

// evaluation searches for the choice that satisfies the most items.
type evaluation struct {
	places   *Places
	set      *Set
	journey  Journey
	evidence []Evidence
	now      time.Time

	chosen, best []match
	most         int
	steps        int
}

// maxSteps bounds the search. Sets have few items, and applications few papers.
const maxSteps = 20000

func (e *evaluation) search(item, satisfied int) {
	e.steps++
	if item == len(e.set.Items) {
		if satisfied > e.most {
			e.most = satisfied
			copy(e.best, e.chosen)
		}
		return
	}
	if satisfied+len(e.set.Items)-item <= e.most || e.steps > maxSteps {
		return
	}
	for _, o := range e.set.Items[item].Any {
		for i := range e.evidence {
			until, why := e.satisfies(&o, &e.evidence[i])
			if why != nil {
				continue
			}
			e.chosen[item] = match{&e.evidence[i], until}
			e.search(item+1, satisfied+1)
		}
	}
	e.chosen[item] = match{}
	e.search(item+1, satisfied)
}

// why collects what is wrong with the evidence of the kinds that an item wants.
func (e *evaluation) why(item int) []healthcode.Text {
	var all []healthcode.Text
	copy(e.chosen, e.best)
	for _, o := range e.set.Items[item].Any {
		for i := range e.evidence {
			if _, why := e.satisfies(&o, &e.evidence[i]); why != nil && *why != otherThing && !slices.Contains(all, *why) {
				all = append(all, *why)
			}
		}
	}
	return all
}

// earlier returns what was chosen for an item before.
func (e *evaluation) earlier(id string) *Evidence {
	for i := range e.set.Items {
		if e.set.Items[i].ID == id {
			return e.chosen[i].evidence
		}
	}
	return nil
}

// otherThing is evidence of something else; it needs no words.
var otherThing = healthcode.Text{ZH: "另一种材料。", EN: "Another kind of paper."}

func because(zh, en string, args ...any) *healthcode.Text {
	return &healthcode.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
}

// satisfies returns until when a flight may leave with the evidence, or why it doesn't satisfy the option.
func (e *evaluation) satisfies(o *Option, v *Evidence) (time.Time, *healthcode.Text) {
	switch {
	case o.Kind != v.Kind || o.Analyte != v.Analyte || o.Paper != v.What:
		return time.Time{}, &otherThing
	case o.Target != "" && v.Target != o.Target:
		return time.Time{}, because("这份材料是关于另一种疾病的。", "This paper is about another disease.")
	}
	if o.Kind == KindTest {
		return e.test(o, v)
	}
	return e.dated(o, v)
}

const shownTime = "2006-01-02 15:04"

func (e *evaluation) test(o *Option, v *Evidence) (time.Time, *healthcode.Text) {
	zone, departure := e.journey.Zone, e.journey.Departure
	sampled := v.Time.In(zone)
	switch {
	case v.Result != o.Result:
		return time.Time{}, because("检测结果不是所要求的结果。", "The result isn't the one that is needed.")
	case v.Time.IsZero():
		return time.Time{}, because("没有采样时间。", "There is no sampling time.")
	case v.Time.After(e.now):
		return time.Time{}, because("采样时间 %s 还没有到。", "The sampling time, %s, is in the future.", sampled.Format(shownTime))
	case v.Time.After(departure):
		return time.Time{}, because("采样时间 %s 在起飞之后。", "The sample was taken after departure, on %s.", sampled.Format(shownTime))
	case o.Labs != "" && !e.places.listed(o.Labs, v.Lab):
		return time.Time{}, because("检测机构不在使领馆的名单上。", "The laboratory is not on the mission's list.")
	}
	until := v.Time.Add(time.Duration(o.WithinHours) * time.Hour)
	if o.WithinDays > 0 {
		until = identity.DateOf(sampled).In(zone).AddDate(0, 0, o.WithinDays+1).Add(-time.Second)
	}
	if departure.After(until) {
		return time.Time{}, because("采样时间（出发地时间 %s）离起飞太久：有效至 %s。", "The sample is too old (taken on %s, local time of departure): it counted until %s.",
			sampled.Format(shownTime), until.In(zone).Format(shownTime))
	}
	if o.OtherLabThan != "" {
		if why := e.second(o, v); why != nil {
			return time.Time{}, why
		}
	}
	return until, nil
}

// second compares a test with the one before it.
func (e *evaluation) second(o *Option, v *Evidence) *healthcode.Text {
	first := e.earlier(o.OtherLabThan)
	switch {
	case first == nil:
		return because("第一次检测还没有合格。", "The test before this one isn't satisfied yet.")
	case first.Paper == v.Paper:
		return because("需要另一次检测的报告。", "The report of another test is needed.")
	case v.Lab == "" || sameLab(e.places.labName(first.Lab), e.places.labName(v.Lab)):
		return because("两次检测须由不同的机构完成。", "The two tests must be by different laboratories.")
	case v.Time.Before(first.Time.Add(time.Duration(o.HoursAfter) * time.Hour)):
		return because("两次采样须相隔 %d 小时以上。", "The samples must be taken at least %d hours apart.", o.HoursAfter)
	}
	return nil
}

// dated measures what carries a day.
func (e *evaluation) dated(o *Option, v *Evidence) (time.Time, *healthcode.Text) {
	zone, day := e.journey.Zone, e.journey.Day()
	switch {
	case len(o.Products) > 0 && !slices.Contains(o.Products, v.Product):
		return time.Time{}, because("这种疫苗不在认可之列。", "This vaccine is not among those that count.")
	case o.Complete && (v.Doses == 0 || v.Dose < v.Doses):
		return time.Time{}, because("接种没有全部完成。", "The course of vaccination isn't complete.")
	case (o.FullDays > 0 || o.MaxDays > 0) && v.Day.IsZero():
		return time.Time{}, because("材料上没有日期。", "The paper has no date.")
	case v.Day.In(zone).After(e.now):
		return time.Time{}, because("材料上的日期 %s 还没有到。", "The paper's date, %s, is in the future.", v.Day)
	}
	if free := addDays(v.Day, o.FullDays+1); o.FullDays > 0 && day.Before(free) {
		return time.Time{}, because("到出发时还不满 %d 日：%s 起可以。", "Less than %d full days will have passed: it counts from %s.", o.FullDays, free)
	}
	if o.MaxDays == 0 {
		return time.Time{}, nil
	}
	last := addDays(v.Day, o.MaxDays)
	if last.Before(day) {
		return time.Time{}, because("材料太旧：有效至 %s。", "The paper is too old: it counted until %s.", last)
	}
	return addDays(last, 1).In(zone).Add(-time.Second), nil
}

func addDays(d identity.Date, n int) identity.Date {
	return identity.DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC))
}
