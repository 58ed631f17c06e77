package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/access"
	"healthcode/internal/boarding"
	"healthcode/internal/demo"
	"healthcode/internal/issuer"
	"healthcode/missions"
)

// boardingSettings say which missions are served, and beside the trust lists whose certificates count there.
type boardingSettings struct {
	Missions string   `yaml:"missions"`      // directory; "" = the built-in examples
	Trust    []string `yaml:"trust"`         // files of signers, as for "healthcode certificate verify --trust"
	SMART    []string `yaml:"smart_issuers"` // files of issuers of SMART Health Cards, in the form of the VCI directory
}

// trustFile adds a file of signers.
func (s *boardingSettings) trustFile(name string) error {
	s.Trust = append(s.Trust, name)
	return nil
}

// files is where the missions are.
func (s *boardingSettings) files() fs.FS {
	if s.Missions == "" {
		return missions.FS
	}
	return os.DirFS(s.Missions)
}

// signers reads the files of signers into one list.
func (s *boardingSettings) signers() (*certificate.TrustList, error) {
	all := certificate.NewTrustList()
	for _, list := range []struct {
		files []string
		read  func([]byte) (*certificate.TrustList, error)
	}{
		{s.Trust, func(data []byte) (*certificate.TrustList, error) {
			l, _, err := certificate.ReadTrustList(bytes.NewReader(data))
			return l, err
		}},
		{s.SMART, func(data []byte) (*certificate.TrustList, error) {
			l, _, err := certificate.ReadSMARTIssuers(bytes.NewReader(data))
			return l, err
		}},
	} {
		for _, name := range list.files {
			data, err := os.ReadFile(name)
			if err != nil {
				return nil, fmt.Errorf("reading the signers: %w", err)
			}
			l, err := list.read(data)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			all.Merge(l)
		}
	}
	return all, nil
}

// openBoarding builds the service for foreign nationals.
func (a *app) openBoarding() error {
	rules, err := boarding.Load(a.settings.Boarding.files())
	if err != nil {
		return fmt.Errorf("reading the missions: %w", err)
	}
	files, err := a.settings.Boarding.signers()
	if err != nil {
		return err
	}
	a.boarding, err = boarding.New(boarding.Config{Rules: rules, Store: a.store, Sealer: a.vault, Access: a.access, Clock: a.clock, Log: a.log,
		Issuer: func(ctx context.Context) (*certificate.Issuer, error) { return a.issuer.Issuer(ctx, issuer.Statement) },
		Verifier: func(ctx context.Context) (certificate.Verifier, error) {
			v, err := a.trust.Verifier(ctx)
			all := certificate.NewTrustList()
			all.Merge(files)
			if v.Trust != nil {
				all.Merge(v.Trust)
			}
			v.Trust = all
			return v, err
		}})
	if err == nil {
		a.trust.Revoked = append(a.trust.Revoked, a.boarding.Revoked)
	}
	return err
}

// runMissions checks a directory of missions, or makes an officer's account.
func runMissions(ctx context.Context, args []string, std stdio) int {
	const usage = "Usage: healthcode missions check [DIR]\n       healthcode missions officer --name NAME --mission MISSION [--missions DIR] [--data DIR]"
	if len(args) == 0 {
		return std.fail("%s", usage)
	}
	s := settings{Data: "data", LogLevel: "error"}
	switch args[0] {
	case "check":
		if len(args) > 2 {
			return std.fail("%s", usage)
		}
		if len(args) == 2 {
			s.Boarding.Missions = args[1]
		}
		rules, err := boarding.Load(s.Boarding.files())
		if err != nil {
			fmt.Fprintln(std.err, err)
			return exitUsage
		}
		for _, n := range rules.Notices {
			fmt.Fprintf(std.out, "%s: %d requirement sets from %s\n", n.Name(), len(n.Sets), n.From)
		}
		return exitOK
	case "officer":
		return s.makeOfficer(ctx, args[1:], std, usage)
	}
	return std.fail("%s", usage)
}

// makeOfficer prints the password of a new account once; only its hash is kept.
func (s *settings) makeOfficer(ctx context.Context, args []string, std stdio, usage string) int {
	flags := flag.NewFlagSet("missions officer", flag.ContinueOnError)
	flags.SetOutput(std.err)
	s.flags(flags)
	name := flags.String("name", "", "the account's `name`")
	mission := flags.String("mission", "", "the `mission` at which the officer works")
	flags.StringVar(&s.Boarding.Missions, "missions", "", "`directory` of missions instead of the built-in examples")
	if err := flags.Parse(args); err != nil {
		return exitUsage
	}
	rules, err := boarding.Load(s.Boarding.files())
	if err != nil {
		fmt.Fprintln(std.err, err)
		return exitUsage
	}
	if _, ok := rules.Mission(*mission); !ok || *name == "" {
		return std.fail("%s", usage)
	}
	log, err := s.logger(std.err)
	if err != nil {
		return std.fail("healthcode missions: %v", err)
	}
	store, _, err := openStore(ctx, *s, log)
	if err != nil {
		return std.fail("healthcode missions: %v", err)
	}
	defer store.Close()
	operator := healthcode.Actor{Role: healthcode.RoleAdministrator, Jurisdiction: *mission, Staff: "operator"}
	_, password, err := access.NewAdmin(store, nil).CreateStaff(ctx, operator, access.NewStaff{Name: *name, Role: healthcode.RoleConsular})
	if err != nil {
		return std.fail("healthcode missions: %v", err)
	}
	fmt.Fprintf(std.out, "%s may sign in at /staff/sign-in with the password %s\n", *name, password)
	return exitOK
}

// missionOfficers makes an officer's account for each mission of the demo, with the password of the other staff.
func (a *app) missionOfficers(ctx context.Context, signIns []demo.SignIn) ([]demo.SignIn, error) {
	var all []demo.SignIn
	password := ""
	for _, in := range signIns {
		if in.Password != "" {
			password = in.Password
		}
	}
	for _, m := range a.boarding.Rules().Missions {
		in := demo.SignIn{Role: healthcode.RoleConsular, Jurisdiction: m.ID, Name: "consular-" + m.ID, Password: password}
		err := a.store.PutStaff(ctx, healthcode.Staff{Name: in.Name, Role: in.Role, Jurisdiction: m.ID, PasswordHash: access.HashPassword(password)})
		if err != nil {
			return nil, fmt.Errorf("making the account of a mission: %w", err)
		}
		all = append(all, in)
	}
	return all, nil
}
