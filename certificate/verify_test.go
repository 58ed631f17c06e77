package certificate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/asn1"
	"errors"
	"math/big"
	"sync"
	"testing"
	"time"
)

func TestEveryFailureIsReportedInOrder(t *testing.T) {
	s := newECSigner(t, asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 1847, 2021, 1, 3})
	bad := claims(content(func(m, _ map[string]any) { delete(m, "dob") }))
	bad[claimExpires] = noon.Unix() - 1
	v := s.verifier()
	v.Rules = []Rule{func(*Document, time.Time) error { return errors.New("no visa") }}
	v.Revoked = func(RevocationHashes) (bool, error) { return true, nil }
	r := v.Verify(s.forgeClaims(t, bad), noon)
	want := []Stage{Expired, KeyUsage, Schema, BrokenRule, Revoked}
	if len(r.Failures) != len(want) {
		t.Fatalf("%s; want %v", describe(r), want)
	}
	for i, f := range r.Failures {
		if f.Stage != want[i] {
			t.Errorf("failure %d is %q, want %q", i, f.Stage, want[i])
		}
	}
}

func TestKeyUsageInBothSpellings(t *testing.T) {
	for n, want := range map[int]Stage{1: KeyUsage, 2: "", 3: KeyUsage} {
		for _, arc := range usageArcs {
			oid := append(append(asn1.ObjectIdentifier{}, arc...), n)
			s := newECSigner(t, oid)
			if r := s.verifier().Verify(s.forgeClaims(t, claims(vaccinated())), noon); r.Stage() != want {
				t.Errorf("a signer with %v signs a vaccination: stage %q, want %q", oid, r.Stage(), want)
			}
		}
	}
}

func TestAllKeysWithTheIDAreTried(t *testing.T) {
	s, other := newECSigner(t), newECSigner(t)
	shadow := *other.key
	shadow.ID = s.key.ID
	v := Verifier{Trust: NewTrustList(&shadow, s.key)}
	if r := v.Verify(s.forgeClaims(t, claims(vaccinated())), noon); !r.OK() || r.Signer != s.key {
		t.Errorf("the second key with the id was not tried: %s", describe(r))
	}
}

// ES256 under a P-384 key has signatures of 96 bytes.
func TestES256UnderP384(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := newSigner(t, private)
	m := &Message{Algorithm: ES256, protected: marshal(t, s.headers()), Payload: marshal(t, claims(vaccinated()))}
	hasher := algorithms[ES256].hash.New()
	hasher.Write(m.signed())
	r, ss, err := ecdsa.Sign(rand.Reader, private, hasher.Sum(nil))
	if err != nil {
		t.Fatal(err)
	}
	m.Signature = append(r.FillBytes(make([]byte, 48)), ss.FillBytes(make([]byte, 48))...)
	text, err := wrap(m.encode())
	if err != nil {
		t.Fatal(err)
	}
	if r := s.verifier().Verify(text, noon); !r.OK() {
		t.Error(describe(r))
	}
}

func TestClockError(t *testing.T) {
	s := newECSigner(t)
	text := s.forgeClaims(t, claims(vaccinated()))
	v := s.verifier()
	if r := v.Verify(text, noon.Add(-time.Minute)); r.Stage() != NotYetValid {
		t.Errorf("a minute early: stage %q", r.Stage())
	}
	v.ClockError = 2 * time.Minute
	if r := v.Verify(text, noon.Add(-time.Minute)); !r.OK() {
		t.Errorf("a minute early with two allowed: %s", describe(r))
	}
}

func TestEndIsIncluded(t *testing.T) {
	s := newECSigner(t)
	c := claims(vaccinated())
	c[claimExpires] = noon.Unix()
	text := s.forgeClaims(t, c)
	if r := s.verifier().Verify(text, noon); !r.OK() {
		t.Errorf("at its last second: %s", describe(r))
	}
	if r := s.verifier().Verify(text, noon.Add(time.Second)); r.Stage() != Expired {
		t.Errorf("a second later: stage %q", r.Stage())
	}
}

// A signature (R, S) can be rewritten as (R, N-S) without the key; both must be on the list.
func TestRevocationSurvivesARewrittenSignature(t *testing.T) {
	s := newECSigner(t)
	d, err := Decode(s.forgeClaims(t, claims(vaccinated())))
	if err != nil {
		t.Fatal(err)
	}
	list := RevocationSet{}
	list.Add(d.RevocationHashes().Signature)
	v := s.verifier()
	v.Revoked = list.Revoked

	twin := *d.Message
	twin.Signature = append([]byte{}, d.Message.Signature...)
	order := elliptic.P256().Params().N
	new(big.Int).Sub(order, new(big.Int).SetBytes(twin.Signature[32:])).FillBytes(twin.Signature[32:])
	text, err := wrap(twin.encode())
	if err != nil {
		t.Fatal(err)
	}
	r := v.Verify(text, noon)
	if r.Signer == nil || r.Stage() != Revoked {
		t.Errorf("the twin: stage %q, signer %v", r.Stage(), r.Signer)
	}
	hashes := d.RevocationHashes()
	for _, h := range []RevocationHash{hashes.UVCI, hashes.CountryUVCI} {
		list := RevocationSet{}
		list.Add(h)
		if revoked, _ := list.Revoked(hashes); !revoked || h == (RevocationHash{}) {
			t.Errorf("hash %x does not revoke", h)
		}
	}
	if revoked, _ := (RevocationSet{}).Revoked(hashes); revoked {
		t.Error("an empty list revokes")
	}
}

func TestABrokenRevocationListIsSaid(t *testing.T) {
	s := newECSigner(t)
	v := s.verifier()
	v.Revoked = func(RevocationHashes) (bool, error) { return false, errors.New("the list is a week old") }
	if r := v.Verify(s.forgeClaims(t, claims(vaccinated())), noon); r.Stage() != CannotAscertain {
		t.Errorf("stage %q, want %q", r.Stage(), CannotAscertain)
	}
}

func TestRuleMayNameItsStage(t *testing.T) {
	s := newECSigner(t)
	v := s.verifier()
	v.Rules = []Rule{func(d *Document, at time.Time) error { return &Failure{Stage: CannotAscertain, Reason: "no value set"} }}
	if r := v.Verify(s.forgeClaims(t, claims(vaccinated())), noon); r.Stage() != CannotAscertain {
		t.Errorf("stage %q", r.Stage())
	}
}

func TestVerifierIsSafeForConcurrentUse(t *testing.T) {
	s := newECSigner(t)
	v, text := s.verifier(), s.forgeClaims(t, claims(vaccinated()))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				if r := v.Verify(text, noon); !r.OK() {
					t.Error(describe(r))
				}
				v.Verify(text[:len(text)-7], noon)
			}
		})
	}
	all.Wait()
}
