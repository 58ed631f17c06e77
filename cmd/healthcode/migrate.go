package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"healthcode/internal/postgres"
)

// runMigrate brings the tables up to date, and lays them out over the nodes of a cluster.
func runMigrate(ctx context.Context, args []string, std stdio) int {
	s := settings{Data: "data", LogLevel: "error"}
	fs := flag.NewFlagSet("migrate", flag.ContinueOnError)
	fs.SetOutput(std.err)
	s.flags(fs)
	distribute := fs.Bool("distribute", false, "spread the tables over the nodes of a Citus cluster; needs --database")
	if err := fs.Parse(args); err != nil {
		return exitUsage
	}
	switch {
	case fs.NArg() > 0:
		return std.fail("healthcode migrate: %q: takes no arguments", fs.Arg(0))
	case *distribute && s.Database == "":
		return std.fail("healthcode migrate: --distribute needs --database, the URL of the cluster's coordinator")
	}
	if err := s.migrate(ctx, *distribute, std); err != nil {
		fmt.Fprintf(std.err, "healthcode migrate: %v\n", err)
		return exitFail
	}
	fmt.Fprintln(std.out, "The tables are up to date.")
	return exitOK
}

func (s *settings) migrate(ctx context.Context, distribute bool, std stdio) error {
	if s.Database == "" {
		log, err := s.logger(std.err)
		if err != nil {
			return err
		}
		store, _, err := openStore(ctx, *s, log)
		if err != nil {
			return err
		}
		return store.Close()
	}
	if !distribute {
		return postgres.Migrate(ctx, s.Database)
	}
	return postgres.Distribute(ctx, s.Database, func(p postgres.Placement) {
		how := "on every node"
		if p.Column != "" {
			how = "by " + p.Column
		}
		if p.Beside != "" {
			how += ", beside " + p.Beside
		}
		done := "was there already"
		if p.Moved {
			done = "distributed"
		}
		fmt.Fprintf(std.out, "%-20s %s: %s\n", p.Table, done, how)
	})
}

// present refuses a data directory in which there is nothing yet: a command that only looks must make nothing.
func (s *settings) present() error {
	names := []string{"keys.json"}
	if s.Database == "" {
		names = append(names, "healthcode.db")
	}
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(s.Data, name)); err != nil {
			return fmt.Errorf("there is no %s in %s: name the data directory with --data (%w)", name, s.Data, err)
		}
	}
	return nil
}
