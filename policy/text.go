package policy

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"healthcode"
)

// placeholders can stand in the texts of rules, ends and the question.
var placeholders = []string{"area", "start", "end", "since", "until"}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

func placeholdersIn(s string) []string {
	var out []string
	for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
		out = append(out, m[1])
	}
	return out
}

// fill puts a match's own area and dates into a text: {area} the county,
// {start} and {end} of the fact, {since} and {until} of the span.
func (e *Evaluation) fill(t healthcode.Text, f *healthcode.Fact, from, until time.Time) healthcode.Text {
	if !strings.Contains(t.ZH, "{") && !strings.Contains(t.EN, "{") {
		return t
	}
	code := f.Area
	if code == "" {
		code = f.Origin
	}
	area := e.areas.Name(code)
	end := f.To
	if !f.Kind.Spans() {
		end = f.Time
	}
	in := func(s string, lang healthcode.Language) string {
		return placeholder.ReplaceAllStringFunc(s, func(p string) string {
			switch p {
			case "{area}":
				return area.In(lang)
			case "{start}":
				return e.policy.day(f.Start(), lang, now)
			case "{end}":
				return e.policy.day(end, lang, now)
			case "{since}":
				return e.policy.day(from, lang, now)
			case "{until}":
				return e.policy.day(until, lang, notKnown)
			}
			return p
		})
	}
	return healthcode.Text{ZH: in(t.ZH, healthcode.ZH), EN: in(t.EN, healthcode.EN)}
}

// What stands in for a date that isn't there: a stay still going on, an end nobody knows yet.
var (
	now      = healthcode.Text{ZH: "今", EN: "now"}
	notKnown = healthcode.Text{ZH: "尚未确定的日期", EN: "a date not yet known"}
)

// day writes a date as people write it.
func (p *Policy) day(t time.Time, lang healthcode.Language, absent healthcode.Text) string {
	if t.IsZero() {
		return absent.In(lang)
	}
	t = t.In(p.Location)
	if lang == healthcode.EN {
		return t.Format("2 January 2006")
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), int(t.Month()), t.Day())
}
