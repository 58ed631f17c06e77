package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/lab"
)

const labUsage = `Usage: healthcode lab keygen --key FILE                        makes a key, and prints its public half for the registry
       healthcode lab sign --key FILE [--kid K] FILE|-         prints the header X-JWS-Signature of a file of results
       healthcode lab push --key FILE [--kid K] --url URL --lab ID [--fhir] FILE|-
                                                               sends the results, and prints what became of each
       healthcode lab hold --key FILE [--kid K] FILE|-         prints a result (one fact of kind test) in the form that its person holds

docs/laboratory.md describes the forms. No private key leaves this machine.
`

// labCall is one run of the command.
type labCall struct {
	key, kid, url, lab string
	fhir               bool
	signer             *lab.Signer
	data               []byte
	now                time.Time
	out                io.Writer
}

// runLab signs and sends as a laboratory does.
func runLab(ctx context.Context, args []string, std stdio) int {
	actions := map[string]func(*labCall, context.Context) (int, error){"keygen": (*labCall).keygen, "sign": (*labCall).sign, "push": (*labCall).push, "hold": (*labCall).hold}
	if len(args) == 0 || actions[args[0]] == nil {
		fmt.Fprint(std.err, labUsage)
		return exitUsage
	}
	c := labCall{now: std.now(), out: std.out}
	fs := flag.NewFlagSet("lab "+args[0], flag.ContinueOnError)
	fs.SetOutput(std.err)
	fs.StringVar(&c.key, "key", "", "`file` of the private key")
	fs.StringVar(&c.kid, "kid", "k1", "the key's `name` in the registry")
	files := 1
	switch args[0] {
	case "keygen":
		files = 0
	case "push":
		fs.StringVar(&c.url, "url", "", "`address` of the service")
		fs.StringVar(&c.lab, "lab", "", "the laboratory's `id` in the registry")
		fs.BoolVar(&c.fhir, "fhir", false, "the file is FHIR R4")
	}
	if err := fs.Parse(args[1:]); err != nil {
		return exitUsage
	}
	if c.key == "" || fs.NArg() != files {
		fmt.Fprint(std.err, labUsage)
		return exitUsage
	}
	if files == 1 {
		private, err := os.ReadFile(c.key)
		if err == nil {
			c.signer, err = lab.NewSigner(c.kid, private)
		}
		if err != nil {
			return std.fail("healthcode lab %s: --key: %v", args[0], err)
		}
		if c.data, err = readInput(fs.Arg(0), std.in); err != nil {
			return std.fail("healthcode lab %s: %v", args[0], err)
		}
	}
	code, err := actions[args[0]](&c, ctx)
	if err != nil {
		return std.fail("healthcode lab %s: %v", args[0], err)
	}
	return code
}

func (c *labCall) keygen(context.Context) (int, error) {
	data, err := lab.NewKeyFile()
	if err != nil {
		return 0, err
	}
	file, err := os.OpenFile(c.key, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // a key that is there is never written over
	if err != nil {
		return 0, fmt.Errorf("--key: %w", err)
	}
	if _, err = file.Write(data); err == nil {
		err = file.Close()
	}
	if err != nil {
		return 0, err
	}
	signer, err := lab.NewSigner(c.kid, data)
	if err != nil {
		return 0, err
	}
	public, err := signer.Public()
	fmt.Fprint(c.out, public)
	return exitOK, err
}

func (c *labCall) sign(context.Context) (int, error) {
	value, err := c.signer.Detached(c.data)
	if err == nil {
		_, err = fmt.Fprintln(c.out, value)
	}
	return exitOK, err
}

// push prints the service's answer as it is. It exits with 1 where a result isn't taken.
func (c *labCall) push(ctx context.Context) (int, error) {
	u, err := url.Parse(c.url)
	if err != nil || u.Host == "" || c.lab == "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return 0, fmt.Errorf("give --url https://… and --lab, the laboratory's id; results go by http:// on this machine alone")
	}
	signature, err := c.signer.Detached(c.data)
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.JoinPath("v1", "labs", c.lab, "results").String(), bytes.NewReader(c.data))
	if err != nil {
		return 0, err
	}
	request.Header.Set(lab.Header, signature)
	request.Header.Set("Content-Type", "application/x-ndjson")
	if c.fhir {
		request.Header.Set("Content-Type", "application/fhir+json")
	}
	// A redirection would hand the results to somebody else.
	client := http.Client{Timeout: 2 * time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		return 0, fmt.Errorf("sending: %w", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, fmt.Errorf("reading the answer: %w", err)
	}
	fmt.Fprintln(c.out, strings.TrimSpace(string(text)))
	var sent struct{ Outcomes map[string]int }
	if answer.StatusCode/100 != 2 || !c.fhir && (json.Unmarshal(text, &sent) != nil || sent.Outcomes[lab.OutcomeRefused]+sent.Outcomes[lab.OutcomeConflict] > 0) {
		return exitFail, nil
	}
	return exitOK, nil
}

// hold makes of a fact what its person holds.
func (c *labCall) hold(context.Context) (int, error) {
	var f healthcode.Fact
	if err := json.Unmarshal(c.data, &f); err != nil {
		return 0, fmt.Errorf("the file is one fact of kind test, in JSON: %w", err)
	}
	if f.Kind != healthcode.KindTest || f.Person == nil || !strings.HasPrefix(f.Source, "lab:") {
		return 0, fmt.Errorf("the fact has kind test, a source such as lab:bj-0007, and the document of its person")
	}
	held := lab.Held{Issuer: f.Source, Issued: c.now.Unix(), ID: f.ID, Subject: lab.SubjectOf(*f.Person, rand.Text()), Analyte: f.Analyte, Result: f.Result, Time: f.Time}
	text, err := c.signer.Hold(held)
	if err == nil {
		_, err = fmt.Fprintln(c.out, text)
	}
	return exitOK, err
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
