package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"healthcode"
	"healthcode/internal/area"
	"healthcode/internal/identity"
	"healthcode/internal/intake"
	"healthcode/internal/vault"
)

const importUsage = `Usage: healthcode import facts [--data DIR] FILE|-
       healthcode import risk-areas [--data DIR] DIR
       healthcode import areas [--data DIR] FILE|-

Each fact is stored as it is. Results of one sample that came by several ways aren't merged here: a file says nothing of
the jurisdiction that settles results which differ. Send them to the API, or by healthcode lab push.

A file is limited like a feed of the API: where it would change the codes of too many people within a day, the rest is refused and an alarm
raised. Once a third person has released it (/staff/alarms), run the import again. Manual changes and lifts are made by two officers, and in no file.
`

// runImport brings facts or area history into a data directory. Each import can
// be interrupted and run again: what is there already stays as it is.
func runImport(ctx context.Context, args []string, std stdio) int {
	s := settings{Data: "data", LogLevel: "warn"}
	facts := func(ctx context.Context, store healthcode.Store, keys *vault.Vault, path string, std stdio) int {
		return s.importFacts(ctx, store, keys, path, std)
	}
	kinds := map[string]func(context.Context, healthcode.Store, *vault.Vault, string, stdio) int{
		"facts": facts, "risk-areas": importRiskAreas, "areas": importAreas}
	if len(args) == 0 || kinds[args[0]] == nil {
		fmt.Fprint(std.err, importUsage)
		return exitUsage
	}
	fs := flag.NewFlagSet("import "+args[0], flag.ContinueOnError)
	fs.SetOutput(std.err)
	s.flags(fs)
	if err := fs.Parse(args[1:]); err != nil {
		return exitUsage
	}
	if fs.NArg() != 1 {
		fmt.Fprint(std.err, importUsage)
		return exitUsage
	}
	log, err := s.logger(std.err)
	if err != nil {
		return std.fail("healthcode import: %v", err)
	}
	store, keys, err := openStore(ctx, s, log)
	if err != nil {
		return std.fail("healthcode import: %v", err)
	}
	code := kinds[args[0]](ctx, store, keys, fs.Arg(0), std)
	if err := store.Close(); err != nil {
		fmt.Fprintf(std.err, "healthcode import: %v\n", err)
		return exitFail
	}
	return code
}

// importRiskAreas reads the State Council's risk-area snapshots in a folder.
func importRiskAreas(ctx context.Context, store healthcode.Store, _ *vault.Vault, dir string, std stdio) int {
	progress := func(done, total int) { fmt.Fprintf(std.err, "\r%d of %d files", done, total) }
	read, report, err := area.ReadRiskAreas(ctx, os.DirFS(dir), shanghai(), progress)
	fmt.Fprintln(std.err)
	if err != nil {
		return std.fail("healthcode import risk-areas %s: %v", dir, err)
	}
	stored, _, err := store.Areas(ctx)
	if err != nil {
		return std.fail("healthcode import risk-areas: %v", err)
	}
	looked, err := store.AreaLooks(ctx)
	if err != nil {
		return std.fail("healthcode import risk-areas: %v", err)
	}
	for i := range looked {
		looked[i] = looked[i].In(shanghai())
	}
	merged := area.Merge(area.Record{History: stored, Snapshots: looked}, read)
	if err := store.PutAreas(ctx, merged.History, merged.Snapshots...); err != nil {
		fmt.Fprintf(std.err, "healthcode import risk-areas: %v\n", err)
		return exitFail
	}
	fmt.Fprintln(std.out, report.String())
	if len(report.Broken) > 0 || len(report.Unmapped) > 0 {
		return exitFail
	}
	return exitOK
}

// importAreas reads area history in its JSON form; each county in it replaces the stored one.
func importAreas(ctx context.Context, store healthcode.Store, _ *vault.Vault, path string, std stdio) int {
	data, err := readInput(path, std.in)
	if err != nil {
		return std.fail("healthcode import areas: %v", err)
	}
	history, err := healthcode.ParseAreaHistory(data, shanghai())
	if err != nil {
		return std.fail("%s: %v", path, err)
	}
	if err := store.PutAreas(ctx, history); err != nil {
		fmt.Fprintf(std.err, "healthcode import areas: %v\n", err)
		return exitFail
	}
	fmt.Fprintf(std.out, "%d counties stored\n", len(history.Areas))
	return exitOK
}

// shanghai is the time zone of the risk-area lists.
func shanghai() *time.Location {
	loc, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		return time.FixedZone("Asia/Shanghai", 8*3600)
	}
	return loc
}

// readInput reads a file, or standard input for "-".
func readInput(path string, in io.Reader) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(in)
	}
	return os.ReadFile(path)
}

// importFacts streams facts from NDJSON. Bad lines are named by number and left out.
func (s *settings) importFacts(ctx context.Context, store healthcode.Store, keys *vault.Vault, path string, std stdio) int {
	allow, err := s.importGuard(ctx, store, keys, std)
	if err != nil {
		return std.fail("healthcode import facts: %v", err)
	}
	in := std.in
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return std.fail("healthcode import facts: %v", err)
		}
		defer file.Close()
		in = file
	}
	last := std.now()
	summary, err := intake.ImportFacts(ctx, in, store, intake.FactOptions{
		Allow:  allow,
		Phones: identity.PhoneBook{Store: store, Sealer: keys},
		Now:    func() time.Time { return std.now().In(shanghai()) },
		Progress: func(s intake.FactSummary) {
			if now := std.now(); now.Sub(last) > time.Second {
				last = now
				fmt.Fprintf(std.err, "%d lines, %d stored\n", s.Lines, s.Stored)
			}
		},
		Errors: func(line int, err error) { fmt.Fprintf(std.err, "%s:%d: %v\n", path, line, err) },
	})
	fmt.Fprintf(std.out, "%d lines: %d stored, %d already there, %d in conflict, %d refused\n",
		summary.Lines, summary.Stored, summary.Duplicates, summary.Conflicts, summary.Refused)
	switch {
	case err != nil:
		fmt.Fprintf(std.err, "healthcode import facts: stopped: %v\n", err)
		return exitFail
	case summary.Refused+summary.Conflicts > 0:
		return exitUsage
	}
	return exitOK
}
