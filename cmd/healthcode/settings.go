package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"

	"healthcode/policies"
	"healthcode/policy"
)

// settings are what an operator can set: in one YAML file, and by flags, which win.
type settings struct {
	Addr string `yaml:"addr"`
	Data string `yaml:"data"`
	// Database is a PostgreSQL URL; "" is a file in Data. The keys are in Data either way.
	Database string `yaml:"database"`
	Policies string `yaml:"policies"`
	// MasterKeyFile holds the key under which keys.json is encrypted; the
	// environment variable HEALTHCODE_MASTER_KEY does too.
	MasterKeyFile string `yaml:"master_key_file"`
	Secure        bool   `yaml:"secure"`
	LogLevel      string `yaml:"log_level"`
	// TrustedProxies are the networks of the proxies that say where a request came from.
	TrustedProxies []string `yaml:"trusted_proxies"`
	Outbox         bool     `yaml:"outbox"`
	// ReadModel is how many MB of memory hold copies of what is often asked for; 0 = the default, less than 0 = none.
	ReadModel int `yaml:"read_model_mb"`
	// Issuer says who issues travel certificates.
	Issuer issuerSettings `yaml:"issuer"`
	// PublicURL is the https address at which others reach this service; links of travel certificates need it.
	PublicURL string `yaml:"public_url"`
	// Travel is the file of the policy of travel certificates; "" = the one that is built in.
	Travel string `yaml:"travel"`
	// Boarding says which embassies and consulates take applications for health statements.
	Boarding boardingSettings `yaml:"boarding"`
	// Demo allows the keys of a demo.
	Demo bool `yaml:"-"`
	// Requests is how many are answered at once before the less urgent wait; 0 = the default, less than 0 = no limit.
	Requests int `yaml:"max_requests"`
	// Portals are other addresses of the service that don't depend on this one.
	Portals []string `yaml:"portals"`
	// SMS says how short messages reach phones.
	SMS smsSettings `yaml:"sms"`
	// Notices says how people are told of changes beside that.
	Notices noticeSettings `yaml:"notices"`
	// Traces says where traces of requests go.
	Traces traceSettings `yaml:"traces"`
}

const masterKeyVariable = "HEALTHCODE_MASTER_KEY"

// flags adds the flags of the commands that open the data directory.
func (s *settings) flags(flags *flag.FlagSet) {
	flags.StringVar(&s.Data, "data", s.Data, "`directory` of the database and its keys")
	flags.StringVar(&s.Database, "database", s.Database, "`URL` of a PostgreSQL database (postgres://user@host/name; the password may come from PGPASSWORD) instead of a file in the data directory")
	flags.StringVar(&s.Policies, "policies", s.Policies, "`directory` of policies instead of the built-in ones")
	flags.StringVar(&s.MasterKeyFile, "master-key-file", s.MasterKeyFile, "`file` with the key that encrypts the keys (or "+masterKeyVariable+")")
	flags.Func("boarding-trust", "`file` of signers whose certificates travellers may submit; may be given several times", s.Boarding.trustFile)
	flags.StringVar(&s.LogLevel, "log-level", s.LogLevel, "debug, info, warn or error")
}

// read fills the settings from a YAML file; an unknown field is an error that names its line.
func (s *settings) read(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the configuration: %w", err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(s); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// policyFS is where the policies are: a directory, or those that are built in.
func (s *settings) policyFS() fs.FS {
	if s.Policies == "" {
		return policies.FS
	}
	return os.DirFS(s.Policies)
}

// policyFile returns the file of a policy as it was published.
func (s *settings) policyFile(p *policy.Policy) ([]byte, error) {
	return fs.ReadFile(s.policyFS(), p.File)
}

func (s *settings) masterKey() ([]byte, error) {
	if s.MasterKeyFile != "" {
		key, err := os.ReadFile(s.MasterKeyFile)
		if err != nil {
			return nil, fmt.Errorf("reading the master key: %w", err)
		}
		return bytes.TrimSpace(key), nil
	}
	return []byte(strings.TrimSpace(os.Getenv(masterKeyVariable))), nil
}

// logger writes structured lines to w. No service puts personal data into them.
func (s *settings) logger(w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if s.LogLevel != "" {
		if err := level.UnmarshalText([]byte(s.LogLevel)); err != nil {
			return nil, fmt.Errorf("log-level %q: use debug, info, warn or error", s.LogLevel)
		}
	}
	return slog.New(newGathered(w, &slog.HandlerOptions{Level: level})), nil
}
