package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"healthcode/internal/status"
	"healthcode/policy"
)

// runPassKeys lists the keys that sign a jurisdiction's passes, and takes one out of use that others may have learned.
func runPassKeys(ctx context.Context, args []string, std stdio) int {
	s := settings{Data: "data", LogLevel: "error"}
	fs := flag.NewFlagSet("pass-keys", flag.ContinueOnError)
	fs.SetOutput(std.err)
	s.flags(fs)
	jurisdiction := fs.String("jurisdiction", "", "the `jurisdiction` whose passes they sign, such as beijing")
	revoke := fs.String("revoke", "", "`id` of a key that signs no more from now on, and whose passes are refused")
	if err := fs.Parse(args); err != nil {
		return exitUsage
	}
	policies, err := policy.Load(s.policyFS())
	if err != nil {
		return std.fail("healthcode pass-keys: %v", err)
	}
	if fs.NArg() > 0 || !slices.Contains(policies.Jurisdictions(), *jurisdiction) {
		return std.fail("Usage: healthcode pass-keys --jurisdiction %s [--revoke ID] [--data DIR] [--database URL]", strings.Join(policies.Jurisdictions(), "|"))
	}
	if err := s.present(); err != nil {
		return std.fail("healthcode pass-keys: %v", err)
	}
	if s.Database == "" && *revoke != "" {
		fmt.Fprintln(std.err, "Restart the service afterwards: it has read the file of keys already.")
	}
	if err := s.passKeys(ctx, *jurisdiction, *revoke, std); err != nil {
		fmt.Fprintf(std.err, "healthcode pass-keys: %v\n", err)
		return exitFail
	}
	return exitOK
}

func (s *settings) passKeys(ctx context.Context, jurisdiction, revoke string, std stdio) error {
	log, err := s.logger(std.err)
	if err != nil {
		return err
	}
	store, vault, err := openStore(ctx, *s, log)
	if err != nil {
		return err
	}
	defer store.Close()
	keys := status.NewKeys(s.secrets(store, vault))
	if revoke != "" {
		if err := keys.Revoke(jurisdiction, revoke, std.now()); err != nil {
			return err
		}
	}
	public, err := keys.Public(jurisdiction, std.now())
	if err != nil {
		return err
	}
	for _, k := range public {
		fmt.Fprintf(std.out, "%s signs from %s until %s\n", k.ID, k.NotBefore.In(shanghai()).Format(time.RFC3339), k.NotAfter.In(shanghai()).Format(time.RFC3339))
	}
	return nil
}
