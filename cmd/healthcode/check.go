package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	iofs "io/fs"
	"os"
	"path/filepath"
	"slices"

	"healthcode/internal/translog"
)

// checked is what check prints with --json.
type checked struct {
	Sound   bool `json:"sound"`
	Persons int  `json:"persons"`
	Facts   int  `json:"facts"`
	// LogEntries is how many changes the log's checkpoint signs, and LogWaiting how many of the database wait for the log.
	LogEntries uint64             `json:"log_entries"`
	LogWaiting int                `json:"log_waiting"`
	Findings   []translog.Finding `json:"findings"`
	Error      string             `json:"error,omitempty"`
}

// runCheck reads the whole database and its log of changes, and says whether every index agrees with its facts, whether the log
// is whole, and whether each change in the database is the one that was logged.
func runCheck(ctx context.Context, args []string, std stdio) int {
	s := settings{Data: "data", LogLevel: "error"}
	fs := flag.NewFlagSet("check", flag.ContinueOnError)
	fs.SetOutput(std.err)
	s.flags(fs)
	asJSON := fs.Bool("json", false, "print one JSON object")
	if err := fs.Parse(args); err != nil {
		return exitUsage
	}
	if fs.NArg() > 0 {
		return std.fail("healthcode check: %q: takes no arguments; name the data directory with --data", fs.Arg(0))
	}
	if err := s.present(); err != nil {
		return std.fail("healthcode check: %v", err)
	}
	c, err := s.check(ctx, std)
	if err != nil {
		c.Error = err.Error()
	}
	c.Sound = err == nil && len(c.Findings) == 0
	if *asJSON {
		if c.Findings == nil {
			c.Findings = []translog.Finding{}
		}
		_ = json.NewEncoder(std.out).Encode(c)
	} else {
		if err != nil {
			fmt.Fprintf(std.err, "healthcode check: %v\n", err)
		}
		for _, f := range c.Findings {
			fmt.Fprintf(std.err, "healthcode check: %s: %s\n", f.Code, f.Text)
		}
		if c.Sound {
			fmt.Fprintf(std.out, "sound: %d persons, %d facts; log of changes: %d entries", c.Persons, c.Facts, c.LogEntries)
			if c.LogWaiting > 0 {
				fmt.Fprintf(std.out, ", %d changes wait for it", c.LogWaiting)
			}
			fmt.Fprintln(std.out)
		}
	}
	if !c.Sound {
		return exitFail
	}
	return exitOK
}

func (s *settings) check(ctx context.Context, std stdio) (c checked, err error) {
	log, err := s.logger(std.err)
	if err != nil {
		return c, err
	}
	store, _, err := openStore(ctx, *s, log)
	if err != nil {
		return c, err
	}
	damage := store.Check(ctx)
	if damage == nil {
		c.Persons, c.Facts, err = store.Counts(ctx)
	}
	if err := errors.Join(err, store.Close()); err != nil {
		return c, errors.Join(damage, err)
	}
	lc := logCheck{settings: *s}
	// A log that was never opened has no entries; a change that names one is found by the audit.
	if _, none := os.Stat(filepath.Join(s.Data, logFolder, "witnessed")); errors.Is(none, iofs.ErrNotExist) {
		c.Findings, err = lc.audit(ctx, nil, std)
	} else {
		var proven translog.Proven
		proven, c.Findings, err = lc.check(ctx, std)
		c.LogEntries = proven.Size
	}
	if err != nil {
		return c, errors.Join(damage, fmt.Errorf("the log of changes: %w", err))
	}
	// What was just changed waits for the log, also after a crash: the next start writes it.
	c.Findings = slices.DeleteFunc(c.Findings, func(f translog.Finding) bool {
		if f.Code == translog.FoundNotLogged {
			c.LogWaiting++
			return true
		}
		return false
	})
	return c, damage
}
