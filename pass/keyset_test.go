package pass

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var daily = Rotation{Period: 24 * time.Hour, Ahead: 6 * time.Hour, Keep: 48 * time.Hour}

func rotate(t rapid.TB, keys *KeySet, now time.Time, r Rotation) *KeySet {
	t.Helper()
	next, _, err := keys.Rotate(now, r)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func TestRotationOverlaps(t *testing.T) {
	keys := rotate(t, &KeySet{}, noon, daily)
	if len(keys.keys) != 1 {
		t.Fatalf("%d keys at first, want 1", len(keys.keys))
	}
	first := keys.keys[0].Public()
	if !first.NotBefore.Equal(noon) || !first.NotAfter.Equal(noon.Add(24*time.Hour)) {
		t.Fatalf("the first key signs from %v to %v", first.NotBefore, first.NotAfter)
	}
	if next, changed, err := keys.Rotate(noon.Add(18*time.Hour-1), daily); err != nil || changed || len(next.keys) != 1 {
		t.Fatalf("before its time: %d keys, changed %v, %v", len(next.keys), changed, err)
	}

	// Six hours before the end the next key is published, and does not sign yet.
	keys, changed, err := keys.Rotate(noon.Add(18*time.Hour), daily)
	if err != nil || !changed || len(keys.keys) != 2 {
		t.Fatalf("six hours before the end: %d keys, changed %v, %v", len(keys.keys), changed, err)
	}
	second := keys.keys[1].Public()
	if !second.NotBefore.Equal(first.NotAfter) {
		t.Fatalf("the second key starts at %v, the first ends at %v", second.NotBefore, first.NotAfter)
	}
	issuer, verifier := newPairOf(t, "beijing", keys)
	for _, c := range []struct {
		now time.Time
		by  KeyID
	}{{first.NotAfter.Add(-1), first.ID}, {first.NotAfter, second.ID}} {
		text, message := mint(t, issuer, Content{Person: PersonID{7}, State: "green"}, c.now)
		if by := KeyID(message[8:12]); by != c.by {
			t.Errorf("at %v key %s signs, want %s", c.now, by, c.by)
		}
		// A pass of the first key is still good after the second has taken over.
		claims, err := verifier.Verify(text, c.now.Add(50*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		// As long as its key is kept, the issuer opens it; then no more.
		later := rotate(t, keys, c.now.Add(48*time.Hour-time.Second), daily)
		opener, _ := newPairOf(t, "beijing", later)
		if person, err := opener.Open(claims.ID); err != nil || person != (PersonID{7}) {
			t.Errorf("two days later: %v, %v", person, err)
		}
		last := rotate(t, later, c.now.Add(73*time.Hour), daily)
		opener, _ = newPairOf(t, "beijing", last)
		if _, err := opener.Open(claims.ID); !errors.Is(err, ErrUnknownID) {
			t.Errorf("three days later: %v, want ErrUnknownID", err)
		}
	}
}

// TestRotationNeverFails runs an issuer whose rotation comes at random times, and doors that fetch the keys at most
// Ahead before they use them: every pass is minted and accepted.
func TestRotationNeverFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hours := func(name string, from, to int) time.Duration {
			return time.Duration(rapid.IntRange(from, to).Draw(t, name)) * time.Hour
		}
		r := Rotation{Period: hours("period", 1, 48), Ahead: hours("ahead", 1, 72), Keep: hours("keep", 1, 48)}
		// The key set is rotated at least twice within Ahead, so half of it remains to the doors.
		keys := rotate(t, &KeySet{}, noon, r)
		now := noon
		fetched, fetchedAt := keys.Public(), now
		for range 20 {
			now = now.Add(time.Duration(rapid.Int64Range(1, int64(r.Ahead/2)).Draw(t, "pause")))
			keys = rotate(t, keys, now, r)
			if rapid.Bool().Draw(t, "fetch") || now.Sub(fetchedAt) > r.Ahead/2 {
				fetched, fetchedAt = keys.Public(), now
			}
			issuer, err := NewIssuer("beijing", keys)
			if err != nil {
				t.Fatal(err)
			}
			door, err := NewVerifier(map[string][]PublicKey{"beijing": fetched})
			if err != nil {
				t.Fatal(err)
			}
			text, _ := mint(t, issuer, Content{State: "green"}, now)
			if _, err := door.Verify(text, now); err != nil {
				t.Fatalf("keys fetched %v ago: %v", now.Sub(fetchedAt), err)
			}
		}
	})
}

func TestNewestKeySigns(t *testing.T) {
	old, err := GenerateKey(noon.Add(-time.Hour), noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	young, err := GenerateKey(noon, noon.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := NewKeySet(young, old)
	if err != nil {
		t.Fatal(err)
	}
	for now, want := range map[time.Time]*Key{
		noon.Add(-time.Hour - 1): nil, noon.Add(-time.Hour): old, noon.Add(-1): old, noon: young,
		noon.Add(time.Minute - 1): young, noon.Add(time.Minute): old, noon.Add(time.Hour): nil,
	} {
		if got := keys.signing(now); got != want {
			t.Errorf("at %v %v signs, want %v", now, got, want)
		}
	}
}

// TestLostKey: a key that others may have learned is taken out; after a rotation another signs at once.
func TestLostKey(t *testing.T) {
	keys := rotate(t, &KeySet{}, noon, daily)
	keys = rotate(t, keys, noon.Add(20*time.Hour), daily)
	issuer, _ := newPairOf(t, "beijing", keys)
	text, _ := mint(t, issuer, Content{State: "green"}, noon.Add(20*time.Hour))

	lost := keys.signing(noon.Add(20 * time.Hour)).Public().ID
	keys = rotate(t, keys.Without(lost), noon.Add(20*time.Hour), daily)
	issuer, verifier := newPairOf(t, "beijing", keys)
	var failure *Failure
	if _, err := verifier.Verify(text, noon.Add(20*time.Hour)); !errors.As(err, &failure) || failure.Code != UnknownKey {
		t.Errorf("a pass of the lost key: %v, want unknown-key", err)
	}
	text, _ = mint(t, issuer, Content{State: "green"}, noon.Add(20*time.Hour))
	if _, err := verifier.Verify(text, noon.Add(20*time.Hour)); err != nil {
		t.Error(err)
	}
}

func TestRotateRefuses(t *testing.T) {
	for _, r := range []Rotation{
		{}, {Period: time.Second - 1, Keep: time.Hour}, {Period: time.Hour, Ahead: -1, Keep: time.Hour}, {Period: time.Hour, Keep: MaxLifetime + Overlap - 1},
	} {
		if _, _, err := (&KeySet{}).Rotate(noon, r); err == nil {
			t.Errorf("%+v is not refused", r)
		}
	}
	key, err := GenerateKey(noon, noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewKeySet(key, key); err == nil {
		t.Error("a key twice in a set is not refused")
	}
	if _, err := GenerateKey(noon, noon.Add(time.Second-1)); err == nil {
		t.Error("a key that never signs is not refused")
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	keys := rotate(t, &KeySet{}, noon, daily)
	key := keys.keys[0]
	want := "pass key " + key.Public().ID.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		for _, v := range []any{key, keys} {
			if got := fmt.Sprintf(verb, v); strings.Trim(got, "[]") != want {
				t.Errorf("%s of a %T prints %q", verb, v, got)
			}
		}
	}
}

func TestKeySetDocument(t *testing.T) {
	keys := rotate(t, rotate(t, &KeySet{}, noon, daily), noon.Add(20*time.Hour), daily)
	document, err := keys.SecretJSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseKeySet(document)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again, keys) {
		t.Error("the set that was read is not the one that was written")
	}
	for _, c := range []struct{ from, to, want string }{
		{`"d":"`, `"d":"AAAA`, "35 bytes"},
		{`"d":"`, `"d":"!`, "base64url"},
		{`"d":"`, `"e":"`, "0 bytes"},
		{`"person_id_key":"`, `"person_id_key":"AAAA`, "64 bytes"},
		{`"person_id_key":"`, `"x_id_key":"`, "64 bytes"},
		{`"kid":"`, `"kid":"A`, `"kid"`},
		{`"x":"`, `"x":"AAAA`, `"x"`},
		{`"nbf":`, `"nbf":-`, `"nbf"`},
		{`{"keys"`, `"keys"`, "secret pass keys"},
	} {
		if _, err := ParseKeySet([]byte(strings.Replace(string(document), c.from, c.to, 1))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s for %s: %v, want … %s", c.to, c.from, err, c.want)
		}
	}
	swapped := *keys.keys[0]
	swapped.private = keys.keys[1].private
	document, err = (&KeySet{keys: []*Key{&swapped}}).SecretJSON()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseKeySet(document); err == nil || !strings.Contains(err.Error(), "does not belong") {
		t.Errorf("the secret of another key: %v", err)
	}
}
