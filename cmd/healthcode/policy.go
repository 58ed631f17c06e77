package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"healthcode/policy"
)

const policyUsage = `Usage: healthcode policy COMMAND

  list                         the published policies
  check DIR                    check the policies in a directory
`

func runPolicy(_ context.Context, args []string, std stdio) int {
	if len(args) == 0 || args[0] == "-h" || args[0] == "--help" || args[0] == "help" {
		fmt.Fprint(std.out, policyUsage)
		return exitOK
	}
	switch args[0] {
	case "list":
		return policyList(args[1:], std)
	case "check":
		return policyCheck(args[1:], std)
	}
	return std.fail("policy: %q is no command\n\n%s", args[0], policyUsage)
}

func policyList(args []string, std stdio) int {
	fs := newFlagSet("policy list", "", std)
	if _, code, done := fs.parse(args, 0); done {
		return code
	}
	finder, err := newFinder()
	if err != nil {
		return std.fail("policy list: %v", err)
	}
	tw := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	for _, p := range finder.published.Policies() {
		fmt.Fprintf(tw, "%s\t%s to %s\t%s\t%s\n", p.Ref(), p.InForce.From, p.InForce.Until, p.Name.EN, p.Name.ZH)
	}
	tw.Flush()
	return exitOK
}

func policyCheck(args []string, std stdio) int {
	fs := newFlagSet("policy check", "DIR", std)
	dirs, code, done := fs.parse(args, 1)
	if done {
		return code
	}
	if len(dirs) == 0 {
		return std.fail("policy check: name the directory of the policy")
	}
	set, err := loadDir(dirs[0])
	var findings policy.Findings
	switch {
	case errors.As(err, &findings):
		std.fail("%v", findings)
		return exitFail
	case err != nil:
		return std.fail("policy check: %v", err)
	}
	for _, p := range set.Policies() {
		fmt.Fprintf(std.out, "%s: %d rules, %d holds, %d venues; in force %s to %s\n", p.Ref(), len(p.Rules), len(p.Holds), len(p.Venues), p.InForce.From, p.InForce.Until)
	}
	return exitOK
}
