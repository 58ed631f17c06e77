package pass

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"healthcode/internal/base45"

	"pgregory.net/rapid"
)

var noon = time.Date(2022, 4, 28, 4, 0, 0, 0, time.UTC)

// newPair returns an issuer of the jurisdiction with a random key for the day, and a verifier of its passes.
func newPair(t rapid.TB, jurisdiction string) (*Issuer, *Verifier) {
	t.Helper()
	key, err := GenerateKey(noon.Add(-12*time.Hour), noon.Add(12*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := NewKeySet(key)
	if err != nil {
		t.Fatal(err)
	}
	return newPairOf(t, jurisdiction, keys)
}

func newPairOf(t rapid.TB, jurisdiction string, keys *KeySet) (*Issuer, *Verifier) {
	t.Helper()
	issuer, err := NewIssuer(jurisdiction, keys)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := NewVerifier(map[string][]PublicKey{jurisdiction: keys.Public()})
	if err != nil {
		t.Fatal(err)
	}
	return issuer, verifier
}

func mint(t rapid.TB, issuer *Issuer, content Content, now time.Time) (text string, message []byte) {
	t.Helper()
	text, err := issuer.Mint(content, now)
	if err != nil {
		t.Fatal(err)
	}
	message, err = base45.Decode(strings.TrimPrefix(text, Prefix))
	if err != nil {
		t.Fatal(err)
	}
	return text, message
}

var contents = rapid.Custom(func(t *rapid.T) Content {
	c := Content{
		Person:    PersonID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "person")),
		State:     rapid.StringMatching(`[a-z0-9-]{1,12}`).Draw(t, "state"),
		Name:      rapid.OneOf(rapid.String(), rapid.StringMatching(`\p{Han}{2,4}`), rapid.StringMatching(`\p{L}+ \p{L}+`)).Draw(t, "name"),
		Proxy:     rapid.Bool().Draw(t, "proxy"),
		Unchecked: rapid.Bool().Draw(t, "unchecked"),
		Lifetime:  time.Duration(rapid.IntRange(0, 600).Draw(t, "lifetime")) * time.Second,
	}
	if rapid.Bool().Draw(t, "until known") {
		c.Until = time.Unix(rapid.Int64Range(0, 1<<32-1).Draw(t, "until"), 0).UTC()
	}
	return c
})

func TestRoundTrip(t *testing.T) {
	issuer, verifier := newPair(t, "beijing")
	rapid.Check(t, func(t *rapid.T) {
		content := contents.Draw(t, "content")
		now := noon.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "now")))
		text, message := mint(t, issuer, content, now)
		if len(message) > MaxSize {
			t.Fatalf("the pass has %d bytes", len(message))
		}
		if strings.Trim(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:") != "" || strings.TrimSpace(text) != text {
			t.Fatalf("%q has other characters than alphanumeric mode, or a space at an end", text)
		}
		claims, err := verifier.Verify(text, now)
		if err != nil {
			t.Fatal(err)
		}
		person, err := issuer.Open(claims.ID)
		if err != nil || person != content.Person {
			t.Fatalf("the pass id is of %x, %v; want %x", person, err, content.Person)
		}
		lifetime := content.Lifetime
		if lifetime == 0 {
			lifetime = 60 * time.Second
		}
		want := Claims{
			Jurisdiction: "beijing", State: content.State, Issued: now.Truncate(time.Second), Expires: now.Truncate(time.Second).Add(lifetime),
			ID: claims.ID, Name: MaskName(content.Name), Proxy: content.Proxy, Unchecked: content.Unchecked, Until: content.Until,
		}
		if claims != want {
			t.Fatalf("got  %+v\nwant %+v", claims, want)
		}
	})
}

// TestNoChangeGoesUnnoticed changes one byte of the message, or one character of the text.
func TestNoChangeGoesUnnoticed(t *testing.T) {
	issuer, verifier := newPair(t, "beijing")
	rapid.Check(t, func(t *rapid.T) {
		text, message := mint(t, issuer, contents.Draw(t, "content"), noon)
		changed := bytes.Clone(message)
		changed[rapid.IntRange(0, len(message)-1).Draw(t, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		other := []byte(text)
		at := rapid.IntRange(0, len(text)-1).Draw(t, "character")
		other[at] = rapid.Byte().Filter(func(b byte) bool { return b != text[at] }).Draw(t, "new character")
		for _, wrong := range []string{Prefix + base45.Encode(changed), string(other), text[:at], text + text[:at+1]} {
			var failure *Failure
			if _, err := verifier.Verify(wrong, noon); !errors.As(err, &failure) {
				t.Fatalf("%q is accepted", wrong)
			}
		}
	})
}

// TestSize is about the longest of each field: every pass stays below 200 bytes.
func TestSize(t *testing.T) {
	issuer, verifier := newPair(t, strings.Repeat("j", MaxJurisdiction))
	for name, want := range map[string]string{
		"欧阳娜娜":                                                    "欧*",
		strings.Repeat("阿卜杜拉·", 50):                               "阿*",
		"𠮷" + strings.Repeat("田", 99):                             "𠮷*",
		"Wolfeschlegelsteinhausenbergerdorff Hubert Blaine Zeus":  "W*** Z***",
		strings.Repeat("É", 300) + " " + strings.Repeat("Ü", 300): "É*** Ü***",
		"𐐨𐐨 𐐩𐐩":                                                   "𐐀*** 𐐁***", // letters of 4 bytes, the longest that there are
	} {
		text, message := mint(t, issuer, Content{
			State: strings.Repeat("s", MaxState), Name: name, Proxy: true, Unchecked: true,
			Until: time.Unix(1<<32-1, 0), Lifetime: MaxLifetime,
		}, noon)
		if len(message) >= 200 {
			t.Errorf("%.20q: %d bytes", name, len(message))
		}
		if len(MaskName(name)) == MaxName && (len(message) != 196 || len(text) != 299) {
			t.Errorf("the largest pass has %d bytes and %d characters; the documents say 196 and 299", len(message), len(text))
		}
		claims, err := verifier.Verify(text, noon)
		if err != nil || claims.Name != want {
			t.Errorf("%.20q: name %q, %v; want %q", name, claims.Name, err, want)
		}
	}
	issuer, _ = newPair(t, "beijing")
	text, message := mint(t, issuer, Content{State: "green", Name: "张三"}, noon)
	if len(message) != 165 || len(text) != 253 {
		t.Errorf("a usual pass has %d bytes and %d characters; the documents say 165 and 253", len(message), len(text))
	}
}

// TestPassesOfOnePersonCannotBeLinked: what stays the same in all passes of one person, byte for byte, is the
// same in those of another with the same state and masked name.
func TestPassesOfOnePersonCannotBeLinked(t *testing.T) {
	issuer, verifier := newPair(t, "beijing")
	constant := func(content Content) (first []byte, same []bool) {
		ids := map[ID]bool{}
		for range 100 {
			text, message := mint(t, issuer, content, noon)
			if first == nil {
				first, same = message, make([]bool, len(message))
				for i := range same {
					same[i] = true
				}
			}
			if len(message) != len(first) {
				t.Fatal("the length tells passes apart")
			}
			for i := range message {
				same[i] = same[i] && message[i] == first[i]
			}
			claims, err := verifier.Verify(text, noon)
			if err != nil {
				t.Fatal(err)
			}
			if ids[claims.ID] {
				t.Fatal("a pass id came twice")
			}
			ids[claims.ID] = true
		}
		return first, same
	}
	a, sameA := constant(Content{Person: PersonID{1}, State: "green", Name: "张三"})
	b, sameB := constant(Content{Person: PersonID{2}, State: "green", Name: "张伟"})
	if len(a) != len(b) {
		t.Fatal("the length tells persons apart")
	}
	varying := 0
	for i := range a {
		if sameA[i] != sameB[i] || sameA[i] && a[i] != b[i] {
			t.Errorf("byte %d tells the persons apart", i)
		}
		if !sameA[i] {
			varying++
		}
	}
	if varying != len(ID{})+64 {
		t.Errorf("%d bytes vary; want the %d of the pass id and the 64 of the signature", varying, len(ID{}))
	}
}

func TestOpenRefuses(t *testing.T) {
	issuer, verifier := newPair(t, "beijing")
	other, _ := newPair(t, "beijing")
	text, _ := mint(t, issuer, Content{Person: PersonID{1}, State: "green"}, noon)
	claims, err := verifier.Verify(text, noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Open(claims.ID); !errors.Is(err, ErrUnknownID) {
		t.Errorf("another issuer's key: %v, want ErrUnknownID", err)
	}
	for i := range claims.ID {
		changed := claims.ID
		changed[i] ^= 0x10
		if _, err := issuer.Open(changed); !errors.Is(err, ErrUnknownID) {
			t.Errorf("byte %d changed: %v, want ErrUnknownID", i, err)
		}
	}
}

func TestMintRefuses(t *testing.T) {
	issuer, _ := newPair(t, "beijing")
	for want, content := range map[string]Content{
		`state ""`:                     {},
		`state "Green"`:                {State: "Green"},
		`state "green "`:               {State: "green "},
		`state "grün"`:                 {State: "grün"},
		"has 13 bytes":                 {State: "thirteen-long"},
		"a lifetime of -1s":            {State: "green", Lifetime: -time.Second},
		"a lifetime of 1ns":            {State: "green", Lifetime: 1},
		"a lifetime of 1.5s":           {State: "green", Lifetime: 1500 * time.Millisecond},
		"a lifetime of 10m1s":          {State: "green", Lifetime: MaxLifetime + time.Second},
		"the end of the state is 1969": {State: "green", Until: time.Unix(-1, 0).UTC()},
		"the end of the state is 2106": {State: "green", Until: time.Unix(1<<32, 0).UTC()},
	} {
		if _, err := issuer.Mint(content, noon); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want … %s", content, err, want)
		}
	}
	for _, now := range []time.Time{noon.Add(-12*time.Hour - 1), noon.Add(12 * time.Hour), {}} {
		if _, err := issuer.Mint(Content{State: "green"}, now); !errors.Is(err, ErrNoSigningKey) {
			t.Errorf("at %v: %v, want ErrNoSigningKey", now, err)
		}
	}
	for _, jurisdiction := range []string{"", "Beijing", "bei jing", "北京", strings.Repeat("j", MaxJurisdiction+1)} {
		if _, err := NewIssuer(jurisdiction, &KeySet{}); err == nil {
			t.Errorf("an issuer for %q is not refused", jurisdiction)
		}
		if _, err := NewVerifier(map[string][]PublicKey{jurisdiction: nil}); err == nil {
			t.Errorf("a verifier for %q is not refused", jurisdiction)
		}
	}
}

func TestVerifierRefusesFaultyKeys(t *testing.T) {
	key, err := GenerateKey(noon, noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	short := key.Public()
	short.Key = short.Key[:31]
	for name, keys := range map[string][]PublicKey{"a key twice": {key.Public(), key.Public()}, "a short key": {short}} {
		if _, err := NewVerifier(map[string][]PublicKey{"beijing": keys}); err == nil {
			t.Errorf("%s is not refused", name)
		}
	}
}

// TestManyAtOnce is for the race detector.
func TestManyAtOnce(t *testing.T) {
	issuer, verifier := newPair(t, "beijing")
	var group sync.WaitGroup
	for i := range byte(8) {
		group.Go(func() {
			for range 50 {
				text, err := issuer.Mint(Content{Person: PersonID{i}, State: "green"}, noon)
				if err != nil {
					t.Error(err)
					return
				}
				claims, err := verifier.Verify(text, noon)
				if err != nil {
					t.Error(err)
					return
				}
				if person, err := issuer.Open(claims.ID); err != nil || person != (PersonID{i}) {
					t.Errorf("opened %x, %v", person, err)
				}
			}
		})
	}
	group.Wait()
}
