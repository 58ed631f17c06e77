package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"healthcode"
)

// times are the fields that every kind has, beside its own.
var times = []string{"source", "kind", "recorded"}

// visit calls f for every expression inside the condition.
func (c *condition) visit(f func(ast.Expr)) {
	ast.PostOrderVisit(c.ast.NativeRep().Expr(), ast.NewExprVisitor(f))
}

func (c *condition) speaksOf(variable string) bool {
	found := false
	c.visit(func(e ast.Expr) {
		found = found || e.Kind() == ast.IdentKind && e.AsIdent() == variable
	})
	return found
}

// field returns the variable and the field of an expression like fact.class.
func field(e ast.Expr) (variable, name string, ok bool) {
	if e.Kind() != ast.SelectKind || e.AsSelect().Operand().Kind() != ast.IdentKind {
		return "", "", false
	}
	return e.AsSelect().Operand().AsIdent(), e.AsSelect().FieldName(), true
}

// faults lists what can't be right in a condition about a fact of kind on and,
// where it isn't "", another of kind it: a field that the kind doesn't have, a value that a field
// never has, and a condition that no fact fulfils.
func (c *condition) faults(on, it healthcode.Kind) []string {
	var faults []string
	kinds := map[string]healthcode.Kind{"fact": on, "it": it}
	if it == "" && c.speaksOf("it") {
		return []string{"it is another fact, which only first, given and unless have; say fact"}
	}
	c.visit(func(e ast.Expr) {
		variable, name, ok := field(e)
		kind := kinds[variable]
		if !ok || kind == "" {
			return
		}
		own := append(slices.Clone(times), "time")
		if kind.Spans() {
			own = append(slices.Clone(times), "from", "to")
		}
		if !slices.Contains(own, name) && !kind.HasField(name) {
			faults = append(faults, fmt.Sprintf("%s.%s: a %s has no such field", variable, name, kind))
		}
	})
	c.comparisons(func(variable, name, value string) {
		if kind := kinds[variable]; kind != "" {
			if values := closed(kind, name); values != nil && !slices.Contains(values, value) {
				faults = append(faults, fmt.Sprintf("%s.%s is never %q; it is one of %s", variable, name, value, strings.Join(values, ", ")))
			}
		}
	})
	if len(faults) == 0 && !c.possible(on, it) {
		faults = append(faults, "no fact fulfils this; the rule or end can't match")
	}
	return faults
}

// closed returns the values of a field that has a closed list.
func closed(kind healthcode.Kind, name string) []string {
	for _, f := range kind.Fields() {
		if f.Name == name {
			return f.Values
		}
	}
	return nil
}

// comparisons calls f for each string that the condition compares with a field: == and in.
func (c *condition) comparisons(f func(variable, name, value string)) {
	c.visit(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || len(e.AsCall().Args()) != 2 {
			return
		}
		switch e.AsCall().FunctionName() {
		case operators.Equals, operators.NotEquals, operators.In, operators.OldIn:
		default:
			return
		}
		for i, arg := range e.AsCall().Args() {
			variable, name, ok := field(arg)
			if !ok {
				continue
			}
			for _, value := range literals(e.AsCall().Args()[1-i]) {
				f(variable, name, value)
			}
		}
	})
}

// literals returns the strings of a literal or of a list of literals.
func literals(e ast.Expr) []string {
	switch e.Kind() {
	case ast.LiteralKind:
		if s, ok := e.AsLiteral().(types.String); ok {
			return []string{string(s)}
		}
	case ast.ListKind:
		var out []string
		for _, element := range e.AsList().Elements() {
			out = append(out, literals(element)...)
		}
		return out
	}
	return nil
}

// sampleLimit bounds the facts that possible tries. A condition with more
// combinations is taken to be possible.
const sampleLimit = 200_000

// possible reports whether some fact fulfils the condition: it tries every
// combination of the values that could make a difference. Those are a field's
// closed values, and for the others what the condition itself names, and its neighbours.
func (c *condition) possible(on, it healthcode.Kind) bool {
	s := c.sampler()
	var fields []*sampled
	for variable, kind := range map[string]healthcode.Kind{"fact": on, "it": it} {
		if kind != "" {
			fields = append(fields, s.fields(c, variable, kind)...)
		}
	}
	total := 1
	for _, f := range fields {
		if total *= f.n; total > sampleLimit {
			return true
		}
	}
	sc := scope{areas: NewAreas(healthcode.AreaHistory{})}
	for n := range total {
		fact, other := healthcode.Fact{Kind: on}, healthcode.Fact{Kind: it}
		for _, f := range fields {
			target := &fact
			if f.variable == "it" {
				target = &other
			}
			f.set(target, n%f.n)
			n /= f.n
		}
		if it == "" && fact.Weak() {
			continue // weak evidence raises nothing
		}
		sc.fact, sc.it = &fact, &other
		if out, _, err := c.program.Eval(&sc); err != nil || out == types.True {
			return true // an error may be the sample's fault
		}
	}
	return false
}

// sampled is one field and the values to try.
type sampled struct {
	variable string
	n        int
	set      func(f *healthcode.Fact, i int)
}

// sampler holds the literals of a condition.
type sampler struct {
	strings []string
	ints    []int
	times   []time.Time
}

func (c *condition) sampler() *sampler {
	s := &sampler{strings: []string{"", "?"}, ints: []int{0, 1}}
	base := time.Date(2022, 4, 25, 9, 0, 0, 0, time.UTC)
	s.times = []time.Time{{}, base, base.Add(-time.Second), base.Add(time.Second),
		base.AddDate(-2, 0, 0), base.AddDate(2, 0, 0)}
	c.visit(func(e ast.Expr) {
		if e.Kind() != ast.LiteralKind {
			return
		}
		switch v := e.AsLiteral().(type) {
		case types.String:
			s.strings = append(s.strings, string(v), string(v)+"?", "?"+string(v))
			if t, err := time.Parse(time.RFC3339, string(v)); err == nil {
				s.times = append(s.times, t, t.Add(time.Second), t.Add(-time.Second))
			}
		case types.Int:
			n := int(v)
			s.ints = append(s.ints, n-1, n, n+1)
			for _, d := range []time.Duration{time.Hour, 24 * time.Hour} {
				s.times = append(s.times, base.Add(time.Duration(n)*d), base.Add(-time.Duration(n)*d))
			}
		}
	})
	return s
}

// fields returns the fields of a variable that the condition speaks of.
func (s *sampler) fields(c *condition, variable string, kind healthcode.Kind) []*sampled {
	names := map[string]bool{"evidence": kind == healthcode.KindStay}
	c.visit(func(e ast.Expr) {
		if v, name, ok := field(e); ok && v == variable {
			names[name] = true
		}
	})
	var out []*sampled
	for name, used := range names {
		if used {
			f := s.field(name, kind)
			f.variable = variable
			out = append(out, f)
		}
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
		return &sampled{n: len(s.times), set: func(f *healthcode.Fact, i int) { *of(f) = s.times[i] }}
	}
	list := func(of func(*healthcode.Fact) *[]string) *sampled {
		all := s.strings[2:]
		return &sampled{n: 2 + len(all), set: func(f *healthcode.Fact, i int) {
			switch i {
			case 0:
				*of(f) = nil
			case 1:
				*of(f) = all
			default:
				*of(f) = all[i-2 : i-1]
			}
		}}
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
