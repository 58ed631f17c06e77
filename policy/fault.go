package policy

import (
	"fmt"
	"slices"
	"strings"

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
			faults = append(faults, fmt.Sprintf("%s.%s: %s has no such field", variable, name, article(string(kind))))
		}
	})
	c.comparisons(func(variable, name, value string) {
		values := closed(kinds[variable], name)
		switch {
		case variable == "areas" && !slices.Contains(healthcode.Levels, healthcode.Level(value)):
			faults = append(faults, fmt.Sprintf("areas.%s is never %q; it is one of %v", name, value, healthcode.Levels))
		case values != nil && !slices.Contains(values, value):
			faults = append(faults, fmt.Sprintf("%s.%s is never %q; it is one of %s", variable, name, value, strings.Join(values, ", ")))
		case name == "area" && !healthcode.ValidAreaCode(value):
			faults = append(faults, fmt.Sprintf("%s.area is never %q; it is six digits or, abroad, two capital letters", variable, value))
		}
	})
	if len(faults) > 0 {
		return faults
	}
	possible, failure := c.try(on, it)
	if !possible {
		faults = append(faults, "no fact fulfils this; the rule or end can't match")
	}
	if failure != nil {
		faults = append(faults, fmt.Sprintf("this fails for some facts (%v); guard it with has() or size()", failure))
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

// comparisons calls f for each string that the condition compares with a field,
// or with a level of areas: == and in.
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
			if arg.Kind() == ast.CallKind && levelFunctions[arg.AsCall().FunctionName()] != nil {
				variable, name, ok = "areas", arg.AsCall().FunctionName(), true
			}
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
