package policy_test

import (
	"slices"
	"time"

	"healthcode"
)

// oracle reads the published tables row by row and asks of each instant "does
// it hold now?". It shares nothing with the engine: days are counted in seconds of UTC+8, and spans come
// from trying every instant at which anything could change.
type oracle struct {
	facts   []healthcode.Fact // known, not taken back
	areas   map[string]healthcode.County
	instant []int64 // in order
}

const never = int64(1) << 60

// unix is a time in seconds; absent is never reached.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return never
	}
	return t.Unix()
}

// after is date(event) + n + 1 days, 00:00 in UTC+8.
func after(event int64, n int64) int64 {
	if event == never {
		return never
	}
	const day, zone = 86400, 8 * 3600
	local := event + zone
	return local - local%day + (n+1)*day - zone
}

func start(f healthcode.Fact) int64 { return min(unix(f.From), unix(f.Time)) }

func known(f healthcode.Fact) int64 {
	if !f.Recorded.IsZero() {
		return unix(f.Recorded)
	}
	return start(f)
}

// effect is when a lift takes effect.
func effect(f healthcode.Fact) int64 {
	if !f.Time.IsZero() {
		return unix(f.Time)
	}
	return unix(f.Recorded)
}

// verified is when a quarantine's verification was known; never where it isn't complete and verified.
func verified(f healthcode.Fact) int64 {
	if !f.Completed || !f.Verified || f.To.IsZero() {
		return never
	}
	return max(unix(f.To), known(f))
}

func newOracle(w world) *oracle {
	o := &oracle{areas: map[string]healthcode.County{}}
	for _, c := range w.history.Areas {
		o.areas[c.Code] = c
	}
	var seen []healthcode.Fact
	for _, f := range w.facts {
		if known(f) <= w.knownAt.Unix() || f.Kind == healthcode.KindRetraction && f.Recorded.IsZero() && f.Time.IsZero() {
			seen = append(seen, f)
		}
	}
	var out func(f healthcode.Fact) bool
	out = func(f healthcode.Fact) bool { // taken back by a retraction that isn't
		return slices.ContainsFunc(seen, func(r healthcode.Fact) bool {
			return r.Kind == healthcode.KindRetraction && *r.Retracts == f.Ref() && !out(r)
		})
	}
	for _, f := range seen {
		if !out(f) {
			o.facts = append(o.facts, f)
		}
	}
	o.instants()
	return o
}

// instants collects every time at which anything could begin or end.
func (o *oracle) instants() {
	add := func(times ...int64) {
		for _, t := range times {
			if t < never {
				o.instant = append(o.instant, t)
			}
		}
	}
	for _, f := range o.facts {
		for _, t := range []time.Time{f.Time, f.From, f.To, f.Recorded} {
			add(unix(t), after(unix(t), 7), after(unix(t), 14), after(unix(t), 21))
		}
	}
	for _, c := range o.areas {
		for _, l := range c.Levels {
			add(unix(l.From))
		}
		for _, p := range c.HardestHit {
			add(unix(p.From), unix(p.To))
		}
		for _, n := range c.LocalCases {
			add(unix(n.Date), after(unix(n.Date), 14))
		}
	}
	slices.Sort(o.instant)
	o.instant = slices.Compact(o.instant)
}

// any reports whether some known fact of a kind fulfils f.
func (o *oracle) any(kind healthcode.Kind, f func(healthcode.Fact) bool) bool {
	return slices.ContainsFunc(o.facts, func(x healthcode.Fact) bool { return x.Kind == kind && f(x) })
}

func strong(f healthcode.Fact) bool { return f.Evidence != "payment" && f.Evidence != "ticket" }

// lifted reports whether a hold was lifted for a fact by an instant.
func (o *oracle) lifted(hold, rule string, f healthcode.Fact, t int64) bool {
	return o.any(healthcode.KindLift, func(l healthcode.Fact) bool {
		return (l.Hold == hold || l.Hold == rule) && known(f) <= unix(l.Covers) && effect(l) <= t
	})
}

func (o *oracle) level(code string, t int64) healthcode.Level {
	level := healthcode.LevelLow
	for _, l := range o.areas[code].Levels {
		if unix(l.From) <= t {
			level = l.Level
		}
	}
	return level
}

type period struct{ from, until int64 }

// spansOf lists when a county was at one of the levels.
func (o *oracle) spansOf(code string, levels ...healthcode.Level) (spans []period) {
	in := func(t int64) bool { return slices.Contains(levels, o.level(code, t)) }
	for _, t := range o.instant {
		if in(t) && !in(t-1) {
			spans = append(spans, period{t, never})
		}
		if !in(t) && in(t-1) {
			spans[len(spans)-1].until = t
		}
	}
	return spans
}

// overlap is the contract's: stay.from < span.until and span.from < stay.to.
func overlap(stay healthcode.Fact, span period) bool {
	return unix(stay.From) < span.until && span.from < unix(stay.To)
}

// riskStay reports whether the row "a stay that overlaps such a span" holds at t, N days after leaving.
func (o *oracle) riskStay(t, days int64, spans func(healthcode.Fact) []period, also func(healthcode.Fact, period) bool, ended func(healthcode.Fact) bool) bool {
	return o.any(healthcode.KindStay, func(s healthcode.Fact) bool {
		if !strong(s) || ended(s) || t >= after(unix(s.To), days) {
			return false
		}
		return slices.ContainsFunc(spans(s), func(p period) bool {
			return (overlap(s, p) || also(s, p)) && t >= max(unix(s.From), p.from)
		})
	})
}

func no(healthcode.Fact, period) bool { return false }

func notEnded(healthcode.Fact) bool { return false }

func (o *oracle) mediumOrHigh(s healthcode.Fact) []period {
	return o.spansOf(s.Area, healthcode.LevelMedium, healthcode.LevelHigh)
}

// row is one row of a table: whether it holds at an instant.
type row struct {
	rule, colour, hold string
	holds              func(t int64) bool
}

// diagnosed is from … to, as every table has it.
func (o *oracle) diagnosed(t int64) bool {
	return o.any(healthcode.KindDiagnosis, func(f healthcode.Fact) bool { return unix(f.From) <= t && t < unix(f.To) })
}

// contacted reports whether a contact of the class was at most so many full days ago.
func (o *oracle) contacted(class string, days int64) func(t int64) bool {
	return func(t int64) bool {
		return o.any(healthcode.KindContact, func(f healthcode.Fact) bool {
			return f.Class == class && unix(f.Time) <= t && t < after(unix(f.Time), days)
		})
	}
}

// quarantined reports whether somebody is in quarantine; end is when that ends.
func (o *oracle) quarantined(places []string, end func(healthcode.Fact) int64) func(t int64) bool {
	return func(t int64) bool {
		return o.any(healthcode.KindQuarantine, func(f healthcode.Fact) bool {
			return slices.Contains(places, f.Place) && unix(f.From) <= t && t < end(f)
		})
	}
}

// has reports whether a fact lists one of the symptoms.
func has(f healthcode.Fact, symptoms ...string) bool {
	return slices.ContainsFunc(f.Symptoms, func(s string) bool { return slices.Contains(symptoms, s) })
}

// answer is what the oracle says.
type answer struct {
	state, colour string
	holds         map[string]period
	reasons       []string // rule and colour
	questions     []string
	next          int64
}

// ask reads the table at an instant.
func (o *oracle) ask(rows []row, colours []string, at int64) answer {
	picture := func(t int64) (string, []string) {
		worst, open := len(colours)-1, []string(nil)
		for _, r := range rows {
			if !r.holds(t) {
				continue
			}
			if r.hold != "" {
				open = append(open, r.hold)
			} else {
				worst = min(worst, slices.Index(colours, r.colour))
			}
		}
		slices.Sort(open)
		return colours[worst], slices.Compact(open)
	}
	a := answer{holds: map[string]period{}, next: never}
	colour, open := picture(at)
	a.colour, a.state = colour, colour
	if colour == "green" && len(open) > 0 {
		a.state = "held"
	}
	for _, r := range rows {
		if r.colour != "" && r.holds(at) {
			a.reasons = append(a.reasons, r.rule+" "+r.colour)
		}
	}
	slices.Sort(a.reasons)
	for _, hold := range open {
		a.holds[hold] = o.stretch(rows, hold, at)
	}
	for _, t := range o.instant {
		if c, h := picture(t); t > at && (c != colour || !slices.Equal(h, open)) {
			a.next = t
			break
		}
	}
	for _, f := range o.facts {
		asked := f.Kind == healthcode.KindStay && !strong(f) && unix(f.From) <= at
		if asked && !o.any(healthcode.KindDeclaration, func(d healthcode.Fact) bool { return unix(d.Time) > unix(f.From) && unix(d.Time) <= at }) {
			a.questions = append(a.questions, f.ID)
		}
	}
	slices.Sort(a.questions)
	return a
}

// stretch is how long a hold has been and will be open without a gap.
func (o *oracle) stretch(rows []row, hold string, at int64) period {
	open := func(t int64) bool {
		return slices.ContainsFunc(rows, func(r row) bool { return r.hold == hold && r.holds(t) })
	}
	p := period{from: at, until: never}
	for _, t := range slices.Backward(o.instant) {
		if t <= at {
			if !open(t) {
				break
			}
			p.from = t
		}
	}
	for _, t := range o.instant {
		if t > at && !open(t) {
			p.until = t
			break
		}
	}
	return p
}
