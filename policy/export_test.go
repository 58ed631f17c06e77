package policy

import (
	"fmt"
	"time"

	"cel.dev/cel-go/common/types"

	"healthcode"
)

// Lowered compiles a condition and reports whether it is lowered.
func Lowered(source string, loc *time.Location) (bool, error) {
	c, err := compileCondition(source, loc)
	return err == nil && c.fast != nil, err
}

// CompareLowered evaluates a condition both ways.
func CompareLowered(source string, loc *time.Location, areas *Areas, fact, it *healthcode.Fact) error {
	c, err := compileCondition(source, loc)
	if err != nil {
		return err
	}
	s := scope{fact: fact, it: it, areas: areas}
	out, _, err := c.program.Eval(&s)
	if want, got := err == nil && out == types.True, c.fast(&s); got != want {
		return fmt.Errorf("%s: %v, and CEL says %v (%v)", source, got, out, err)
	}
	return nil
}

// Conditions lists the sources of every condition of a policy.
func (p *Policy) Conditions() (sources []string) {
	add := func(source string) {
		if source != "" {
			sources = append(sources, source)
		}
	}
	for _, r := range p.Rules {
		add(r.Where)
		for _, o := range append(r.Given, r.Unless...) {
			add(o.Where)
		}
		for _, e := range r.Until {
			add(e.Where)
		}
	}
	return sources
}

// Runner compiles a condition and returns how it is evaluated: lowered, or by CEL.
func Runner(source string, loc *time.Location, byCEL bool, fact, it *healthcode.Fact) (func() bool, error) {
	c, err := compileCondition(source, loc)
	if err != nil {
		return nil, err
	}
	if byCEL {
		c.fast = nil
	}
	s := scope{fact: fact, it: it, areas: NewAreas(healthcode.AreaHistory{})}
	return func() bool { return c.holds(&s) }, nil
}
