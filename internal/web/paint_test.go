package web

import (
	"math"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/policy"
)

func TestContrast(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want float64
	}{{"#000000", "#ffffff", 21}, {"#ffffff", "#ffffff", 1}, {"#777777", "#ffffff", 4.48}} {
		if got := contrast(test.a, test.b); math.Abs(got-test.want) > 0.01 {
			t.Errorf("contrast(%s, %s) = %.2f, want %.2f", test.a, test.b, got, test.want)
		}
	}
}

// TestPaintsCanBeRead: a badge's words on its paint, and a tag's words in it on white (WCAG 2.2 AA).
func TestPaintsCanBeRead(t *testing.T) {
	set := loadPolicies()
	css := string(paintStyles(set))
	for _, p := range set.Policies() {
		states := []policy.State{p.Held}
		for _, c := range p.Colours {
			states = append(states, c.State)
		}
		for _, s := range states {
			if s.Paint == "" {
				continue
			}
			if contrast(s.Paint, inkOn(s.Paint)) < 4.5 || contrast(s.Paint, "#ffffff") < 4.5 {
				t.Errorf("%s: %s can't be read", p.Ref(), s.Paint)
			}
			if !strings.Contains(css, "."+paintClass(s.Paint)+"{") {
				t.Errorf("%s: no class for %s", p.Ref(), s.Paint)
			}
		}
	}
	for _, bad := range []string{"", "red", "#12345", "#12345g", "#1234567", "url(x)"} {
		if class := paintClass(bad); class != "" {
			t.Errorf("paintClass(%q) = %q", bad, class)
		}
	}
}

// TestTimelineLayout: bars stand where their time is, touch, and never leave the drawing.
func TestTimelineLayout(t *testing.T) {
	set := loadPolicies()
	p, err := set.Find("beijing@2022-04", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2022, 4, 28, 9, 0, 0, 0, shanghai)
	v := view{lang: "zh", now: now, policy: p}
	at := func(days int) *time.Time { d := now.AddDate(0, 0, days); return &d }
	got := timelineOf(v, []healthcode.Segment{
		{From: *at(-30), Until: at(-20), State: "green"},
		{From: *at(-20), Until: at(-19), State: "red"},
		{From: *at(-19), Until: at(6), State: "green"},
		{From: *at(6), State: "held", Holds: []string{"4", "unheard-of"}},
	})
	if len(got.segments) != 4 {
		t.Fatalf("%d segments", len(got.segments))
	}
	// From 22 days ago to 8 days ahead: 30 days.
	for i, want := range []struct{ left, width string }{{"0%", "6.67%"}, {"6.67%", "3.33%"}, {"10%", "83.33%"}, {"93.33%", "6.67%"}} {
		if s := got.segments[i]; s.left != want.left || s.width != want.width {
			t.Errorf("segment %d: %s wide %s, want %s wide %s", i+1, s.left, s.width, want.left, want.width)
		}
	}
	if got.now != "73.33%" || !got.segments[2].current || got.segments[0].current || !got.segments[3].openEnd || !got.segments[0].started {
		t.Errorf("now %s: %+v", got.now, got.segments)
	}
	if holds := got.segments[3].holds; len(holds) != 2 || !strings.HasPrefix(holds[0], "弹窗4") || holds[1] != "unheard-of" {
		t.Errorf("holds %q", holds)
	}
	if empty := timelineOf(v, nil); len(empty.segments) != 0 || empty.now != "50%" {
		t.Errorf("nothing: %+v", empty)
	}
}

// TestRetiredStateIsShown by its word, where only an earlier version knew it.
func TestRetiredStateIsShown(t *testing.T) {
	p, err := loadPolicies().Find("tianjin@2020-02", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	v := view{lang: "en", policy: p}
	if s := v.state("purple"); v.say(s.Name) != "purple" || s.Shape == "" || paintClass(s.Paint) == "" {
		t.Errorf("%+v", s)
	}
}
