package pass

import (
	"testing"
	"time"
)

func FuzzVerify(f *testing.F) {
	file, keys := readVectors(f)
	for _, v := range file.Vectors {
		f.Add(v.Text)
	}
	public := keys.Public()
	verifier, err := NewVerifier(map[string][]PublicKey{"beijing": public[:2]})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parse(text)
		if err != nil {
			return
		}
		// Each pass has exactly one text.
		if again := (&message{key: m.key, payload: m.claims.encoded(), signature: m.signature, shown: m.shown}).text(); again != text {
			t.Fatalf("%q is read, but written as %q", text, again)
		}
		now, longest := m.claims.exported().Issued, MaxLifetime
		if m.shown != nil {
			now, longest = m.shown.time(), MaxBoundLifetime
		}
		claims, err := verifier.Verify(text, now)
		if err == nil && (claims.Jurisdiction != "beijing" || claims.Expires.Sub(claims.Issued) > longest || claims.Issued.Before(time.Unix(0, 0))) {
			t.Fatalf("accepted %+v", claims)
		}
	})
}
