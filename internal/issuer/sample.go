package issuer

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// samplesText lists published sample keys, one a line: the SHA-256 of the public key (SubjectPublicKeyInfo,
// DER) and where it is published. Anybody may hold their private halves.
//
//go:embed samples.txt
var samplesText string

var samples = func() map[[32]byte]string {
	all := map[[32]byte]string{}
	for line := range strings.Lines(samplesText) {
		sum, where, _ := strings.Cut(strings.TrimSpace(line), " ")
		raw, err := hex.DecodeString(sum)
		if err != nil || len(raw) != 32 {
			panic("samples.txt: not a SHA-256: " + line)
		}
		all[[32]byte(raw)] = where
	}
	return all
}()

// ErrSample means that a key is one that everybody may have.
var ErrSample = errors.New("it is a published sample key, which anybody can sign with")

func checkSample(public []byte) error {
	if where, ok := samples[sha256.Sum256(public)]; ok {
		return fmt.Errorf("%w (%s): make a key of your own with healthcode keys generate", ErrSample, where)
	}
	return nil
}

// Check refuses keys that must not sign for a public service: published samples, and a demo's.
func (k *Keys) Check(ctx context.Context) error {
	all, err := k.List(ctx)
	if err != nil {
		return err
	}
	for i := range all {
		key := &all[i]
		if !key.Withdrawn.IsZero() {
			continue
		}
		if err := checkSample(key.Public); err != nil {
			return fmt.Errorf("checking the issuer key %s: %w; withdraw this one with healthcode keys retire --compromised", key.Name, err)
		}
		if key.Demo || key.hasUnit(demoUnit) {
			return fmt.Errorf("checking the issuer key %s: it was made for a demo; withdraw it with healthcode keys retire --compromised", key.Name)
		}
	}
	return nil
}

func (k *Key) hasUnit(unit string) bool {
	return k.parsed != nil && slices.Contains(strings.FieldsFunc(strings.ReplaceAll(k.parsed.Subject, `\,`, "\x00"), func(r rune) bool { return r == ',' || r == '+' }),
		"OU="+strings.ReplaceAll(unit, ",", "\x00"))
}
