package main

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/vault"
	"healthcode/policy"
)

// runAdministrator makes the first account of a jurisdiction, which makes the
// others on its page. The password is printed once, and only its hash is kept.
func runAdministrator(ctx context.Context, args []string, std stdio) int {
	s := settings{Data: "data", LogLevel: "error"}
	fs := flag.NewFlagSet("administrator", flag.ContinueOnError)
	fs.SetOutput(std.err)
	s.flags(fs)
	name := fs.String("name", "", "the account's `name`: small letters, digits, dots and hyphens")
	jurisdiction := fs.String("jurisdiction", "", "the `jurisdiction` that it administers, such as beijing")
	if err := fs.Parse(args); err != nil {
		return exitUsage
	}
	policies, err := policy.Load(s.policyFS())
	if err != nil {
		return std.fail("healthcode administrator: %v", err)
	}
	if *name == "" || !slices.Contains(policies.Jurisdictions(), *jurisdiction) {
		return std.fail("Usage: healthcode administrator --name NAME --jurisdiction %s [--data DIR]", strings.Join(policies.Jurisdictions(), "|"))
	}
	log, err := s.logger(std.err)
	if err != nil {
		return std.fail("healthcode administrator: %v", err)
	}
	store, _, err := openStore(ctx, s, log)
	if err != nil {
		return std.fail("healthcode administrator: %v", err)
	}
	defer store.Close()
	// The operator of the database acts as an administrator of the jurisdiction.
	operator := healthcode.Actor{Role: healthcode.RoleAdministrator, Jurisdiction: *jurisdiction, Staff: "operator"}
	_, password, err := access.NewAdmin(store, nil).CreateStaff(ctx, operator,
		access.NewStaff{Name: *name, Role: healthcode.RoleAdministrator})
	if err != nil {
		return std.fail("healthcode administrator: %v", err)
	}
	fmt.Fprintf(std.out, "%s may sign in at /staff/sign-in with the password %s\n", *name, password)
	return exitOK
}

// runProtect encrypts the keys of a data directory under a master key, or under another one than before.
func runProtect(_ context.Context, args []string, std stdio) int {
	s := settings{Data: "data"}
	fs := flag.NewFlagSet("protect", flag.ContinueOnError)
	fs.SetOutput(std.err)
	s.flags(fs)
	newKey := fs.String("new-master-key-file", "", "`file` with the master key from now on, at least 32 bytes")
	if err := fs.Parse(args); err != nil {
		return exitUsage
	}
	if *newKey == "" {
		return std.fail("Usage: healthcode protect --new-master-key-file FILE [--master-key-file OLD] [--data DIR]")
	}
	master, err := s.masterKey()
	if err != nil {
		return std.fail("healthcode protect: %v", err)
	}
	keys, err := vault.Open(filepath.Join(s.Data, "keys.json"), master)
	if err != nil {
		return std.fail("healthcode protect: %v", err)
	}
	next := settings{MasterKeyFile: *newKey}
	if master, err = next.masterKey(); err != nil {
		return std.fail("healthcode protect: %v", err)
	}
	if err := keys.Protect(master); err != nil {
		return std.fail("healthcode protect: %v", err)
	}
	fmt.Fprintln(std.out, "The keys are encrypted under the new master key; keep it elsewhere. Restart the service with it.")
	return exitOK
}
