package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"healthcode/pass"
)

// verified is what `healthcode verify` prints.
type verified struct {
	OK           bool       `json:"ok"`
	Failure      pass.Code  `json:"failure,omitempty"`
	Jurisdiction string     `json:"jurisdiction,omitempty"`
	State        string     `json:"state,omitempty"`
	Name         string     `json:"name,omitempty"`
	Proxy        bool       `json:"proxy,omitempty"`
	Unchecked    bool       `json:"unchecked,omitempty"`
	Bound        bool       `json:"bound"`           // signed by the holder's device
	Shown        *time.Time `json:"shown,omitempty"` // when that device signed; issued and expires are then its credential's
	Issued       *time.Time `json:"issued,omitempty"`
	Expires      *time.Time `json:"expires,omitempty"`
	Until        *time.Time `json:"until,omitempty"`
}

// runVerify verifies a pass offline, with a key document from a jurisdiction's
// well-known address. It exits with 0 where the pass is genuine and valid, 1 where not.
func runVerify(_ context.Context, args []string, std stdio) int {
	fs := flag.NewFlagSet("verify", flag.ContinueOnError)
	fs.SetOutput(std.err)
	keysFile := fs.String("keys", "", "`file` with the jurisdiction's key document")
	jurisdiction := fs.String("jurisdiction", "", "the `jurisdiction` whose passes are accepted, such as beijing")
	at := fs.String("at", "", "`time` to verify for, RFC 3339; now where absent")
	if err := fs.Parse(args); err != nil {
		return exitUsage
	}
	if *keysFile == "" || *jurisdiction == "" || fs.NArg() != 1 {
		return std.fail("Usage: healthcode verify --keys FILE --jurisdiction ID [--at TIME] PASS|-")
	}
	now := std.now()
	if *at != "" {
		var err error
		if now, err = time.Parse(time.RFC3339, *at); err != nil {
			return std.fail("healthcode verify: --at %q: write it as RFC 3339 with an offset", *at)
		}
	}
	data, err := os.ReadFile(*keysFile)
	if err != nil {
		return std.fail("healthcode verify: %v", err)
	}
	keys, err := pass.ParsePublicKeys(data)
	if err != nil {
		return std.fail("%s: %v", *keysFile, err)
	}
	verifier, err := pass.NewVerifier(map[string][]pass.PublicKey{*jurisdiction: keys})
	if err != nil {
		return std.fail("healthcode verify: %v", err)
	}
	text := fs.Arg(0)
	if text == "-" {
		data, err := readInput("-", std.in)
		if err != nil {
			return std.fail("healthcode verify: %v", err)
		}
		text = string(data)
	}
	claims, err := verifier.Verify(strings.TrimSpace(text), now)
	out, code := verified{OK: true, Jurisdiction: claims.Jurisdiction, State: claims.State, Name: claims.Name, Proxy: claims.Proxy,
		Unchecked: claims.Unchecked, Issued: &claims.Issued, Expires: &claims.Expires}, exitOK
	if !claims.Until.IsZero() {
		out.Until = &claims.Until
	}
	if claims.Bound {
		out.Bound, out.Shown = true, &claims.Shown
	}
	var failure *pass.Failure
	if errors.As(err, &failure) {
		fmt.Fprintf(std.err, "healthcode verify: %v\n", failure)
		out, code = verified{Failure: failure.Code}, exitFail
	}
	json.NewEncoder(std.out).Encode(out)
	return code
}
