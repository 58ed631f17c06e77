package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"healthcode/internal/translog"
	"healthcode/policy"
)

const logUsage = `Usage: healthcode log verify --log DIR|URL --key FILE [--witness FILE] [--since CHECKPOINT]
       healthcode log verify --data DIR [--log DIR|URL]
       healthcode log keys --data DIR

The first needs nothing but public files. The second also compares the database in DIR with the log.
`

// runLog reads the transparency log of manual changes. It exits with 0 where everything is as it was
// logged, with 1 where not, and names what differs.
func runLog(ctx context.Context, args []string, std stdio) int {
	if len(args) == 0 || args[0] != "verify" && args[0] != "keys" {
		fmt.Fprint(std.err, logUsage)
		return exitUsage
	}
	c := logCheck{settings: settings{LogLevel: "error"}}
	fs := flag.NewFlagSet("log "+args[0], flag.ContinueOnError)
	fs.SetOutput(std.err)
	c.flags(fs)
	fs.StringVar(&c.place, "log", "", "`directory or address` of the log; with --data its own")
	fs.StringVar(&c.key, "key", "", "`file` with the log's public key")
	fs.StringVar(&c.witness, "witness", "", "`file` with the witness's public key")
	fs.StringVar(&c.since, "since", "", "`file` with a checkpoint that was kept")
	fs.BoolVar(&c.asJSON, "json", false, "print one JSON object")
	if err := fs.Parse(args[1:]); err != nil {
		return exitUsage
	}
	if fs.NArg() > 0 || c.Data == "" && (c.place == "" || c.key == "" || args[0] == "keys") {
		fmt.Fprint(std.err, logUsage)
		return exitUsage
	}
	run := c.verify
	if args[0] == "keys" {
		run = c.printKeys
	}
	return run(ctx, std)
}

// logCheck is one run of the command.
type logCheck struct {
	settings
	place, key, witness, since string
	asJSON                     bool
}

func (c *logCheck) printKeys(ctx context.Context, std stdio) int {
	log, err := c.logger(std.err)
	if err != nil {
		return std.fail("healthcode log keys: %v", err)
	}
	keys, err := c.logKeys(ctx, log)
	if err != nil {
		return std.fail("healthcode log keys: %v", err)
	}
	fmt.Fprintf(std.out, "%s\n%s\n", keys.Log, keys.Witness)
	return exitOK
}

// logResult is what the command prints with --json.
type logResult struct {
	Entries  uint64             `json:"entries"`
	Root     []byte             `json:"root"`
	Since    *uint64            `json:"since,omitempty"`
	Counts   map[string]int     `json:"counts"` // by jurisdiction, month, kind and ground
	Findings []translog.Finding `json:"findings"`
}

func (c *logCheck) verify(ctx context.Context, std stdio) int {
	proven, findings, err := c.check(ctx, std)
	if err != nil {
		fmt.Fprintf(std.err, "healthcode log verify: %v\n", err)
		var wrong *usageError
		if errors.As(err, &wrong) {
			return exitUsage
		}
		return exitFail
	}
	if c.asJSON {
		result := logResult{Entries: proven.Size, Root: proven.Root, Counts: map[string]int{}, Findings: append([]translog.Finding{}, findings...)}
		if c.since != "" {
			result.Since = &proven.Since
		}
		for _, e := range proven.Entries {
			result.Counts[strings.Join([]string{e.Jurisdiction, e.Month, string(e.Kind), e.Ground}, " ")]++
		}
		_ = json.NewEncoder(std.out).Encode(result)
	} else {
		fmt.Fprintf(std.out, "log: %d entries, all in the tree that the checkpoint signs, root %x\n", proven.Size, proven.Root)
		if c.since != "" {
			fmt.Fprintf(std.out, "consistent with the checkpoint of %d entries\n", proven.Since)
		}
		for _, f := range findings {
			fmt.Fprintf(std.out, "%s: %s\n", f.Code, f.Text)
		}
		if c.Data != "" && len(findings) == 0 {
			fmt.Fprintln(std.out, "database: every manual change is the one that was logged")
		}
	}
	if len(findings) > 0 {
		return exitFail
	}
	return exitOK
}

// usageError is an error of a file or flag that the caller gave.
type usageError struct{ error }

func (c *logCheck) check(ctx context.Context, std stdio) (proven translog.Proven, findings []translog.Finding, err error) {
	var keys translog.PublicKeys
	if c.Data != "" {
		if c.place == "" {
			c.place = filepath.Join(c.Data, logFolder)
		}
		log, err := c.logger(std.err)
		if err != nil {
			return proven, nil, &usageError{err}
		}
		if keys, err = c.logKeys(ctx, log); err != nil {
			return proven, nil, &usageError{err}
		}
	}
	var since []byte
	for path, to := range map[string]*string{c.key: &keys.Log, c.witness: &keys.Witness} {
		if path == "" {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return proven, nil, &usageError{err}
		}
		*to = strings.TrimSpace(string(data))
	}
	if c.since != "" {
		if since, err = os.ReadFile(c.since); err != nil {
			return proven, nil, &usageError{err}
		}
	}
	source, err := translog.NewSource(c.place, &http.Client{Timeout: time.Minute})
	if err != nil {
		return proven, nil, &usageError{err}
	}
	// While the service runs, changes may be made and logged between the two reads: what differs is looked at until it stays the same.
	const tries = 6
	var before []translog.Finding
	for try := 1; ; try++ {
		if proven, err = translog.Verify(ctx, source, keys, since); err != nil || c.Data == "" {
			return proven, nil, err
		}
		findings, err = c.audit(ctx, proven.Entries, std)
		if err != nil || len(findings) == 0 || try == tries || try > 1 && slices.EqualFunc(findings, before, sameFinding) {
			return proven, findings, err
		}
		before = findings
		time.Sleep(500 * time.Millisecond)
	}
}

func sameFinding(a, b translog.Finding) bool { return a.Code == b.Code && a.Text == b.Text }

func (c *logCheck) audit(ctx context.Context, entries []translog.Entry, std stdio) ([]translog.Finding, error) {
	log, err := c.logger(std.err)
	if err != nil {
		return nil, err
	}
	policies, err := policy.Load(c.policyFS())
	if err != nil {
		return nil, err
	}
	store, _, err := openStore(ctx, c.settings, log)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	return translog.Audit(ctx, store, entries, zoneOf(policies))
}

// zoneOf tells the zone of each jurisdiction that has a policy.
func zoneOf(policies *policy.Set) translog.Zone {
	return func(jurisdiction string) *time.Location {
		for _, p := range policies.Versions(jurisdiction) {
			return p.Location
		}
		return shanghai()
	}
}
