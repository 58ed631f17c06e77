package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/bench"
)

// benchModes are what the first argument of bench may name: the servers that it starts of itself.
var benchModes = map[string]func(context.Context, []string, stdio) int{
	"server":   runBenchServer,
	"baseline": runBenchBaseline,
}

// runBench measures the machine with everything that this binary does on it.
func runBench(ctx context.Context, args []string, std stdio) int {
	if len(args) > 0 && benchModes[args[0]] != nil {
		return benchModes[args[0]](ctx, args[1:], std)
	}
	if slices.Contains(args, "--peak") || slices.Contains(args, "-peak") {
		return runBenchPeak(ctx, args, std)
	}
	o := bench.Options{Facts: 5, Now: std.now}
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.SetOutput(std.err)
	quick := fs.Bool("quick", false, "less of everything: less than a minute, ratios are rougher")
	asJSON := fs.Bool("json", false, "print one JSON object instead of the tables")
	people := fs.String("people", "", "`sizes` of the databases, separated by commas (10000,100000,1000000; quick 10000,100000)")
	fs.DurationVar(&o.Round, "round", 0, "`time` for each operation in each round (2s; quick 400ms)")
	database := fs.String("database", "", "`URL` of a PostgreSQL server on which databases may be made and dropped, instead of SQLite")
	markdown := fs.String("markdown", "", "`file` whose tables of this engine are replaced, such as docs/performance.md")
	dir := fs.String("dir", "", "`directory` for the databases, deleted at the end (a temporary one)")
	fs.StringVar(&o.Profile, "profile", "", "`directory` for CPU profiles of the servers, to read with go tool pprof")
	if err := fs.Parse(args); err != nil {
		return exitUsage
	}
	if fs.NArg() > 0 {
		return std.fail("healthcode bench: %q: takes no arguments", fs.Arg(0))
	}
	sizes, err := benchSizes(*people, *quick)
	if err != nil {
		return std.fail("healthcode bench: --people %v", err)
	}
	o.People, o.Quick = sizes, *quick
	o.Askers, o.Lines, o.Rounds, o.Open = min(sizes[0], 10_000), min(40*sizes[0], 400_000), 10, 10*time.Second
	if o.Round == 0 {
		o.Round = 2 * time.Second
	}
	if *quick {
		o.Askers, o.Others, o.Lines, o.Rounds = min(sizes[0], 800), 1, min(5*sizes[0], 20_000), 2
		if !isSet(fs, "round") {
			o.Round = 400 * time.Millisecond
		}
		o.Open = 3 * o.Round
	}
	if o.Dir, err = os.MkdirTemp(*dir, "healthcode-bench-"); err != nil {
		return std.fail("healthcode bench: %v", err)
	}
	defer os.RemoveAll(o.Dir)
	o.Progress = func(format string, args ...any) { fmt.Fprintf(std.err, format+"\n", args...) }
	stores := &benchStores{database: *database, dir: o.Dir}
	defer stores.drop()
	o.Engine, o.OpenStore, o.Size, o.Command = stores.engine(), stores.open, stores.size, stores.command
	r, err := bench.Run(ctx, o)
	if err != nil {
		fmt.Fprintf(std.err, "healthcode bench: %v\n", err)
		return exitFail
	}
	if *markdown != "" {
		if err := writeTables(*markdown, r); err != nil {
			return std.fail("healthcode bench: %v", err)
		}
	}
	if *asJSON {
		err = json.NewEncoder(std.out).Encode(r)
	} else {
		r.Markdown(std.out)
	}
	if err != nil {
		return exitFail
	}
	return exitOK
}

func isSet(fs *flag.FlagSet, name string) (set bool) {
	fs.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}

func benchSizes(list string, quick bool) ([]int, error) {
	if list == "" && quick {
		return []int{10_000, 100_000}, nil
	}
	if list == "" {
		return []int{10_000, 100_000, 1_000_000}, nil
	}
	var sizes []int
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > 100_000_000 {
			return nil, fmt.Errorf("%q: write numbers from 1 to 100000000, such as 10000,1000000", text)
		}
		sizes = append(sizes, n)
	}
	slices.Sort(sizes)
	return slices.Compact(sizes), nil
}

// writeTables replaces what stands between the engine's marks in a file.
func writeTables(path string, r *bench.Result) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	begin, end := "<!-- bench "+r.Engine+" -->\n", "<!-- end of bench "+r.Engine+" -->"
	before, rest, ok := strings.Cut(string(data), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return fmt.Errorf("%s: there is no %q, with %q after it, for the tables to go between", path, strings.TrimSpace(begin), end)
	}
	var tables strings.Builder
	r.Markdown(&tables)
	return os.WriteFile(path, []byte(before+begin+tables.String()+end+after), 0o644)
}

// runBenchServer is serve with a clock in 2022, when the policies are in force, that refuses nobody: a refusal is cheap.
func runBenchServer(ctx context.Context, args []string, std stdio) int {
	s := settings{Addr: "127.0.0.1:0", Requests: 1 << 16}
	fs := flag.NewFlagSet("bench server", flag.ContinueOnError)
	fs.SetOutput(std.err)
	s.flags(fs)
	profile := fs.String("profile", "", "`file` for a CPU profile")
	if err := fs.Parse(args); err != nil {
		return exitUsage
	}
	if *profile != "" {
		file, err := os.Create(*profile)
		if err != nil {
			return std.fail("healthcode bench server: %v", err)
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return std.fail("healthcode bench server: %v", err)
		}
		defer pprof.StopCPUProfile()
	}
	log, err := s.logger(std.err)
	if err != nil {
		return std.fail("healthcode bench server: %v", err)
	}
	began := std.now()
	clock := healthcode.ClockFunc(func() time.Time { return bench.Start.Add(std.now().Sub(began)) })
	a, err := newApp(ctx, s, clock, log)
	if err != nil {
		return std.fail("healthcode bench server: %v", err)
	}
	if err := a.run(ctx, func(addr net.Addr) { fmt.Fprintf(std.out, "http://%s\n", addr) }); err != nil {
		fmt.Fprintf(std.err, "healthcode bench server: %v\n", err)
		return exitFail
	}
	return exitOK
}

// runBenchBaseline serves what is compared with.
func runBenchBaseline(ctx context.Context, _ []string, std stdio) int {
	handler, err := bench.Baseline(std.now)
	if err != nil {
		return std.fail("healthcode bench baseline: %v", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return std.fail("healthcode bench baseline: %v", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: readHeader}
	context.AfterFunc(ctx, func() { server.Close() })
	fmt.Fprintf(std.out, "http://%s\n", listener.Addr())
	_ = server.Serve(listener)
	return exitOK
}
