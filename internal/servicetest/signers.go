package servicetest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"log/slog"
	"math/big"
	"testing"
	"time"

	"healthcode/certificate"
	"healthcode/internal/travel"
)

// Signers are a key for each usage, as an issuer has them.
type Signers map[certificate.Usage]*certificate.Issuer

// Issuer gives the key of a usage.
func (s Signers) Issuer(_ context.Context, usage certificate.Usage) (*certificate.Issuer, error) {
	if usage == 0 {
		usage = certificate.UsageTest
	}
	return s[usage], nil
}

// Trust is the list of their keys.
func (s Signers) Trust() *certificate.TrustList {
	return certificate.NewTrustList(s[certificate.UsageTest].Key, s[certificate.UsageVaccination].Key)
}

// NewSigners makes keys that count from one instant to another.
func NewSigners(t testing.TB, from, to time.Time) Signers {
	t.Helper()
	all := Signers{}
	for i, usage := range []certificate.Usage{certificate.UsageTest, certificate.UsageVaccination} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		template := &x509.Certificate{SerialNumber: big.NewInt(int64(i + 1)), Subject: pkix.Name{Country: []string{"CN"}, CommonName: fmt.Sprint(i)},
			NotBefore: from, NotAfter: to, UnknownExtKeyUsage: []asn1.ObjectIdentifier{{1, 3, 6, 1, 4, 1, 1847, 2021, 1, i + 1}}}
		der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := certificate.ParseKey(der)
		if err != nil {
			t.Fatal(err)
		}
		all[usage] = &certificate.Issuer{Signer: key, Key: parsed, Country: "CN"}
	}
	return all
}

// NewTravel returns the service of travel certificates over the house's store, and the keys that it signs with.
func (h *House) NewTravel() (*travel.Service, Signers) {
	h.Helper()
	s := NewSigners(h.TB, Start.AddDate(-1, 0, 0), Start.AddDate(4, 0, 0))
	return travel.New(h.Store, h.Vault, h.Status, s, travel.BuiltIn(), h.Clock, slog.New(slog.NewTextHandler(h.Log, nil))), s
}
