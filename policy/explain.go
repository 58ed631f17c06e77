package policy

import (
	"fmt"
	"strings"

	"healthcode"
)

// Explain puts the policy into words that an official can read: every state,
// rule, span, end, exit and text, and the doors.
func (p *Policy) Explain(lang healthcode.Language) *Page {
	x := explainer{Page: &Page{lang: lang, Title: fmt.Sprintf("%s (%s)", p.Name.In(lang), p.Ref())}, words: words{lang: lang}, p: p}
	x.head()
	x.states()
	x.heading(2, x.say("规则", "Rules"))
	x.paragraph(x.say("每条规则从符合条件的事实推出一段时间，到其中最早的一个终点为止。事件当天为第0天；“满N天”指第N天之后的次日零点（当地时间）。",
		"Each rule gives a span of time for each fact that it matches, up to the earliest of its ends. The day of an event is day 0; “N full days” end at 00:00 local time after day N."))
	for i := range p.rules {
		x.rule(&p.rules[i])
	}
	x.standing()
	x.holds()
	x.doors()
	x.casework()
	x.settings()
	return x.Page
}

type explainer struct {
	*Page
	words
	p *Policy
}

func (x *explainer) in(t healthcode.Text) string { return t.In(x.words.lang) }

// template returns a text with words for its placeholders.
func (x *explainer) template(t healthcode.Text) string {
	date := x.say("〔日期〕", "[date]")
	return strings.NewReplacer("{area}", x.say("〔地区〕", "[county]"), "{start}", date, "{end}", date, "{since}", date, "{until}", date).Replace(x.in(t))
}

func (x *explainer) head() {
	p := x.p
	issued := x.in(p.Issued.By)
	if d := x.in(p.Issued.Document); d != "" {
		issued += x.say("《%s》", ", %s", d)
	}
	x.list(
		item{text: x.say("发布：%s", "Issued by %s", issued)},
		item{text: x.say("有效期：%s 零点起，至 %s 零点止（不含当日）", "In force from %s, 00:00, until %s, 00:00", p.InForce.From, p.InForce.Until)},
		item{text: x.say("时区：%s", "Time zone: %s", p.TimeZone)},
		item{text: x.say("文件 SHA-256：`%s`", "SHA-256 of the file: `%s`", p.SHA256)})
}

func (x *explainer) states() {
	x.heading(2, x.say("状态", "States"))
	x.paragraph(x.say("按严重程度排列；同时符合几项的，显示最重的一项，原因全部保留。", "The worst stands first; where several apply the worst is shown, and every reason is kept."))
	rows := [][]string{{x.say("状态", "State"), x.say("形状", "Shape"), x.say("含义", "Meaning"), x.say("提示", "Advice")}}
	row := func(s State, note string) {
		rows = append(rows, []string{"**" + x.in(s.Name) + "**" + note, x.term(s.Shape), x.in(s.Means), x.in(s.Advice)})
	}
	for i, c := range x.p.Colours {
		if i == len(x.p.Colours)-1 && len(x.p.Holds) > 0 {
			row(x.p.Held, "")
		}
		note := ""
		if c.Yields {
			note = x.say("（有未办事项时不显示）", " (not shown while a hold is open)")
		}
		row(c.State, note)
	}
	x.table(rows...)
}

func (x *explainer) rule(r *rule) {
	effect := ""
	if r.hold >= 0 {
		effect = x.in(x.p.Holds[r.hold].Name)
	} else {
		effect = x.in(x.p.Colours[r.colour].Name)
	}
	x.heading(3, fmt.Sprintf("%s · %s", effect, r.Rule.Rule))
	x.paragraph(x.say("本人看到：“%s”", "The person reads: “%s”", x.template(r.Text)))
	items := []item{{text: x.say("**适用**：每一次%s", "**On** each %s", x.term(string(r.On)))}}
	if r.where != nil {
		items = append(items, item{text: x.say("**条件**：%s", "**where** %s", x.condition(r.where))})
	}
	for i := range r.given {
		items = append(items, item{text: x.say("**并且**另有%s", "**given** %s", x.seek(&r.given[i]))})
	}
	for i := range r.unless {
		items = append(items, item{text: x.say("**除非**另有%s", "**unless** there is %s", x.seek(&r.unless[i]))})
	}
	if r.area != nil {
		items = append(items, item{text: x.area(r)})
	}
	start := x.moment(r.from, r.On)
	if r.area != nil {
		start = x.say("%s，或该地进入上述状态之时，取较晚者", "%s, or when the county comes into that state, whichever is later", start)
	}
	items = append(items, item{text: x.say("**自**%s", "**from** %s", start)})
	ends := item{text: x.say("**至**以下各项中最早的一项", "**until** the earliest of")}
	for i := range r.ends {
		e := &r.ends[i]
		ends.below = append(ends.below, x.say("%s。本人看到：“%s”", "%s. The person reads: “%s”", x.end(e, r.On), x.template(e.Exit)))
	}
	x.list(append(items, ends)...)
}

// seek says which other facts are looked for.
func (x *explainer) seek(s *seek) string {
	out := x.say("%s", "%s", x.term(string(s.kind)))
	if x.words.lang == healthcode.EN {
		out = article(out)
	}
	if s.atLeast > 1 {
		out = x.say("至少%[2]d次%[1]s", "at least %[2]d of: %[1]s", x.term(string(s.kind)), s.atLeast)
	}
	if s.apart > 0 {
		out += x.say("（每次相隔至少%d小时）", " (each at least %d hours after the one before)", int(s.apart.Hours()))
	}
	if s.where != nil {
		out += x.say("，%s", " where %s", x.condition(s.where))
	}
	return out
}

func (x *explainer) area(r *rule) string {
	a := r.area
	place := x.say("停留地", "the county of the stay")
	if a.ofOrigin {
		place = x.say("来源地", "the county of origin")
	}
	if a.ofCity {
		place += x.say("所在城市（任一县区）", ", or another one in its city,")
	}
	state := ""
	switch {
	case a.landPort:
		state = x.say("有陆路边境口岸", "has a land border port")
	case a.hardestHit:
		state = x.say("在重点地区名单上", "is on the list of hardest-hit areas")
	case a.cases > 0:
		state = x.say("累计有本土病例至少%d例，每例计%d天", "has had local cases, %d or more, each counted for %d full days", a.cases, a.within)
	default:
		var levels []string
		for _, l := range r.Area.Level {
			levels = append(levels, x.term(string(l)))
		}
		state = x.say("为%s", "is %s", strings.Join(levels, x.say("或", " or ")))
	}
	out := x.say("**期间**%s%s", "**while** %s %s", place, state)
	if a.reach > 0 {
		out += x.say("，包括离开后%d天之内", ", also within %d full days after it", a.reach)
	}
	return out
}

// end says when an end comes, and what it depends on.
func (x *explainer) end(e *end, on healthcode.Kind) string {
	var out string
	switch e.kind {
	case endMoment:
		out = x.moment(e.moment, on)
		if e.where != nil {
			out += x.say("，前提是%s", ", provided that %s", x.condition(e.where))
		}
	case endFirst:
		out = x.say("同时或此后首次%s", "then or later, the first to come: %s", x.seek(&e.seek))
		if e.seek.before > 0 {
			out += x.say("（之前%d小时以内的也算）", " (one from up to %d hours before counts)", int(e.seek.before.Hours()))
		}
		out += x.say("，以%s为准", ", counted at %s", x.moment(e.seek.at, e.seek.kind))
	case endAreaEnds:
		out = x.say("该地不再处于上述状态", "the county leaves that state")
	case endAreaLevel:
		out = x.say("该地转为%s", "the county becomes %s", x.term(string(e.level)))
	case endLift:
		out = x.say("工作人员解除", "an officer's lift")
	}
	switch {
	case e.kind == endLift:
	case e.Ends == "automatic":
		out += x.say("（自动）", ", by itself")
	default:
		out += x.say("（取决于：%s）", " (it depends on: %s)", x.term(e.Ends))
	}
	if len(e.Needs) > 0 {
		out += x.say("；需要%s", "; it needs %s", x.terms(e.Needs))
	}
	return out
}

func (x *explainer) terms(ids []string) string {
	var out []string
	for _, id := range ids {
		out = append(out, x.term(id))
	}
	return strings.Join(out, x.say("、", ", "))
}

// moment says when a moment of a kind of fact is.
func (x *explainer) moment(m moment, kind healthcode.Kind) string {
	var at string
	switch {
	case m.anchor == anchorRecorded:
		at = x.say("其发生并登记之时", "the time at which it has happened and is recorded")
	case m.anchor == anchorTo:
		at = x.say("其结束", "its end")
	case kind.Spans():
		at = x.say("其开始", "its start")
	default:
		at = x.say("其时间", "its time")
	}
	switch m.unit {
	case unitDays:
		return x.say("%[2]s之后满%[1]d天的次日零点", "00:00 after %d full days from %s", m.n, at)
	case unitHours:
		return x.say("%[2]s之后%[1]d小时", "%d hours after %s", m.n, at)
	}
	return at
}
