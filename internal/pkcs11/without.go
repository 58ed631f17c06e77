//go:build nopkcs11 || !(linux || darwin) || !(amd64 || arm64)

package pkcs11

import (
	"crypto"
	"errors"
)

// Token is nothing here.
type Token struct{}

var errWithout = errors.New("opening the PKCS#11 token: this program was built without PKCS#11; use one built without the tag nopkcs11, on Linux or macOS")

// Open fails.
func Open(Config) (*Token, error) { return nil, errWithout }

// Generate fails.
func (*Token) Generate(string, bool) (crypto.Signer, error) { return nil, errWithout }

// Signer fails.
func (*Token) Signer(string) (crypto.Signer, error) { return nil, errWithout }
