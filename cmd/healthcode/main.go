// Command healthcode is the whole product in one binary: the service, the
// demo, the importers and the tools around policies and certificates.
package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"
	_ "time/tzdata" // jurisdictions have time zones, and a small machine may have no zone files
)

// Exit codes of every command.
const (
	exitOK    = 0
	exitFail  = 1 // it ran, and the answer is no
	exitUsage = 2 // the input or the flags are wrong; standard error says what to do
)

// command is one of the binary's commands. The clock is real only here.
type command struct {
	summary string
	run     func(ctx context.Context, args []string, io stdio) int
}

// stdio is what a command reads and writes.
type stdio struct {
	in       io.Reader
	out, err io.Writer
	now      func() time.Time
}

func (io stdio) fail(format string, args ...any) int {
	fmt.Fprintf(io.err, format+"\n", args...)
	return exitUsage
}

// commands lists every command by name. Each stands in a file of its own.
var commands = map[string]command{
	"administrator": {"make the first account of a jurisdiction", runAdministrator},
	"areas":         {"print the stored area history as JSON", runAreas},
	"backup":        {"write database, keys and log to one encrypted file, while serving", runBackup},
	"bench":         {"measure what this machine holds", runBench},
	"certificate":   {"verify travel certificates and show trust lists", runCertificate},
	"check":         {"verify the integrity of a database and of its log of changes", runCheck},
	"decide":        {"what a venue decides on a state and a temperature", runDecide},
	"demo":          {"serve simulated data, with a clock in 2022", runDemo},
	"evaluate":      {"what a policy says of a person", runEvaluate},
	"import":        {"bring facts, areas or risk-area snapshots into a database", runImport},
	"keys":          {"look after the keys that sign travel certificates", runKeys},
	"lab":           {"sign and send results as a laboratory does", runLab},
	"log":           {"verify the transparency log of manual changes", runLog},
	"migrate":       {"bring the tables up to date, and spread them over a cluster", runMigrate},
	"missions":      {"check notices of embassies and consulates, and make officers' accounts", runMissions},
	"pass-keys":     {"list the keys that sign passes, and revoke one", runPassKeys},
	"policy":        {"check, test and explain policies", runPolicy},
	"protect":       {"encrypt the keys under a master key", runProtect},
	"restore":       {"make a data directory and database from a backup", runRestore},
	"serve":         {"serve pages and API", runServe},
	"trust":         {"trust lists and revocation lists of other countries", runTrust},
	"verify":        {"verify a pass offline", runVerify},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr, time.Now})
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, io stdio) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		usage(io.out)
		return exitOK
	}
	c, ok := commands[args[0]]
	if !ok {
		fmt.Fprintf(io.err, "healthcode: %q is no command\n\n", args[0])
		usage(io.err)
		return exitUsage
	}
	return c.run(ctx, args[1:], io)
}

func usage(w io.Writer) {
	fmt.Fprint(w, "healthcode runs a health code.\n\nUsage: healthcode COMMAND [flags]\n\n")
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, name := range slices.Sorted(maps.Keys(commands)) {
		fmt.Fprintf(tw, "  %s\t%s\n", name, commands[name].summary)
	}
	tw.Flush()
	fmt.Fprint(w, "\nhealthcode COMMAND --help tells a command's flags.\n")
}
