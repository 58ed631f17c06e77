package notice

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"healthcode"
	"healthcode/policy"
)

// changedWords say what the status is now, why, until when, what to do and who can help.
func (v *sight) changedWords() (title, body healthcode.Text) {
	return both(func(l healthcode.Language) string {
		name := stateName(v.policy, v.here.State).In(l)
		if l == healthcode.ZH {
			return "您的健康码现在是：" + name
		}
		return "Your code is now: " + name
	}), both(func(l healthcode.Language) string { return v.explain(l, v.status, v.here, v.next, all) })
}

// changedMessage is the short form of changedWords: no name and no document.
func (v *sight) changedMessage() healthcode.Text {
	return both(func(l healthcode.Language) string { return v.short(l, "", v.status, v.here, v.next) })
}

// aheadWords say what the status will be, from when, why, and what to do before.
func (v *sight) aheadWords(then healthcode.Status, worse bool) (title, body, message healthcode.Text) {
	at := *v.here.Until
	title = both(func(l healthcode.Language) string {
		name, when := stateName(v.policy, v.next.State).In(l), moment(v.policy, l, at)
		switch {
		case l == healthcode.ZH && worse:
			return when + "起，您的健康码将变为：" + name
		case l == healthcode.ZH:
			return "好消息：" + when + "起，您的健康码将变为：" + name
		case worse:
			return "From " + when + " your code will be: " + name
		}
		return "Good news: from " + when + " your code will be: " + name
	})
	body = both(func(l healthcode.Language) string {
		first := ""
		if list := ended(v.policy, v.here, *v.next); len(list) > 0 {
			if l == healthcode.ZH {
				first = "届时结束：" + joinText(l, list) + "。"
			} else {
				first = "It ends then: " + joinText(l, list) + "."
			}
		}
		return strings.TrimSpace(first + space(l) + v.explain(l, then, *v.next, nil, all))
	})
	message = both(func(l healthcode.Language) string {
		return v.short(l, moment(v.policy, l, at), then, *v.next, nil)
	})
	return title, body, message
}

const (
	all  = 100
	most = 1 // reasons and ways in a short message
)

// explain says why, until when, what to do, and who can help.
func (v *sight) explain(l healthcode.Language, st healthcode.Status, here healthcode.Segment, next *healthcode.Segment, limit int) string {
	var parts []string
	say := func(zh, en string) {
		if l == healthcode.ZH {
			parts = append(parts, zh)
		} else {
			parts = append(parts, en)
		}
	}
	reasons, ways := why(st)
	if n := min(limit, len(reasons)); n > 0 {
		say("原因："+joinSentences(healthcode.ZH, reasons[:n]), "Why: "+joinSentences(healthcode.EN, reasons[:n]))
	}
	switch {
	case here.Until != nil && next != nil:
		when := func(l healthcode.Language) string { return moment(v.policy, l, *here.Until) }
		name := stateName(v.policy, next.State)
		say("到"+when(healthcode.ZH)+"为止，之后为"+name.ZH+"。", "Until "+when(healthcode.EN)+"; then: "+name.EN+".")
	case here.Until != nil:
		say("到"+moment(v.policy, healthcode.ZH, *here.Until)+"为止。", "Until "+moment(v.policy, healthcode.EN, *here.Until)+".")
	case here.State != v.policy.BaseColour():
		say("什么时候结束，要看下面的事何时办完。", "When it ends depends on what is still to be done.")
	}
	if n := min(limit, len(ways)); n > 0 {
		say("怎么办："+joinSentences(healthcode.ZH, ways[:n]), "What to do: "+joinSentences(healthcode.EN, ways[:n]))
	} else if state, ok := v.policy.StateOf(here.State); ok {
		say("怎么办："+state.Advice.ZH, "What to do: "+state.Advice.EN)
	}
	if c, ok := helper(v.policy, st); ok && here.State != v.policy.BaseColour() {
		say("谁能帮忙："+c.Name.ZH+"，电话 "+c.Phone+"。", "Who can help: "+c.Name.EN+", phone "+c.Phone+".")
	}
	return strings.Join(parts, space(l))
}

// short is a short message. When is "" for now.
func (v *sight) short(l healthcode.Language, when string, st healthcode.Status, here healthcode.Segment, next *healthcode.Segment) string {
	name := stateName(v.policy, here.State).In(l)
	head := fmt.Sprintf("[%s] Your code is now: %s.", v.policy.Name.EN, name)
	switch {
	case l == healthcode.ZH && when == "":
		head = fmt.Sprintf("【%s】您的健康码现在是：%s。", v.policy.Name.ZH, name)
	case l == healthcode.ZH:
		head = fmt.Sprintf("【%s】%s起，您的健康码将变为：%s。", v.policy.Name.ZH, when, name)
	case when != "":
		head = fmt.Sprintf("[%s] From %s your code will be: %s.", v.policy.Name.EN, when, name)
	}
	return head + space(l) + v.explain(l, st, here, next, most)
}

// why lists the reasons and the ways out, each once.
func why(st healthcode.Status) (reasons, ways []healthcode.Text) {
	add := func(list []healthcode.Text, more ...healthcode.Text) []healthcode.Text {
		for _, t := range more {
			if !slices.Contains(list, t) {
				list = append(list, t)
			}
		}
		return list
	}
	for _, r := range st.Reasons {
		reasons, ways = add(reasons, r.Text), add(ways, r.Exit...)
	}
	for _, h := range st.Holds {
		for _, r := range h.Reasons {
			reasons = add(reasons, r.Text)
		}
		ways = add(ways, h.Exit...)
	}
	return reasons, ways
}

// ended lists the holds that one segment has and the next hasn't.
func ended(p *policy.Policy, here, next healthcode.Segment) (names []healthcode.Text) {
	for _, id := range here.Holds {
		if slices.Contains(next.Holds, id) {
			continue
		}
		if h, ok := p.HoldOf(id); ok {
			names = append(names, h.Name)
		}
	}
	return names
}

// helper is who can help: the owner of the first hold, or the first contact of the policy.
func helper(p *policy.Policy, st healthcode.Status) (policy.Contact, bool) {
	if len(st.Holds) > 0 {
		if c, ok := p.ContactOf(st.Holds[0].Owner); ok {
			return c, true
		}
	}
	if len(p.Contacts) > 0 {
		return p.Contacts[0], true
	}
	return policy.Contact{}, false
}

func stateName(p *policy.Policy, state string) healthcode.Text {
	if s, ok := p.StateOf(state); ok {
		return s.Name
	}
	return healthcode.Text{ZH: state, EN: state}
}

// moment writes a date with its hour: the hour is what people misread.
func moment(p *policy.Policy, l healthcode.Language, t time.Time) string {
	t = t.In(p.Location)
	if l == healthcode.ZH {
		return fmt.Sprintf("%d月%d日 %s", t.Month(), t.Day(), t.Format("15:04"))
	}
	return t.Format("2 January 15:04")
}

func both(words func(healthcode.Language) string) healthcode.Text {
	return healthcode.Text{ZH: words(healthcode.ZH), EN: words(healthcode.EN)}
}

// space stands between two sentences.
func space(l healthcode.Language) string {
	if l == healthcode.ZH {
		return ""
	}
	return " "
}

func joinSentences(l healthcode.Language, list []healthcode.Text) string {
	var all []string
	for _, t := range list {
		words := t.In(l)
		if end := strings.TrimRight(words, "。.！!？?"); end == words {
			words += map[healthcode.Language]string{healthcode.ZH: "。", healthcode.EN: "."}[l]
		}
		all = append(all, words)
	}
	return strings.Join(all, space(l))
}

func joinText(l healthcode.Language, list []healthcode.Text) string {
	var all []string
	for _, t := range list {
		all = append(all, t.In(l))
	}
	return strings.Join(all, map[healthcode.Language]string{healthcode.ZH: "；", healthcode.EN: "; "}[l])
}
