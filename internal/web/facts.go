package web

import (
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/area"
)

// factWords says what a fact is, in one line for the person it is about.
func factWords(v view, f healthcode.Fact) string {
	what := v.word(factKinds, string(f.Kind))
	detail := ""
	switch f.Kind {
	case healthcode.KindTest:
		detail = v.list(v.word(analytes, f.Analyte), v.word(results, f.Result), f.Lab)
	case healthcode.KindVaccination:
		detail = f.Product
	case healthcode.KindDiagnosis, healthcode.KindContact:
		detail = v.word(classes, f.Class)
	case healthcode.KindSymptoms, healthcode.KindClinic:
		detail = v.symptoms(f.Symptoms)
	case healthcode.KindStay:
		detail = v.list(v.area(f.Area), v.word(evidence, f.Evidence))
	case healthcode.KindEntry:
		detail = f.Port
	case healthcode.KindArrival:
		if f.Origin != "" {
			detail = v.say(textArrivedFrom, v.area(f.Origin))
		}
	case healthcode.KindQuarantine:
		detail = v.word(places, f.Place)
		if f.Completed {
			detail = v.list(detail, v.say(textCompleted))
		}
		if f.Verified {
			detail = v.list(detail, v.say(textVerified))
		}
	case healthcode.KindPurchase:
		detail = v.word(medicines, f.Category)
	case healthcode.KindDeclaration:
		var visited []string
		for _, code := range f.Visited {
			visited = append(visited, v.area(code))
		}
		if detail = v.list(visited...); detail == "" {
			detail = v.say(textVisitedNowhere)
		}
	}
	return v.joined(what, detail)
}

// factWhen says when a fact was true.
func factWhen(v view, f healthcode.Fact) string {
	switch {
	case !f.Kind.Spans():
		return v.factTime(f.Start())
	case f.To.IsZero():
		return v.say(textSince, v.factTime(f.From))
	}
	return v.say(textFromTo, v.factTime(f.From), v.factTime(f.To))
}

// factTime leaves the hour out where the source gave a day alone.
func (v view) factTime(t time.Time) string {
	t = t.In(v.now.Location())
	if h, m, s := t.Clock(); h+m+s == 0 {
		return v.day(t)
	}
	return v.moment(t)
}

// source says who a fact comes from: lab:bj-0007 is a laboratory.
func (v view) source(source string) string {
	kind, _, _ := strings.Cut(source, ":")
	if t, ok := sources[kind]; ok {
		return v.say(t)
	}
	return v.say(textOtherSource)
}

func (v view) symptoms(ids []string) string {
	if len(ids) == 0 {
		return v.say(textNoSymptoms)
	}
	var words []string
	for _, id := range ids {
		words = append(words, v.symptom(id))
	}
	return v.list(words...)
}

func (v view) symptom(id string) string {
	for _, s := range symptoms {
		if s.id == id {
			return v.say(s.text)
		}
	}
	return id
}

// area is the full name of a county, or of a country.
func (v view) area(code string) string {
	if name := area.FullName(code); name.Complete() {
		return v.say(name)
	}
	return country(v, code)
}

// word returns the text of a value, or the value where it has none.
func (v view) word(words map[string]healthcode.Text, value string) string {
	if t, ok := words[value]; ok {
		return v.say(t)
	}
	return value
}

// list joins what isn't empty, as the language does.
func (v view) list(words ...string) string {
	var all []string
	for _, w := range words {
		if w != "" {
			all = append(all, w)
		}
	}
	return strings.Join(all, v.say(textComma))
}

// joined puts a detail after what it belongs to.
func (v view) joined(what, detail string) string {
	if detail == "" {
		return what
	}
	return v.say(textDetail, what, detail)
}
