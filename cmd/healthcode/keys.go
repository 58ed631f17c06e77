package main

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"healthcode"
	"healthcode/internal/issuer"
)

const keysUsage = `Usage: healthcode keys generate --use USE [--algorithm ES256|PS256] [--token] [--from TIME] [--days N] [--key FILE]
       healthcode keys list [--json]
       healthcode keys certificate-request --name NAME            prints a PKCS #10 request
       healthcode keys import-certificate --name NAME FILE        PEM or DER
       healthcode keys certify --name NAME                        with an authority that is kept here
       healthcode keys rotate --use USE [--from TIME]             the next key, published ahead
       healthcode keys retire --name NAME [--compromised]

USE is authority, test, vaccination, recovery or statement. All take --data, --database, --config and
--master-key-file like serve. docs/keys.md describes the ceremony.
`

// keysCall is one run of the command.
type keysCall struct {
	settings
	*issuer.Keys
	use, name, algorithm, from, key string
	token, compromised, asJSON      bool
	days                            int
	args                            []string
	now                             time.Time
	out                             io.Writer
}

var keysActions = map[string]func(*keysCall, context.Context) error{
	"generate": (*keysCall).generate, "list": (*keysCall).list, "certificate-request": (*keysCall).request,
	"import-certificate": (*keysCall).importCertificate, "certify": (*keysCall).certify, "rotate": (*keysCall).rotate, "retire": (*keysCall).retire,
}

// runKeys looks after the keys that sign travel certificates.
func runKeys(ctx context.Context, args []string, std stdio) int {
	if len(args) == 0 || keysActions[args[0]] == nil {
		fmt.Fprint(std.err, keysUsage)
		return exitUsage
	}
	c := keysCall{settings: settings{Data: "data", LogLevel: "error"}, now: std.now(), out: std.out}
	fs := flag.NewFlagSet("keys "+args[0], flag.ContinueOnError)
	fs.SetOutput(std.err)
	c.flags(fs)
	config := fs.String("config", "", "YAML `file` with the same settings; flags win over it")
	fs.StringVar(&c.use, "use", "", "what the key signs")
	fs.StringVar(&c.name, "name", "", "the key's `name`")
	fs.StringVar(&c.algorithm, "algorithm", "ES256", "ES256 or PS256")
	fs.StringVar(&c.from, "from", "", "`time` (RFC 3339) at which it begins to sign; without it now, and 7 days ahead for rotate")
	fs.StringVar(&c.key, "key", "", "`file` with a private key that exists already (PEM); delete it afterwards")
	fs.IntVar(&c.days, "days", 0, "for how many days it signs")
	fs.BoolVar(&c.token, "token", false, "make it in the PKCS#11 token")
	fs.BoolVar(&c.compromised, "compromised", false, "nothing that it signed counts any more")
	fs.BoolVar(&c.asJSON, "json", false, "print one JSON object a line")
	if err := fs.Parse(args[1:]); err != nil {
		return exitUsage
	}
	if *config != "" {
		if err := c.read(*config); err != nil {
			return std.fail("healthcode keys: %v", err)
		}
		fs.Parse(args[1:]) // again, since flags win
	}
	c.args = fs.Args()
	if err := c.run(ctx, args[0], std); err != nil {
		fmt.Fprintf(std.err, "healthcode keys %s: %v\n", args[0], err)
		if healthcode.CodeOf(err) == healthcode.CodeInvalid {
			return exitUsage
		}
		return exitFail
	}
	return exitOK
}

func (c *keysCall) run(ctx context.Context, action string, std stdio) error {
	log, err := c.logger(std.err)
	if err != nil {
		return err
	}
	store, vault, err := openStore(ctx, c.settings, log)
	if err != nil {
		return err
	}
	defer store.Close()
	if c.Keys, err = newKeys(c.settings, store, vault, healthcode.ClockFunc(std.now)); err != nil {
		return err
	}
	return keysActions[action](c, ctx)
}

func (c *keysCall) begin(otherwise time.Time) (time.Time, error) {
	if c.from == "" {
		return otherwise, nil
	}
	at, err := time.Parse(time.RFC3339, c.from)
	if err != nil {
		return at, healthcode.Errorf(healthcode.CodeInvalid, "from", "时间格式不对", "--from %q: write it as RFC 3339, such as 2022-04-25T09:00:00+08:00", c.from)
	}
	return at, nil
}

func (c *keysCall) generate(ctx context.Context) error {
	use, err := issuer.ParseUse(c.use)
	if err != nil {
		return err
	}
	o := issuer.Order{Use: use, Algorithm: issuer.Algorithm(c.algorithm), Token: c.token, For: time.Duration(c.days) * 24 * time.Hour}
	if o.From, err = c.begin(time.Time{}); err != nil {
		return err
	}
	if c.key != "" {
		if o.Private, err = readPrivate(c.key); err != nil {
			return err
		}
	}
	key, err := c.Keys.Generate(ctx, o)
	if err != nil {
		return err
	}
	return c.print(key)
}

// readPrivate reads a private key: PKCS #8, SEC 1 or PKCS #1, PEM, not encrypted.
func readPrivate(path string) (crypto.Signer, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the private key: %w", err)
	}
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		var key any
		switch block.Type {
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		default:
			continue
		}
		if signer, ok := key.(crypto.Signer); ok && err == nil {
			return signer, nil
		}
	}
	return nil, fmt.Errorf("reading the private key %s: %w", path,
		errors.Join(err, errors.New("give an unencrypted PEM file with a PRIVATE KEY (openssl pkcs8 -topk8 -nocrypt)")))
}

func (c *keysCall) list(ctx context.Context) error {
	all, err := c.Keys.List(ctx)
	if err != nil {
		return err
	}
	if c.asJSON {
		return c.print(all...)
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "NAME\tSTATE\tALGORITHM\tKEPT IN\tKEY ID\tSIGNS FROM\tUNTIL\tCERTIFICATE ENDS\n")
	for i := range all {
		k := &all[i]
		place, ends := "database", ""
		if k.Token {
			place = "token"
		}
		if p := k.Parsed(); p != nil {
			ends = p.NotAfter.Format(time.DateOnly)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.Name, k.State(c.now), k.Algorithm, place, k.ID(),
			k.SignFrom.Format(time.DateOnly), k.SignUntil.Format(time.DateOnly), ends)
	}
	return w.Flush()
}

// keyLine is a key as the command prints it.
type keyLine struct {
	Name      string           `json:"name"`
	Use       issuer.Use       `json:"use"`
	State     issuer.State     `json:"state"`
	Algorithm issuer.Algorithm `json:"algorithm"`
	Token     bool             `json:"token"`
	KeyID     string           `json:"kid,omitempty"`
	SignFrom  time.Time        `json:"sign_from"`
	SignUntil time.Time        `json:"sign_until"`
	NotAfter  *time.Time       `json:"not_after,omitempty"`
}

func (c *keysCall) print(keys ...issuer.Key) error {
	encoder := json.NewEncoder(c.out)
	for i := range keys {
		k := &keys[i]
		line := keyLine{k.Name, k.Use, k.State(c.now), k.Algorithm, k.Token, k.ID(), k.SignFrom, k.SignUntil, nil}
		if p := k.Parsed(); p != nil {
			line.NotAfter = &p.NotAfter
		}
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

func (c *keysCall) request(ctx context.Context) error {
	data, err := c.Keys.Request(ctx, c.name)
	if err == nil {
		_, err = c.out.Write(data)
	}
	return err
}

func (c *keysCall) importCertificate(ctx context.Context) error {
	if len(c.args) != 1 {
		return healthcode.Errorf(healthcode.CodeInvalid, "", "缺少证书文件", "name one file with the certificate")
	}
	data, err := os.ReadFile(c.args[0])
	if err != nil {
		return fmt.Errorf("reading the certificate: %w", err)
	}
	key, err := c.Keys.Import(ctx, c.name, data)
	if err != nil {
		return err
	}
	return c.print(key)
}

func (c *keysCall) certify(ctx context.Context) error {
	key, err := c.Keys.Certify(ctx, c.name)
	if err != nil {
		return err
	}
	return c.print(key)
}

// aheadTime is how long before its first signature the next key is published.
const aheadTime = 7 * 24 * time.Hour

func (c *keysCall) rotate(ctx context.Context) error {
	use, err := issuer.ParseUse(c.use)
	if err != nil {
		return err
	}
	from, err := c.begin(c.now.Add(aheadTime))
	if err != nil {
		return err
	}
	key, err := c.Keys.Rotate(ctx, use, from)
	if err != nil {
		return err
	}
	return c.print(key)
}

func (c *keysCall) retire(ctx context.Context) error {
	key, err := c.Keys.Retire(ctx, c.name, c.compromised)
	if err != nil {
		return err
	}
	return c.print(key)
}
