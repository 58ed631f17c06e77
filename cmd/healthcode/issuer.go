package main

import (
	"bytes"
	"context"
	"crypto"
	"fmt"
	"os"
	"strings"

	"healthcode"
	"healthcode/internal/issuer"
	"healthcode/internal/pkcs11"
)

// issuerSettings say who issues travel certificates, and where the keys are that don't lie in the database.
type issuerSettings struct {
	Country      string         `yaml:"country"` // ISO 3166-1 alpha-2
	Organisation string         `yaml:"organisation"`
	PKCS11       pkcs11Settings `yaml:"pkcs11"`
}

type pkcs11Settings struct {
	Module string `yaml:"module"` // path of the token's library
	Token  string `yaml:"token"`  // its label
	// PINFile holds the PIN; the environment variable HEALTHCODE_PKCS11_PIN does too.
	PINFile string `yaml:"pin_file"`
}

const pinVariable = "HEALTHCODE_PKCS11_PIN"

// defaultCountry issues where the settings name no other.
const defaultCountry = "CN"

// hsm makes a PKCS#11 token what the issuer keys ask of one.
type hsm struct{ *pkcs11.Token }

func (h hsm) Generate(label string, a issuer.Algorithm) (crypto.Signer, error) {
	return h.Token.Generate(label, a == issuer.PS256)
}

// open opens the token; nil where none is set up.
func (p *pkcs11Settings) open() (issuer.Token, error) {
	if p.Module == "" && p.Token == "" {
		return nil, nil
	}
	if p.Module == "" || p.Token == "" {
		return nil, fmt.Errorf("issuer.pkcs11: give both module and token")
	}
	pin := os.Getenv(pinVariable)
	if p.PINFile != "" {
		data, err := os.ReadFile(p.PINFile)
		if err != nil {
			return nil, fmt.Errorf("reading the PIN: %w", err)
		}
		pin = string(bytes.TrimSpace(data))
	}
	if pin == "" {
		return nil, fmt.Errorf("issuer.pkcs11: the token's PIN is missing: set %s, or pin_file", pinVariable)
	}
	token, err := pkcs11.Open(pkcs11.Config{Module: p.Module, Token: p.Token, PIN: pin})
	if err != nil {
		return nil, err
	}
	return hsm{token}, nil
}

// newKeys gives the issuer keys of a store.
func newKeys(s settings, store issuer.Store, sealer healthcode.Sealer, clock healthcode.Clock) (*issuer.Keys, error) {
	o := issuer.Options{Country: strings.ToUpper(s.Issuer.Country), Organisation: s.Issuer.Organisation}
	if o.Country == "" {
		o.Country = defaultCountry
	}
	if len(o.Country) != 2 {
		return nil, fmt.Errorf("issuer.country %q: write it as two letters (ISO 3166-1 alpha-2)", o.Country)
	}
	var err error
	if o.Token, err = s.Issuer.PKCS11.open(); err != nil {
		return nil, err
	}
	return issuer.New(store, sealer, clock, o), nil
}

// checkKeys refuses to start with keys that must not sign here.
func (a *app) checkKeys(ctx context.Context) error {
	if a.settings.Demo {
		return nil
	}
	return a.issuer.Check(ctx)
}
