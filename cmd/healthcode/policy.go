package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"healthcode"
	"healthcode/policy"
)

const policyUsage = `Usage: healthcode policy COMMAND

  list                         the published policies
  check DIR                    check the policies in a directory
  test DIR                     check them, and run their scenarios
  explain POLICY [--html]      write a policy as a page that people can read
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
	case "test":
		return policyTest(args[1:], std)
	case "explain":
		return policyExplain(args[1:], std)
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
	set, code := policyDir("check", args, std)
	if set == nil {
		return code
	}
	for _, p := range set.Policies() {
		fmt.Fprintf(std.out, "%s: ok: %d rules, %d holds, %d venues; in force %s to %s\n",
			p.Ref(), len(p.Rules), len(p.Holds), len(p.Venues), p.InForce.From, p.InForce.Until)
	}
	return exitOK
}

func policyTest(args []string, std stdio) int {
	set, code := policyDir("test", args, std)
	if set == nil {
		return code
	}
	for _, p := range set.Policies() {
		file := filepath.Join(filepath.Dir(p.File), policy.ScenarioFile)
		data, err := os.ReadFile(file)
		if err != nil {
			std.fail("policy test: %v; write the scenarios of a policy beside it", err)
			code = exitFail
			continue
		}
		n, findings := p.Test(file, data)
		if len(findings) > 0 {
			std.fail("%v", findings)
			code = exitFail
			continue
		}
		fmt.Fprintf(std.out, "%s: ok: %d scenarios\n", p.Ref(), n)
	}
	return code
}

// policyDir reads and checks the one directory among args. Where set is nil,
// code is the exit code.
func policyDir(command string, args []string, std stdio) (set *policy.Set, code int) {
	fs := newFlagSet("policy "+command, "DIR", std)
	dirs, code, done := fs.parse(args, 1)
	if done {
		return nil, code
	}
	if len(dirs) == 0 {
		return nil, std.fail("policy %s: name the directory of the policy", command)
	}
	set, err := loadDir(dirs[0])
	var findings policy.Findings
	switch {
	case errors.As(err, &findings):
		std.fail("%v", findings)
		return nil, exitFail
	case err != nil:
		return nil, std.fail("policy %s: %v", command, err)
	}
	return set, exitOK
}

func policyExplain(args []string, std stdio) int {
	fs := newFlagSet("policy explain", "POLICY [--lang zh|en] [--html] [--at T]", std)
	lang := fs.String("lang", "en", "the language: zh or en")
	asHTML := fs.Bool("html", false, "write HTML instead of Markdown")
	at := fs.instant("at", "the `time` whose version is explained; where absent, the newest")
	refs, code, done := fs.parse(args, 1)
	if done {
		return code
	}
	language, ok := healthcode.ParseLanguage(*lang)
	switch {
	case !ok:
		return std.fail("policy explain: --lang %q is neither zh nor en", *lang)
	case len(refs) == 0:
		return std.fail("policy explain: name a policy, such as tianjin, or a directory")
	}
	finder, err := newFinder()
	if err != nil {
		return std.fail("policy explain: %v", err)
	}
	p, err := finder.find(refs[0], *at)
	if err != nil {
		return std.fail("policy explain: %v", err)
	}
	page := p.Explain(language)
	if *asHTML {
		fmt.Fprint(std.out, page.HTML())
	} else {
		fmt.Fprint(std.out, page.Markdown())
	}
	return exitOK
}
