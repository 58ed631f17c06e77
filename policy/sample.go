package policy

import (
	"math/rand/v2"
	"slices"
	"time"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"healthcode"
)

// Bounds of try: how many combinations it goes through, and in how many random
// ones it looks for failures.
const (
	triesLimit = 100_000
	failTries  = 500
)

// try reports whether some fact fulfils the condition, and how evaluating it
// fails for some fact. It tries combinations of the values that could make a difference: a field's closed
// values, and for the others what the condition itself names, and its neighbours. Where that may not be all,
// the condition is taken to be possible.
func (c *condition) try(on, it healthcode.Kind) (possible bool, failure error) {
	s := c.sampler()
	fields := append(s.fields(c, "fact", on), s.fields(c, "it", it)...)
	total := 1
	for _, f := range fields {
		total = min(total*f.n, triesLimit+1)
	}
	sc := scope{areas: NewAreas(healthcode.AreaHistory{})}
	trial := func(pick func(*sampled) int) {
		fact, other := healthcode.Fact{Kind: on}, healthcode.Fact{Kind: it}
		for _, f := range fields {
			target := &fact
			if f.variable == "it" {
				target = &other
			}
			f.set(target, pick(f))
		}
		if fact.Weak() || other.Weak() {
			return // weak evidence raises nothing
		}
		sc.fact, sc.it = &fact, &other
		out, _, err := c.program.Eval(&sc)
		possible = possible || out == types.True
		if err != nil {
			failure = err
		}
	}
	for n := 0; n < total && total <= triesLimit && !possible; n++ {
		rest := n
		trial(func(f *sampled) int {
			i := rest % f.n
			rest /= f.n
			return i
		})
	}
	random := rand.New(rand.NewPCG(1, 2)) // a fixed seed: the same policy gets the same answer
	for n := 0; n < failTries && failure == nil && !(s.safe && possible); n++ {
		trial(func(f *sampled) int { return random.IntN(f.n) })
	}
	return possible || total > triesLimit || !s.complete, failure
}

// sampled is one field and the values to try.
type sampled struct {
	variable string
	n        int
	set      func(f *healthcode.Fact, i int)
}

// sampler holds the literals of a condition.
type sampler struct {
	strings  []string
	ints     []int
	times    []time.Time
	lists    [][]string
	complete bool // the samples are all that could make a difference
	safe     bool // nothing in the condition can fail
}

// simple are the operations that tell values apart only where the samples do.
var simple = []string{operators.Equals, operators.NotEquals, operators.In, operators.LogicalAnd, operators.LogicalOr,
	operators.LogicalNot, operators.Conditional, operators.NotStrictlyFalse, operators.Less, operators.LessEquals,
	operators.Greater, operators.GreaterEquals}

// maxListed bounds the literals of which every list is tried.
const maxListed = 6

func (c *condition) sampler() *sampler {
	base := time.Date(2022, 4, 25, 9, 0, 0, 0, time.UTC)
	s := &sampler{ints: []int{0, 1}, complete: true, safe: true, times: []time.Time{{}, base, base.Add(-time.Second),
		base.Add(time.Second), base.AddDate(-2, 0, 0), base.AddDate(2, 0, 0)}}
	literals := []string{"?"}
	c.visit(func(e ast.Expr) {
		switch e.Kind() {
		case ast.CallKind:
			name := e.AsCall().FunctionName()
			s.safe = s.safe && slices.Contains(simple, name)
			s.complete = s.complete && (slices.Contains(simple, name) || name == "timestamp")
		case ast.LiteralKind:
			switch v := e.AsLiteral().(type) {
			case types.String:
				if t, err := time.Parse(time.RFC3339, string(v)); err == nil {
					s.times = append(s.times, t, t.Add(time.Second), t.Add(-time.Second))
				} else if !slices.Contains(literals, string(v)) {
					literals = append(literals, string(v))
				}
			case types.Int:
				s.ints = append(s.ints, int(v)-1, int(v), int(v)+1)
			}
		}
	})
	s.strings = append(slices.Clone(literals), "")
	for _, v := range literals { // what comes after it, for <
		s.strings = append(s.strings, v+"?")
	}
	s.lists = sublists(literals)
	s.complete = s.complete && len(literals) <= maxListed
	return s
}

// sublists returns every list of the elements, or where they are many, each alone and all.
func sublists(of []string) [][]string {
	lists := [][]string{nil, of}
	if len(of) > maxListed {
		for i := range of {
			lists = append(lists, of[i:i+1])
		}
		return lists
	}
	for bits := 1; bits < 1<<len(of)-1; bits++ {
		var list []string
		for i, v := range of {
			if bits&(1<<i) != 0 {
				list = append(list, v)
			}
		}
		lists = append(lists, list)
	}
	return lists
}

// fields returns the fields of a variable that the condition speaks of.
func (s *sampler) fields(c *condition, variable string, kind healthcode.Kind) []*sampled {
	var names []string
	if kind == healthcode.KindStay {
		names = append(names, "evidence")
	}
	c.visit(func(e ast.Expr) {
		if v, name, ok := field(e); ok && v == variable && kind != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	})
	var out []*sampled
	for _, name := range names {
		f := s.field(name, kind)
		f.variable = variable
		out = append(out, f)
	}
	return out
}

func (s *sampler) field(name string, kind healthcode.Kind) *sampled {
	texts := s.strings
	if values := closed(kind, name); values != nil {
		texts = values
	}
	text := func(of func(*healthcode.Fact) *string) *sampled {
		return &sampled{n: len(texts), set: func(f *healthcode.Fact, i int) { *of(f) = texts[i] }}
	}
	number := func(of func(*healthcode.Fact) *int) *sampled {
		return &sampled{n: len(s.ints), set: func(f *healthcode.Fact, i int) { *of(f) = s.ints[i] }}
	}
	flag := func(of func(*healthcode.Fact) *bool) *sampled {
		return &sampled{n: 2, set: func(f *healthcode.Fact, i int) { *of(f) = i == 1 }}
	}
	moment := func(of func(*healthcode.Fact) *time.Time) *sampled {
		times := s.times
		if name == "time" || name == "from" {
			times = times[1:] // always there
		}
		return &sampled{n: len(times), set: func(f *healthcode.Fact, i int) { *of(f) = times[i] }}
	}
	list := func(of func(*healthcode.Fact) *[]string) *sampled {
		return &sampled{n: len(s.lists), set: func(f *healthcode.Fact, i int) { *of(f) = s.lists[i] }}
	}
	switch name {
	case "time":
		return moment(func(f *healthcode.Fact) *time.Time { return &f.Time })
	case "from":
		return moment(func(f *healthcode.Fact) *time.Time { return &f.From })
	case "to":
		return moment(func(f *healthcode.Fact) *time.Time { return &f.To })
	case "recorded":
		return moment(func(f *healthcode.Fact) *time.Time { return &f.Recorded })
	case "dose":
		return number(func(f *healthcode.Fact) *int { return &f.Dose })
	case "doses":
		return number(func(f *healthcode.Fact) *int { return &f.Doses })
	case "phones":
		return number(func(f *healthcode.Fact) *int { return &f.Phones })
	case "completed":
		return flag(func(f *healthcode.Fact) *bool { return &f.Completed })
	case "verified":
		return flag(func(f *healthcode.Fact) *bool { return &f.Verified })
	case "symptoms":
		return list(func(f *healthcode.Fact) *[]string { return &f.Symptoms })
	case "visited":
		return list(func(f *healthcode.Fact) *[]string { return &f.Visited })
	}
	if of := textField[name]; of != nil {
		return text(of)
	}
	return &sampled{n: 1, set: func(*healthcode.Fact, int) {}}
}

var textField = map[string]func(*healthcode.Fact) *string{
	"source":   func(f *healthcode.Fact) *string { return &f.Source },
	"analyte":  func(f *healthcode.Fact) *string { return &f.Analyte },
	"result":   func(f *healthcode.Fact) *string { return &f.Result },
	"lab":      func(f *healthcode.Fact) *string { return &f.Lab },
	"product":  func(f *healthcode.Fact) *string { return &f.Product },
	"lot":      func(f *healthcode.Fact) *string { return &f.Lot },
	"class":    func(f *healthcode.Fact) *string { return &f.Class },
	"area":     func(f *healthcode.Fact) *string { return &f.Area },
	"evidence": func(f *healthcode.Fact) *string { return &f.Evidence },
	"port":     func(f *healthcode.Fact) *string { return &f.Port },
	"origin":   func(f *healthcode.Fact) *string { return &f.Origin },
	"place":    func(f *healthcode.Fact) *string { return &f.Place },
	"category": func(f *healthcode.Fact) *string { return &f.Category },
}
