package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"healthcode/policy"
)

// notInputs are what some have asked for at a door, and no decision may depend on.
var notInputs = []string{"plate", "licence-plate", "license-plate", "household", "household-registration", "hukou",
	"registration", "residence", "origin", "nationality", "race", "employer"}

func runDecide(_ context.Context, args []string, std stdio) int {
	for _, arg := range args {
		name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
		if strings.HasPrefix(arg, "-") && slices.Contains(notInputs, name) {
			return std.fail("decide: %s is not an input anywhere: neither a number plate nor household registration nor "+
				"where somebody comes from may decide at a door; leave it out", name)
		}
	}
	fs := newFlagSet("decide", "--policy POLICY --venue VENUE [--state STATE] [flags]", std)
	ref := fs.String("policy", "", "the policy: tianjin, tianjin@2020-02, or a directory")
	venue := fs.String("venue", "", "the kind of venue, such as mall; healthcode policy explain lists them")
	state := fs.String("state", policy.StateNone, "the state shown: a colour, held, or none for no code")
	as := fs.String("as", policy.Capacities[0], "in which capacity somebody comes: "+strings.Join(policy.Capacities, ", ")+"; no decision depends on it")
	at := fs.instant("at", "the `time` whose version decides; where absent, the newest")
	var temperature *float64
	fs.Func("temperature", "body temperature in `°C`; where absent, not measured", func(s string) error {
		t, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return fmt.Errorf("write degrees Celsius, such as 36.5")
		}
		temperature = &t
		return nil
	})
	if _, code, done := fs.parse(args, 0); done {
		return code
	}
	switch {
	case *ref == "":
		return std.fail("decide: --policy is missing; say which, such as tianjin")
	case *venue == "":
		return std.fail("decide: --venue is missing; say which kind, such as mall")
	case !slices.Contains(policy.Capacities, *as):
		return std.fail("decide: --as %q is none of %s", *as, strings.Join(policy.Capacities, ", "))
	}
	finder, err := newFinder()
	if err != nil {
		return std.fail("decide: %v", err)
	}
	p, err := finder.find(*ref, *at)
	if err != nil {
		return std.fail("decide: %v", err)
	}
	decision, err := p.Decide(*venue, *state, temperature)
	if err != nil {
		return std.fail("decide: %v", err)
	}
	if err := writeJSON(std, decision); err != nil {
		return std.fail("decide: %v", err)
	}
	return exitOK
}
