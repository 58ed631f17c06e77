package web

import (
	"fmt"
	"math"
	"strings"
	"time"

	"healthcode"
	"healthcode/policy"
)

// timeline is the past and the future of a code, ready to be drawn.
type timeline struct {
	start, end string // of the scale
	now        string // place of the marker, in percent
	nowAnchor  string // text-anchor that keeps its label inside
	segments   []timelineSegment
}

type timelineSegment struct {
	number           int
	left, width      string // percent
	middle           string
	wide             bool // wide enough to carry its number
	current          bool
	state            policy.State
	holds            []string
	from, until      time.Time
	started, openEnd bool // it began before the scale; its end isn't known
	best             bool // nothing is known against the person
	patternID        string
}

// The scale reaches this far beyond what happens on it.
const (
	timelineMargin = 2 * 24 * time.Hour
	timelineLeast  = 7 * 24 * time.Hour // on each side of now
	leastWidth     = 1.5                // percent, so that an hour can still be seen
	numberWidth    = 7.0
)

// timelineOf lays out segments, oldest first, as [status.Code.Timeline] gives them.
func timelineOf(v view, segments []healthcode.Segment) timeline {
	from, until := timelineScale(segments, v.now)
	at := func(t time.Time) float64 {
		return 100 * min(1, max(0, float64(t.Sub(from))/float64(until.Sub(from))))
	}
	now := at(v.now)
	t := timeline{start: shortDay(v.lang, from), end: shortDay(v.lang, until), now: percent(now), nowAnchor: "middle"}
	switch {
	case now < 15:
		t.nowAnchor = "start"
	case now > 85:
		t.nowAnchor = "end"
	}
	for i, s := range segments {
		last := i == len(segments)-1
		if s.From.After(until) || s.Until != nil && s.Until.Before(from) {
			continue
		}
		seg := timelineSegment{number: len(t.segments) + 1, from: s.From, started: i == 0,
			openEnd: s.Until == nil,
			state:   v.state(s.State), best: s.State == v.policy.BaseColour()}
		x, end := at(s.From), 100.0
		if s.Until != nil {
			seg.until = *s.Until
			if !last || seg.until.Before(until) {
				end = at(seg.until)
			}
		}
		seg.current = !s.From.After(v.now) && (s.Until == nil || s.Until.After(v.now))
		width := min(max(end-x, leastWidth), 100-x)
		seg.left, seg.width, seg.middle = percent(x), percent(width), percent(x+width/2)
		seg.wide = width >= numberWidth
		if math.Abs(x+width/2-now) < numberWidth/2 { // the marker would cross the number out
			seg.middle = percent(x + width/4)
		}
		seg.patternID = fmt.Sprintf("timeline-%d", seg.number)
		for _, h := range s.Holds {
			seg.holds = append(seg.holds, v.hold(h))
		}
		t.segments = append(t.segments, seg)
	}
	return t
}

// timelineScale shows every change, and a week on each side of now at least.
func timelineScale(segments []healthcode.Segment, now time.Time) (from, until time.Time) {
	from, until = now.Add(-timelineLeast), now.Add(timelineLeast)
	for _, s := range segments[min(1, len(segments)):] {
		if t := s.From.Add(-timelineMargin); t.Before(from) {
			from = t
		}
		if t := s.From.Add(timelineMargin); t.After(until) {
			until = t
		}
	}
	return from, until
}

func percent(n float64) string { return strings.TrimSuffix(fmt.Sprintf("%.2f", n), ".00") + "%" }

// state returns how a state is shown. A state that only an earlier version of
// the policy had is shown by its own word.
func (v view) state(id string) policy.State {
	if s, ok := v.policy.StateOf(id); ok {
		return s
	}
	return policy.State{Name: healthcode.Text{ZH: id, EN: id}, Shape: "square", Paint: "#4a4f55"}
}

// hold returns the name of a hold.
func (v view) hold(id string) string {
	if h, ok := v.policy.HoldOf(id); ok {
		return v.say(h.Name)
	}
	return id
}
