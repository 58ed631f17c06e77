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
