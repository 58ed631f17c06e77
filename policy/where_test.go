package policy

import (
	"testing"
	"time"

	"healthcode"
)

func TestWhereaboutsAndAdvice(t *testing.T) {
	d := &Document{Areas: []string{"11"}}
	at := func(day int) time.Time { return time.Date(2022, 4, day, 12, 0, 0, 0, time.UTC) }
	stay := func(area, evidence string, from, to int) healthcode.Fact {
		f := healthcode.Fact{Kind: healthcode.KindStay, Area: area, Evidence: evidence, From: at(from)}
		if to > 0 {
			f.To = at(to)
		}
		return f
	}
	for name, c := range map[string]struct {
		facts []healthcode.Fact
		want  string
	}{
		"nothing is known":        {nil, "in-city"},
		"there now":               {[]healthcode.Fact{stay("310115", "telecom", 20, 0)}, "outside"},
		"there, and left":         {[]healthcode.Fact{stay("310115", "telecom", 20, 22)}, "in-city"},
		"there, then here":        {[]healthcode.Fact{stay("310115", "telecom", 20, 0), stay("110105", "telecom", 25, 0)}, "in-city"},
		"here, then there":        {[]healthcode.Fact{stay("110105", "telecom", 20, 0), stay("310115", "declared", 25, 0)}, "outside"},
		"a ticket says nothing":   {[]healthcode.Fact{stay("310115", "ticket", 20, 0)}, "in-city"},
		"there, then arrived":     {[]healthcode.Fact{stay("310115", "telecom", 20, 0), {Kind: healthcode.KindArrival, Time: at(26)}}, "in-city"},
		"what is still to come":   {[]healthcode.Fact{stay("310115", "telecom", 29, 0)}, "in-city"},
		"a day trip of yesterday": {[]healthcode.Fact{stay("310115", "declared", 27, 28)}, "in-city"},
	} {
		if got := d.Whereabouts(c.facts, at(28)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	here, there := healthcode.Text{ZH: "在京", EN: "Here"}, healthcode.Text{ZH: "暂缓", EN: "Put off"}
	two, one := HoldKind{Advice: here, AdviceElsewhere: there}, HoldKind{Advice: here}
	if two.AdviceAt("in-city") != here || two.AdviceAt("outside") != there || one.AdviceAt("outside") != here {
		t.Error("the advice doesn't fit the place")
	}
}
