package main

import (
	"context"
	"flag"
	"fmt"
	"net"

	"healthcode"
)

// runServe serves pages and API from one data directory until it is told to stop.
func runServe(ctx context.Context, args []string, io stdio) int {
	s := settings{Addr: "127.0.0.1:8080", Data: "data"}
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	fs.SetOutput(io.err)
	config := fs.String("config", "", "YAML `file` with the same settings; flags win over it")
	fs.StringVar(&s.Addr, "addr", s.Addr, "`address` to listen on; port 0 picks a free one")
	fs.BoolVar(&s.Secure, "secure", s.Secure, "people reach the service over TLS: cookies insist on it")
	fs.IntVar(&s.ReadModel, "read-model", s.ReadModel, "`MB` of memory for copies of what is often asked for; 0 is the default (384), -1 none")
	s.flags(fs)
	if err := fs.Parse(args); err != nil {
		return exitUsage
	}
	if *config != "" {
		if err := s.read(*config); err != nil {
			return io.fail("healthcode serve: %v", err)
		}
		fs.Parse(args) // again, since flags win
	}
	if fs.NArg() > 0 {
		return io.fail("healthcode serve: %q: takes no arguments", fs.Arg(0))
	}
	log, err := s.logger(io.err)
	if err != nil {
		return io.fail("healthcode serve: %v", err)
	}
	a, err := newApp(ctx, s, healthcode.ClockFunc(io.now), log)
	if err != nil {
		return io.fail("healthcode serve: %v", err)
	}
	if a.messages == nil {
		fmt.Fprintf(io.err, "healthcode serve: %s\n", noGateway)
	}
	err = a.run(ctx, func(addr net.Addr) { fmt.Fprintf(io.out, "http://%s\n", addr) })
	if err != nil {
		fmt.Fprintf(io.err, "healthcode serve: %v\n", err)
		return exitFail
	}
	return exitOK
}
