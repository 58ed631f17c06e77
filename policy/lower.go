package policy

import (
	"slices"
	"time"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"healthcode"
)

// Conditions are nearly all made of a few operations that can't fail. lower
// turns such a condition into Go closures, which take a fraction of the time that CEL's evaluation takes and
// give the same answers; for any other it returns nil.
func lower(e ast.Expr, loc *time.Location) func(*scope) bool {
	l := lowerer{loc: loc}
	if f, ok := l.bool(e); ok {
		return f
	}
	return nil
}

type lowerer struct {
	loc  *time.Location
	vars []string // the variables of exists around the expression
}

// maxVars is how deep exists may be nested.
const maxVars = 2

func (l *lowerer) bool(e ast.Expr) (func(*scope) bool, bool) {
	switch e.Kind() {
	case ast.SelectKind:
		return l.flag(e)
	case ast.ComprehensionKind:
		return l.exists(e.AsComprehension())
	case ast.CallKind:
		args := e.AsCall().Args()
		switch name := e.AsCall().FunctionName(); {
		case name == operators.LogicalNot:
			f, ok := l.bool(args[0])
			return func(s *scope) bool { return !f(s) }, ok
		case name == operators.LogicalAnd || name == operators.LogicalOr:
			f, ok := l.bool(args[0])
			g, also := l.bool(args[1])
			if name == operators.LogicalAnd {
				return func(s *scope) bool { return f(s) && g(s) }, ok && also
			}
			return func(s *scope) bool { return f(s) || g(s) }, ok && also
		case name == operators.In:
			return l.in(args[0], args[1])
		case len(args) == 2 && compares[name] != nil:
			return l.compare(compares[name], args[0], args[1])
		}
	}
	return nil, false
}

// flag reads a field that is true or false, and has() of any other.
func (l *lowerer) flag(e ast.Expr) (func(*scope) bool, bool) {
	of, name, ok := l.factField(e)
	if !ok {
		return nil, false
	}
	if e.AsSelect().IsTestOnly() {
		if t, ok := timeField(name); ok {
			return func(s *scope) bool { return !t(of(s)).IsZero() }, true
		}
		return nil, false
	}
	switch name {
	case "completed":
		return func(s *scope) bool { return of(s).Completed }, true
	case "verified":
		return func(s *scope) bool { return of(s).Verified }, true
	}
	return nil, false
}

// compares are the comparisons, by what they make of the order of their arguments.
var compares = map[string]func(order int) bool{
	operators.Equals:        func(n int) bool { return n == 0 },
	operators.NotEquals:     func(n int) bool { return n != 0 },
	operators.Less:          func(n int) bool { return n < 0 },
	operators.LessEquals:    func(n int) bool { return n <= 0 },
	operators.Greater:       func(n int) bool { return n > 0 },
	operators.GreaterEquals: func(n int) bool { return n >= 0 },
}

func (l *lowerer) compare(fits func(int) bool, a, b ast.Expr) (func(*scope) bool, bool) {
	if f, ok := l.text(a); ok {
		g, ok := l.text(b)
		return func(s *scope) bool {
			x, y := f(s), g(s)
			switch {
			case x < y:
				return fits(-1)
			case x > y:
				return fits(1)
			}
			return fits(0)
		}, ok
	}
	if f, ok := l.int(a); ok {
		g, ok := l.int(b)
		return func(s *scope) bool { return fits(f(s) - g(s)) }, ok
	}
	f, ok := l.time(a)
	g, also := l.time(b)
	return func(s *scope) bool { return fits(f(s).Compare(g(s))) }, ok && also
}

func (l *lowerer) in(e, list ast.Expr) (func(*scope) bool, bool) {
	f, ok := l.text(e)
	if !ok {
		return nil, false
	}
	if list.Kind() == ast.ListKind {
		of := literals(list)
		return func(s *scope) bool { return slices.Contains(of, f(s)) }, len(of) == list.AsList().Size()
	}
	g, ok := l.list(list)
	return func(s *scope) bool { return slices.Contains(g(s), f(s)) }, ok
}

// exists reads list.exists(x, …).
func (l *lowerer) exists(c ast.ComprehensionExpr) (func(*scope) bool, bool) {
	list, ok := l.list(c.IterRange())
	step := c.LoopStep()
	if !ok || len(l.vars) == maxVars || c.IterVar2() != "" || step.Kind() != ast.CallKind || step.AsCall().FunctionName() != operators.LogicalOr ||
		c.AccuInit().Kind() != ast.LiteralKind || c.AccuInit().AsLiteral() != types.False {
		return nil, false
	}
	place := len(l.vars)
	l.vars = append(l.vars, c.IterVar())
	body, ok := l.bool(step.AsCall().Args()[1])
	l.vars = l.vars[:place]
	return func(s *scope) bool {
		for _, v := range list(s) {
			s.vars[place] = v
			if body(s) {
				return true
			}
		}
		return false
	}, ok
}

func (l *lowerer) text(e ast.Expr) (func(*scope) string, bool) {
	switch e.Kind() {
	case ast.LiteralKind:
		v, ok := e.AsLiteral().(types.String)
		return func(*scope) string { return string(v) }, ok
	case ast.IdentKind:
		place := len(l.vars) - 1
		for place >= 0 && l.vars[place] != e.AsIdent() {
			place--
		}
		return func(s *scope) string { return s.vars[place] }, place >= 0
	case ast.SelectKind:
		of, name, ok := l.factField(e)
		field := textField[name]
		if !ok || field == nil || e.AsSelect().IsTestOnly() {
			return nil, false
		}
		return func(s *scope) string { return *field(of(s)) }, true
	case ast.CallKind:
		c := e.AsCall()
		level := levelFunctions[c.FunctionName()]
		if level == nil {
			return nil, false
		}
		f, ok := l.text(c.Args()[0])
		at, also := l.time(c.Args()[1])
		return func(s *scope) string { return string(level(s.areas, f(s), at(s))) }, ok && also
	}
	return nil, false
}

var levelFunctions = map[string]func(*Areas, string, time.Time) healthcode.Level{"level": (*Areas).Level, "city_level": (*Areas).CityLevel}

func (l *lowerer) int(e ast.Expr) (func(*scope) int, bool) {
	switch e.Kind() {
	case ast.LiteralKind:
		v, ok := e.AsLiteral().(types.Int)
		return func(*scope) int { return int(v) }, ok && v > -1e9 && v < 1e9
	case ast.SelectKind:
		of, name, ok := l.factField(e)
		if !ok || e.AsSelect().IsTestOnly() {
			return nil, false
		}
		switch name {
		case "dose":
			return func(s *scope) int { return of(s).Dose }, true
		case "doses":
			return func(s *scope) int { return of(s).Doses }, true
		case "phones":
			return func(s *scope) int { return of(s).Phones }, true
		}
	case ast.CallKind:
		if c := e.AsCall(); c.FunctionName() == "size" {
			target := c.Target()
			if !c.IsMemberFunction() {
				target = c.Args()[0]
			}
			f, ok := l.list(target)
			return func(s *scope) int { return len(f(s)) }, ok
		}
	}
	return nil, false
}

func (l *lowerer) list(e ast.Expr) (func(*scope) []string, bool) {
	of, name, ok := l.factField(e)
	switch {
	case !ok:
	case name == "symptoms":
		return func(s *scope) []string { return of(s).Symptoms }, true
	case name == "visited":
		return func(s *scope) []string { return of(s).Visited }, true
	}
	return nil, false
}

// time reads a field, and full days or hours from one that is always there.
func (l *lowerer) time(e ast.Expr) (func(*scope) time.Time, bool) {
	switch e.Kind() {
	case ast.SelectKind:
		of, name, ok := l.factField(e)
		if !ok || e.AsSelect().IsTestOnly() {
			return nil, false
		}
		field, ok := timeField(name)
		return func(s *scope) time.Time { return field(of(s)) }, ok
	case ast.CallKind:
		args := e.AsCall().Args()
		if len(args) != 2 || !always(args[0]) {
			return nil, false
		}
		t, ok := l.time(args[0])
		switch e.AsCall().FunctionName() {
		case "full_days_after":
			n, also := number(args[1])
			loc := l.loc
			return func(s *scope) time.Time { return dayEnd(t(s), n, loc) }, ok && also
		case operators.Add, operators.Subtract:
			n, also := hours(args[1])
			if e.AsCall().FunctionName() == operators.Subtract {
				n = -n
			}
			return func(s *scope) time.Time { return t(s).Add(time.Duration(n) * time.Hour) }, ok && also
		}
	}
	return nil, false
}

// always reports whether a time is one that no fact is without.
func always(e ast.Expr) bool {
	_, name, ok := field(e)
	return ok && (name == "time" || name == "from")
}

func hours(e ast.Expr) (int, bool) {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != "hours" {
		return 0, false
	}
	return number(e.AsCall().Args()[0])
}

// number reads a literal number within reason.
func number(e ast.Expr) (int, bool) {
	if e.Kind() != ast.LiteralKind {
		return 0, false
	}
	n, ok := e.AsLiteral().(types.Int)
	return int(n), ok && reasonable(n)
}

// factField reads fact.x or it.x.
func (l *lowerer) factField(e ast.Expr) (of func(*scope) *healthcode.Fact, name string, ok bool) {
	variable, name, ok := field(e)
	switch {
	case !ok || slices.Contains(l.vars, variable):
	case variable == "fact":
		return func(s *scope) *healthcode.Fact { return s.fact }, name, true
	case variable == "it":
		return func(s *scope) *healthcode.Fact { return s.it }, name, true
	}
	return nil, name, false
}

func timeField(name string) (func(*healthcode.Fact) time.Time, bool) {
	switch name {
	case "time":
		return func(f *healthcode.Fact) time.Time { return f.Time }, true
	case "from":
		return func(f *healthcode.Fact) time.Time { return f.From }, true
	case "to":
		return func(f *healthcode.Fact) time.Time { return f.To }, true
	case "recorded":
		return func(f *healthcode.Fact) time.Time { return f.Recorded }, true
	}
	return nil, false
}
