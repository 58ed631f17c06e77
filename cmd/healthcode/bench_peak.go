package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"healthcode/internal/bench"
)

// runBenchPeak plays a minute in which a city opens its code, without and with the pass that phones sign themselves.
func runBenchPeak(ctx context.Context, args []string, std stdio) int {
	o := bench.Options{Facts: 5, Now: std.now}
	p := bench.PeakOptions{}
	fs := flag.NewFlagSet("bench --peak", flag.ContinueOnError)
	fs.SetOutput(std.err)
	fs.Bool("peak", true, "play a minute in which a city opens its code")
	asJSON := fs.Bool("json", false, "print one JSON object instead of a table")
	fs.IntVar(&p.Holders, "holders", 1_400_000, "how `many` open their page within one minute")
	fs.DurationVar(&p.Stay, "stay", time.Minute, "for how `long` each keeps it open")
	fs.Float64Var(&p.Stale, "stale", .1, "`share` of the phones that sign themselves whose credentials have ended meanwhile, 0 to 1")
	fs.DurationVar(&p.Slice, "slice", 5*time.Second, "how `long` the server is asked at the minute's rate, 1s to 60s")
	people := fs.Int("people", 10_000, "how `many` are in the database")
	database := fs.String("database", "", "`URL` of a PostgreSQL server on which databases may be made and dropped, instead of SQLite")
	dir := fs.String("dir", "", "`directory` for the database, deleted at the end (a temporary one)")
	if err := fs.Parse(args); err != nil {
		return exitUsage
	}
	switch {
	case fs.NArg() > 0:
		return std.fail("healthcode bench --peak: %q: takes no arguments", fs.Arg(0))
	case p.Holders < 60 || p.Holders > 100_000_000:
		return std.fail("healthcode bench --peak: --holders %d: give 60 to 100000000", p.Holders)
	case p.Stale < 0 || p.Stale > 1:
		return std.fail("healthcode bench --peak: --stale %v: give a share from 0 to 1", p.Stale)
	case p.Slice < time.Second || p.Slice > time.Minute:
		return std.fail("healthcode bench --peak: --slice %v: give 1s to 60s", p.Slice)
	case p.Stay < 0 || *people < 1:
		return std.fail("healthcode bench --peak: --stay and --people must be above 0")
	}
	o.People = []int{*people}
	var err error
	if o.Dir, err = os.MkdirTemp(*dir, "healthcode-bench-"); err != nil {
		return std.fail("healthcode bench: %v", err)
	}
	defer os.RemoveAll(o.Dir)
	o.Progress = func(format string, args ...any) { fmt.Fprintf(std.err, format+"\n", args...) }
	stores := &benchStores{database: *database, dir: o.Dir}
	defer stores.drop()
	o.Engine, o.OpenStore, o.Size, o.Command = stores.engine(), stores.open, stores.size, stores.command
	r, err := bench.Peak(ctx, o, p)
	if err != nil {
		fmt.Fprintf(std.err, "healthcode bench: %v\n", err)
		return exitFail
	}
	if *asJSON {
		json.NewEncoder(std.out).Encode(r)
		return exitOK
	}
	r.Markdown(std.out)
	return exitOK
}
