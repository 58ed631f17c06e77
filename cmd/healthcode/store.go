package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
)

// runAreas prints the stored area history in the form that evaluate reads.
func runAreas(ctx context.Context, args []string, std stdio) int {
	s := settings{Data: "data", LogLevel: "error"}
	fs := flag.NewFlagSet("areas", flag.ContinueOnError)
	fs.SetOutput(std.err)
	s.flags(fs)
	if err := fs.Parse(args); err != nil {
		return exitUsage
	}
	log, err := s.logger(std.err)
	if err != nil {
		return std.fail("healthcode areas: %v", err)
	}
	store, _, err := openStore(ctx, s, log)
	if err != nil {
		return std.fail("healthcode areas: %v", err)
	}
	defer store.Close()
	history, _, err := store.Areas(ctx)
	if err != nil {
		fmt.Fprintf(std.err, "healthcode areas: %v\n", err)
		return exitFail
	}
	if err := json.NewEncoder(std.out).Encode(history); err != nil {
		fmt.Fprintf(std.err, "healthcode areas: %v\n", err)
		return exitFail
	}
	return exitOK
}

// runCheck reads the whole database and says whether every index agrees with its facts.
func runCheck(ctx context.Context, args []string, std stdio) int {
	s := settings{Data: "data", LogLevel: "error"}
	fs := flag.NewFlagSet("check", flag.ContinueOnError)
	fs.SetOutput(std.err)
	s.flags(fs)
	if err := fs.Parse(args); err != nil {
		return exitUsage
	}
	log, err := s.logger(std.err)
	if err != nil {
		return std.fail("healthcode check: %v", err)
	}
	store, _, err := openStore(ctx, s, log)
	if err != nil {
		return std.fail("healthcode check: %v", err)
	}
	defer store.Close()
	if err := store.Check(ctx); err != nil {
		fmt.Fprintf(std.err, "healthcode check: %v\n", err)
		return exitFail
	}
	persons, facts, err := store.Counts(ctx)
	if err != nil {
		fmt.Fprintf(std.err, "healthcode check: %v\n", err)
		return exitFail
	}
	fmt.Fprintf(std.out, "sound: %d persons, %d facts\n", persons, facts)
	return exitOK
}
