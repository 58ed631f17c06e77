//go:build !nopkcs11 && (linux || darwin) && (amd64 || arm64)

package pkcs11

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"sync"
	"unsafe"
)

// Attributes, object classes, key types and mechanisms of PKCS#11 v2.40.
const (
	ckaClass, ckaToken, ckaPrivate, ckaLabel, ckaKeyType, ckaSensitive uintptr = 0x0, 0x1, 0x2, 0x3, 0x100, 0x103
	ckaSign, ckaVerify, ckaModulus, ckaModulusBits, ckaExponent        uintptr = 0x108, 0x10a, 0x120, 0x121, 0x122
	ckaExtractable, ckaECParams, ckaECPoint                            uintptr = 0x162, 0x180, 0x181
	classPublic, classPrivate                                          uintptr = 2, 3
	typeRSA, typeEC                                                    uintptr = 0, 3
	mechanismRSAPair, mechanismPSS, mechanismECPair, mechanismECDSA    uintptr = 0x0, 0xd, 0x1040, 0x1041
	mechanismSHA256, mgfSHA256                                         uintptr = 0x250, 2
	serialSession, writeSession, userNormal                            uintptr = 4, 2, 1
)

var oidP256 = []byte{0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07}

// Token is a token with a session in which its user is signed in. It is safe for concurrent use.
type Token struct {
	config Config
	module *module

	mu      sync.Mutex
	session uintptr // 0 while there is none
}

// Open loads the module and signs in, so that a wrong PIN is known at once.
func Open(c Config) (*Token, error) {
	m, err := load(c.Module)
	if err == nil {
		t := &Token{config: c, module: m}
		if err = t.connect(); err == nil {
			return t, nil
		}
	}
	return nil, fmt.Errorf("opening the PKCS#11 token %q of %s: %w", c.Token, c.Module, err)
}

// connect opens a session and signs in.
func (t *Token) connect() error {
	slot, err := t.module.slotOf(t.config.Token)
	if err != nil {
		return err
	}
	if t.session != 0 {
		t.module.call(fnCloseSession, t.session)
		t.session = 0
	}
	var session uintptr
	if err := t.module.call(fnOpenSession, slot, serialSession|writeSession, uintptr(0), uintptr(0), unsafe.Pointer(&session)); err != nil {
		return fmt.Errorf("opening a session: %w", explain(err))
	}
	pin := append([]byte(t.config.PIN), 0)
	err = t.module.call(fnLogin, session, userNormal, unsafe.Pointer(&pin[0]), uintptr(len(t.config.PIN)))
	if err != nil && !errors.Is(err, rvAlreadyLoggedIn) {
		t.module.call(fnCloseSession, session)
		return fmt.Errorf("signing in: %w", explain(err))
	}
	t.session = session
	return nil
}

// do works in the session, and once more in a new one where the old one was lost.
func (t *Token) do(work func(session uintptr) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	err := work(t.session)
	for _, lost := range []returnValue{rvSessionHandle, rvSessionClosed, rvNotLoggedIn, rvDeviceRemoved, rvTokenNotPresent} {
		if errors.Is(err, lost) {
			if err = t.connect(); err == nil {
				err = work(t.session)
			}
			break
		}
	}
	return explain(err)
}

// Generate makes a pair that stays in the token: P-256, or RSA of 3072 bits.
func (t *Token) Generate(label string, useRSA bool) (crypto.Signer, error) {
	var open, secret template
	defer open.done()
	defer secret.done()
	open.number(ckaClass, classPublic).yes(ckaToken).yes(ckaVerify).bytes(ckaLabel, []byte(label))
	secret.number(ckaClass, classPrivate).yes(ckaToken).yes(ckaPrivate).yes(ckaSensitive).no(ckaExtractable).yes(ckaSign).bytes(ckaLabel, []byte(label))
	mechanism := [3]uintptr{mechanismECPair, 0, 0}
	if useRSA {
		mechanism[0] = mechanismRSAPair
		open.number(ckaModulusBits, 3072).bytes(ckaExponent, []byte{1, 0, 1})
	} else {
		open.bytes(ckaECParams, oidP256)
	}
	err := t.do(func(session uintptr) error {
		var handles [2]uintptr
		return t.module.call(fnGenerateKeyPair, session, unsafe.Pointer(&mechanism), open.pointer(), open.size(),
			secret.pointer(), secret.size(), unsafe.Pointer(&handles[0]), unsafe.Pointer(&handles[1]))
	})
	if err != nil {
		return nil, fmt.Errorf("making the key %s in the token: %w", label, err)
	}
	return t.Signer(label)
}

// Signer finds a key by its label.
func (t *Token) Signer(label string) (crypto.Signer, error) {
	s := &signer{token: t, label: label}
	err := t.do(func(session uintptr) error {
		if _, err := t.find(session, classPrivate, label); err != nil {
			return err
		}
		handle, err := t.find(session, classPublic, label)
		if err != nil {
			return err
		}
		s.public, err = t.public(session, handle)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("finding the key %s in the token %q: %w", label, t.config.Token, err)
	}
	return s, nil
}

func (t *Token) find(session, class uintptr, label string) (uintptr, error) {
	var search template
	defer search.done()
	search.number(ckaClass, class).bytes(ckaLabel, []byte(label))
	if err := t.module.call(fnFindObjectsInit, session, search.pointer(), search.size()); err != nil {
		return 0, err
	}
	var found [2]uintptr
	var n uintptr
	err := t.module.call(fnFindObjects, session, unsafe.Pointer(&found[0]), uintptr(len(found)), unsafe.Pointer(&n))
	if endErr := t.module.call(fnFindObjectsFinal, session); err == nil {
		err = endErr
	}
	switch {
	case err != nil:
		return 0, err
	case n == 0:
		return 0, fmt.Errorf("%w: %s", ErrNoKey, label)
	case n > 1:
		return 0, fmt.Errorf("the token holds several keys labelled %s: delete or rename all but one", label)
	}
	return found[0], nil
}

func (t *Token) public(session, handle uintptr) (crypto.PublicKey, error) {
	kind, err := t.attribute(session, handle, ckaKeyType)
	if err != nil {
		return nil, err
	}
	if len(kind) != int(unsafe.Sizeof(typeRSA)) {
		return nil, errors.New("the token gives no key type")
	}
	switch *(*uintptr)(unsafe.Pointer(&kind[0])) {
	case typeRSA:
		n, err := t.attribute(session, handle, ckaModulus)
		if err != nil {
			return nil, err
		}
		e, err := t.attribute(session, handle, ckaExponent)
		if err != nil {
			return nil, err
		}
		return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, nil
	case typeEC:
		point, err := t.attribute(session, handle, ckaECPoint)
		if err != nil {
			return nil, err
		}
		// The point stands in an OCTET STRING; some tokens leave that out.
		var inner []byte
		if rest, err := asn1.Unmarshal(point, &inner); err == nil && len(rest) == 0 {
			point = inner
		}
		return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	}
	return nil, errors.New("the key is neither RSA nor on an elliptic curve")
}

func (t *Token) attribute(session, handle, kind uintptr) ([]byte, error) {
	value := make([]byte, 1024)
	var wanted template
	defer wanted.done()
	wanted.bytes(kind, value)
	if err := t.module.call(fnGetAttributeValue, session, handle, wanted.pointer(), wanted.size()); err != nil {
		return nil, err
	}
	return value[:min(wanted.attributes[0].size, uintptr(len(value)))], nil
}

// signer is a key in the token.
type signer struct {
	token  *Token
	label  string
	public crypto.PublicKey
}

func (s *signer) Public() crypto.PublicKey { return s.public }

// pssParameters is CK_RSA_PKCS_PSS_PARAMS.
type pssParameters struct{ hash, mgf, salt uintptr }

// Sign signs a SHA-256 hash: with ECDSA, in DER, or with RSA-PSS where the options ask for it.
func (s *signer) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts.HashFunc() != crypto.SHA256 || len(digest) != crypto.SHA256.Size() {
		return nil, errors.New("signing in the token: only SHA-256 is signed")
	}
	var mechanism template // CK_MECHANISM has the form of an attribute
	defer mechanism.done()
	if _, isRSA := s.public.(*rsa.PublicKey); isRSA {
		if _, ok := opts.(*rsa.PSSOptions); !ok {
			return nil, errors.New("signing in the token: RSA signs with PSS alone")
		}
		p := &pssParameters{mechanismSHA256, mgfSHA256, uintptr(len(digest))}
		mechanism.pins.Pin(p)
		mechanism.attributes = []attribute{{mechanismPSS, unsafe.Pointer(p), unsafe.Sizeof(*p)}}
	} else {
		mechanism.attributes = []attribute{{kind: mechanismECDSA}}
	}
	signature := make([]byte, 1024)
	n := uintptr(len(signature))
	err := s.token.do(func(session uintptr) error {
		handle, err := s.token.find(session, classPrivate, s.label)
		if err != nil {
			return err
		}
		if err := s.token.module.call(fnSignInit, session, mechanism.pointer(), handle); err != nil {
			return err
		}
		return s.token.module.call(fnSign, session, unsafe.Pointer(&digest[0]), uintptr(len(digest)), unsafe.Pointer(&signature[0]), unsafe.Pointer(&n))
	})
	if err != nil {
		return nil, fmt.Errorf("signing with the key %s in the token %q: %w", s.label, s.token.config.Token, err)
	}
	signature = signature[:n]
	if _, isRSA := s.public.(*rsa.PublicKey); isRSA {
		return signature, nil
	}
	r, v := new(big.Int).SetBytes(signature[:n/2]), new(big.Int).SetBytes(signature[n/2:])
	return asn1.Marshal(struct{ R, S *big.Int }{r, v})
}
