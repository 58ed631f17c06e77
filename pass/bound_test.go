package pass

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"healthcode/internal/base45"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"
	"pgregory.net/rapid"
)

func newHolder(t rapid.TB) (*ecdsa.PrivateKey, HolderKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	holder, err := holderOf(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return key, holder
}

func bind(t rapid.TB, issuer *Issuer, content Content, holder HolderKey, now time.Time) []byte {
	t.Helper()
	credential, _, err := issuer.Bind(content, DeviceID{5}, holder, now)
	if err != nil {
		t.Fatal(err)
	}
	return credential
}

func present(t rapid.TB, credential []byte, key *ecdsa.PrivateKey, at time.Time) string {
	t.Helper()
	text, err := Present(credential, key, at)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func wantFailure(t rapid.TB, verifier *Verifier, text string, now time.Time, want Code) {
	t.Helper()
	var failure *Failure
	if _, err := verifier.Verify(text, now); !errors.As(err, &failure) || failure.Code != want {
		t.Fatalf("%v, want %s", err, want)
	}
}

// alphanumericM is how many characters a QR code of versions 1 to 13 holds at level M (ISO/IEC 18004, table 7).
var alphanumericM = []int{20, 38, 61, 90, 122, 154, 178, 221, 262, 311, 366, 419, 483}

// TestBoundSize: what the documents say of its size, and that every one fits version 13.
func TestBoundSize(t *testing.T) {
	issuer, _ := newPair(t, "beijing")
	key, holder := newHolder(t)
	size := func(content Content) (bytes, characters, version int) {
		text := present(t, bind(t, issuer, content, holder, noon), key, noon)
		data, err := base45.Decode(text[len(BoundPrefix):])
		if err != nil {
			t.Fatal(err)
		}
		for version = 1; alphanumericM[version-1] < len(text); version++ {
		}
		return len(data), len(text), version
	}
	if b, c, v := size(Content{State: "green", Name: "张三"}); b != 282 || c != 428 || v != 13 {
		t.Errorf("a usual one has %d bytes, %d characters, version %d", b, c, v)
	}
	if b, c, v := size(Content{State: "held", Name: "张三", Until: noon.Add(72 * time.Hour)}); b != 285 || c != 433 || v != 13 {
		t.Errorf("one with an end has %d bytes, %d characters, version %d", b, c, v)
	}
	issuer, err := NewIssuer("sixteen-letters-", issuer.keys)
	if err != nil {
		t.Fatal(err)
	}
	if b, c, v := size(Content{State: "dark-red-2-x", Name: "𐐀a 𐐁b", Proxy: true, Unchecked: true, Until: noon.Add(72 * time.Hour)}); b > MaxBoundSize || v != 13 {
		t.Errorf("the largest has %d bytes, %d characters, version %d", b, c, v)
	}
}

func TestBoundRoundTrip(t *testing.T) {
	issuer, verifier := newPair(t, "beijing")
	key, holder := newHolder(t)
	rapid.Check(t, func(t *rapid.T) {
		content := contents.Draw(t, "content")
		content.Lifetime = time.Duration(rapid.IntRange(300, 12*3600).Draw(t, "lifetime")) * time.Second
		content.Until = time.Time{}
		now := noon.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "now")))
		issued := now.Truncate(Grain)
		expires := issued.Add(content.Lifetime)
		if rapid.Bool().Draw(t, "ends early") {
			content.Until = now.Truncate(time.Second).Add(time.Duration(rapid.IntRange(1, 24*3600).Draw(t, "until")) * time.Second)
			if content.Until.Before(expires) {
				expires = content.Until
			}
		}
		if !now.Before(expires.Add(-time.Second)) {
			t.Skip()
		}
		credential, end, err := issuer.Bind(content, DeviceID{5}, holder, now)
		if err != nil || !end.Equal(expires) {
			t.Fatalf("ends %v, %v; want %v", end, err, expires)
		}
		text := present(t, credential, key, now)
		if strings.Trim(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:") != "" || strings.TrimSpace(text) != text {
			t.Fatalf("%q has other characters than alphanumeric mode, or a space at an end", text)
		}
		claims, err := verifier.Verify(text, now)
		if err != nil {
			t.Fatal(err)
		}
		person, device, err := issuer.OpenBound(claims)
		if err != nil || person != content.Person || device != (DeviceID{5}) {
			t.Fatalf("it is of %x and %x, %v", person, device, err)
		}
		want := Claims{Jurisdiction: "beijing", State: content.State, Issued: issued, Expires: expires, ID: claims.ID, Name: MaskName(content.Name),
			Proxy: content.Proxy, Unchecked: content.Unchecked, Until: content.Until, Bound: true, Holder: holder, Shown: now.Truncate(time.Second)}
		if claims != want {
			t.Fatalf("got  %+v\nwant %+v", claims, want)
		}
	})
}

// TestPictureDies: whatever the device's clock says, a picture works for a minute at most, and a live one always does
// while the clocks differ by less than they may.
func TestPictureDies(t *testing.T) {
	issuer, verifier := newPair(t, "beijing")
	key, holder := newHolder(t)
	credential := bind(t, issuer, Content{State: "green"}, holder, noon)
	for skew := -24 * time.Second; skew <= Leeway; skew += time.Second {
		taken := noon.Add(time.Hour)
		text := present(t, credential, key, taken.Add(skew))
		for age := time.Duration(0); age < Interval; age += time.Second {
			if _, err := verifier.Verify(text, taken.Add(age)); err != nil {
				t.Fatalf("clock %v ahead, shown for %v: %v", skew, age, err)
			}
		}
		wantFailure(t, verifier, text, taken.Add(time.Minute), Stale)
	}
	wantFailure(t, verifier, present(t, credential, key, noon.Add(time.Hour+6*time.Second)), noon.Add(time.Hour), FromTheFuture)
}

// TestCopiedCredential: without the device's key a credential is worth nothing.
func TestCopiedCredential(t *testing.T) {
	issuer, verifier := newPair(t, "beijing")
	_, holder := newHolder(t)
	thief, theirs := newHolder(t)
	credential := bind(t, issuer, Content{State: "green"}, holder, noon)
	wantFailure(t, verifier, present(t, credential, thief, noon), noon, NotTheHolder)
	swapped := bytes.Replace(credential, holder[1:], theirs[1:], 1)
	swapped[bytes.Index(swapped, theirs[1:])+33] = appendBool(nil, theirs.odd())[0]
	wantFailure(t, verifier, present(t, swapped, thief, noon), noon, BadSignature)
}

// TestNoBoundChangeGoesUnnoticed changes one byte of the pass. Of an ECDSA signature there are two forms, so
// unlike the other form's a text isn't the only one of its pass: what doors keep is the pass id and the time.
func TestNoBoundChangeGoesUnnoticed(t *testing.T) {
	issuer, verifier := newPair(t, "beijing")
	key, holder := newHolder(t)
	rapid.Check(t, func(t *rapid.T) {
		text := present(t, bind(t, issuer, Content{State: "green", Name: "张三"}, holder, noon), key, noon)
		message, err := base45.Decode(text[len(BoundPrefix):])
		if err != nil {
			t.Fatal(err)
		}
		message[rapid.IntRange(0, len(message)-1).Draw(t, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		for _, wrong := range []string{BoundPrefix + base45.Encode(message), text[:rapid.IntRange(0, len(text)-1).Draw(t, "cut")], text + "0", Prefix + text[5:]} {
			if claims, err := verifier.Verify(wrong, noon); err == nil {
				t.Fatalf("%q is accepted: %+v", wrong, claims)
			}
		}
	})
}

// TestCredentialsCannotBeLinked: two credentials of one person that were issued within the same Grain have in common
// what those of two persons with one state and one masked name have, and nothing else.
func TestCredentialsCannotBeLinked(t *testing.T) {
	issuer, _ := newPair(t, "beijing")
	varying := func(person PersonID, name string) (first []byte, differs []bool) {
		for range 60 {
			_, holder := newHolder(t)
			c := bind(t, issuer, Content{Person: person, State: "green", Name: name}, holder, noon.Add(time.Minute))
			if first == nil {
				first, differs = c, make([]bool, len(c))
			}
			for i := range c {
				differs[i] = differs[i] || c[i] != first[i]
			}
		}
		return first, differs
	}
	a, inA := varying(PersonID{1}, "张三")
	b, inB := varying(PersonID{2}, "张伟")
	n := 0
	for i := range a {
		if inA[i] != inB[i] || !inA[i] && a[i] != b[i] {
			t.Errorf("byte %d tells the persons apart", i)
		}
		if inA[i] {
			n++
		}
	}
	if want := len(ID{}) + len(HolderKey{}) + 64; n != want {
		t.Errorf("%d bytes vary; want the %d of pass id, key and signature", n, want)
	}
}

// TestOtherLibrariesReadPresentations reads the whole form with general COSE and CBOR libraries, and shows with theirs.
func TestOtherLibrariesReadPresentations(t *testing.T) {
	issuer, verifier := newPair(t, "beijing")
	key, holder := newHolder(t)
	theirIssuer, err := cose.NewVerifier(cose.AlgorithmEdDSA, issuer.keys.keys[0].public.Key)
	if err != nil {
		t.Fatal(err)
	}
	theirDevice, err := cose.NewSigner(cose.AlgorithmES256, key)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		content := contents.Draw(t, "content")
		content.Lifetime, content.Until = 0, time.Time{}
		credential := bind(t, issuer, content, holder, noon)
		text := present(t, credential, key, noon)
		data, err := base45.Decode(text[len(BoundPrefix):])
		if err != nil {
			t.Fatal(err)
		}
		var parts []cbor.RawMessage
		if err := cbor.Unmarshal(data, &parts); err != nil || len(parts) != 3 || !bytes.Equal(parts[0], credential) {
			t.Fatalf("%d parts, %v", len(parts), err)
		}
		var m cose.Sign1Message
		if err := m.UnmarshalCBOR(parts[0]); err != nil {
			t.Fatal(err)
		}
		if err := m.Verify(nil, theirIssuer); err != nil {
			t.Fatal(err)
		}
		var read cwt
		if err := cbor.Unmarshal(m.Payload, &read); err != nil {
			t.Fatal(err)
		}
		y, ok := read.Confirm.Key.Y.(bool)
		if read.Confirm.Key.Type != 2 || read.Confirm.Key.Curve != 1 || !ok || compressed(read.Confirm.Key.X, y) != holder || read.Health.State != content.State {
			t.Fatalf("they read %+v", read)
		}

		// The device's signature is that of a COSE_Sign1 message whose payload is the time.
		sum := sha256.Sum256(credential)
		shown := cose.NewSign1Message()
		shown.Headers.Protected.SetAlgorithm(cose.AlgorithmES256)
		shown.Payload = parts[1]
		if err := cbor.Unmarshal(parts[2], &shown.Signature); err != nil {
			t.Fatal(err)
		}
		theirs, err := cose.NewVerifier(cose.AlgorithmES256, &key.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		if err := shown.Verify(sum[:], theirs); err != nil {
			t.Fatal(err)
		}
		shown.Signature = nil
		if err := shown.Sign(rand.Reader, sum[:], theirDevice); err != nil {
			t.Fatal(err)
		}
		if parts[2], err = cbor.Marshal(shown.Signature); err != nil {
			t.Fatal(err)
		}
		if data, err = cbor.Marshal(parts); err != nil {
			t.Fatal(err)
		}
		if _, err := verifier.Verify(BoundPrefix+base45.Encode(data), noon); err != nil {
			t.Fatal(err)
		}
	})
}

func TestBindRefuses(t *testing.T) {
	issuer, _ := newPair(t, "beijing")
	_, holder := newHolder(t)
	for _, c := range []struct {
		want    string
		content Content
		holder  HolderKey
		now     time.Time
	}{
		{"the holder's key", Content{State: "green"}, HolderKey{}, noon},
		{"no point of P-256", Content{State: "green"}, HolderKey{2, 31: 0, 32: 1}, noon},
		{`state ""`, Content{}, holder, noon},
		{"500ms", Content{State: "green", Lifetime: time.Second / 2}, holder, noon},
		{"12h0m1s", Content{State: "green", Lifetime: MaxBoundLifetime + time.Second}, holder, noon},
		{"whole seconds", Content{State: "green", Lifetime: time.Hour + 1}, holder, noon},
		{"before it is issued", Content{State: "green", Until: noon}, holder, noon},
		{"no key signs", Content{State: "green"}, holder, noon.Add(12 * time.Hour)},
	} {
		if _, _, err := issuer.Bind(c.content, DeviceID{}, c.holder, c.now); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want … %s", err, c.want)
		}
	}
	key, _ := newHolder(t)
	for what, c := range map[string]struct {
		credential []byte
		at         time.Time
	}{"no credential": {[]byte{1}, noon}, "after its end": {bind(t, issuer, Content{State: "green"}, holder, noon), noon.Add(3 * time.Hour)}} {
		if _, err := Present(c.credential, key, c.at); err == nil {
			t.Errorf("%s: shown", what)
		}
	}
}

func TestParseHolderKey(t *testing.T) {
	key, holder := newHolder(t)
	raw, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for _, point := range [][]byte{raw, holder[:]} {
		if got, err := ParseHolderKey(point); err != nil || got != holder {
			t.Errorf("%x: %v, want %x", got, err, holder)
		}
	}
	raw[64] ^= 1
	for _, point := range [][]byte{raw, nil, {0}, holder[1:], make([]byte, 33), make([]byte, 65), append([]byte{5}, holder[1:]...)} {
		if got, err := ParseHolderKey(point); err == nil {
			t.Errorf("%x is taken as %x", point, got)
		}
	}
}

func BenchmarkBind(b *testing.B) {
	issuer, _ := benchIssuer(b)
	_, holder := newHolder(b)
	for b.Loop() {
		if _, _, err := issuer.Bind(benchContent, DeviceID{1}, holder, benchTime); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyBound(b *testing.B) {
	issuer, verifier := benchIssuer(b)
	key, holder := newHolder(b)
	text := present(b, bind(b, issuer, benchContent, holder, benchTime), key, benchTime)
	for b.Loop() {
		if _, err := verifier.Verify(text, benchTime); err != nil {
			b.Fatal(err)
		}
	}
}
