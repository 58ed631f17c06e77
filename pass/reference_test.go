package pass

import (
	"bytes"
	"crypto/ed25519"
	_ "crypto/sha256" // for the COSE library
	"testing"
	"time"

	"healthcode/internal/base45"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"
	"pgregory.net/rapid"
)

// cwt is the payload as a general CBOR library sees it.
type cwt struct {
	Issuer  string    `cbor:"1,keyasint"`
	Expires uint32    `cbor:"4,keyasint"`
	Issued  uint32    `cbor:"6,keyasint"`
	ID      []byte    `cbor:"7,keyasint"`
	Confirm *cnf      `cbor:"8,keyasint,omitempty"`
	Health  cwtHealth `cbor:"-65537,keyasint"`
}

// cnf is the claim of RFC 8747, with a COSE_Key of RFC 9053, section 7.1.1.
type cnf struct {
	Key coseKey `cbor:"1,keyasint"`
}

type coseKey struct {
	Type  int    `cbor:"1,keyasint"`
	Curve int    `cbor:"-1,keyasint"`
	X     []byte `cbor:"-2,keyasint"`
	Y     any    `cbor:"-3,keyasint"`
}

type cwtHealth struct {
	_     struct{} `cbor:",toarray"`
	State string
	Name  string
	Flags uint
	Until *uint32
}

// TestOtherLibrariesAgree reads each pass with a general COSE and a general CBOR library, signs the same
// claims with them, and gets the same bytes, since Ed25519 is deterministic.
func TestOtherLibrariesAgree(t *testing.T) {
	issuer, verifier := newPair(t, "beijing")
	key := issuer.keys.keys[0]
	theirVerifier, err := cose.NewVerifier(cose.AlgorithmEdDSA, key.public.Key)
	if err != nil {
		t.Fatal(err)
	}
	theirSigner, err := cose.NewSigner(cose.AlgorithmEdDSA, ed25519.PrivateKey(key.private))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		content := contents.Draw(t, "content")
		now := time.Unix(rapid.Int64Range(noon.Add(-time.Hour).Unix(), noon.Unix()).Draw(t, "now"), 0)
		text, data := mint(t, issuer, content, now)
		claims, err := verifier.Verify(text, now)
		if err != nil {
			t.Fatal(err)
		}

		var theirs cose.Sign1Message
		if err := theirs.UnmarshalCBOR(data); err != nil {
			t.Fatal(err)
		}
		if err := theirs.Verify(nil, theirVerifier); err != nil {
			t.Fatal(err)
		}
		var read cwt
		if err := cbor.Unmarshal(theirs.Payload, &read); err != nil {
			t.Fatal(err)
		}
		if read.Issuer != claims.Jurisdiction || read.Health.State != claims.State || read.Health.Name != claims.Name || ID(read.ID) != claims.ID ||
			int64(read.Expires) != claims.Expires.Unix() || int64(read.Issued) != claims.Issued.Unix() ||
			(read.Health.Until == nil) != claims.Until.IsZero() || read.Health.Until != nil && int64(*read.Health.Until) != claims.Until.Unix() {
			t.Fatalf("they read %+v, we %+v", read, claims)
		}

		mode, err := cbor.CoreDetEncOptions().EncMode()
		if err != nil {
			t.Fatal(err)
		}
		again := cose.NewSign1Message()
		again.Headers.Protected.SetAlgorithm(cose.AlgorithmEdDSA)
		again.Headers.Protected[cose.HeaderLabelKeyID] = key.public.ID[:]
		if again.Payload, err = mode.Marshal(read); err != nil {
			t.Fatal(err)
		}
		if err := again.Sign(nil, nil, theirSigner); err != nil {
			t.Fatal(err)
		}
		written, err := again.MarshalCBOR()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(written, data) {
			t.Fatalf("they write %x\nwe       %x", written, data)
		}
		if _, err := verifier.Verify(Prefix+base45.Encode(written), now); err != nil {
			t.Fatal(err)
		}
	})
}
