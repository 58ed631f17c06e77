package pass

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

var writeVectors = flag.Bool("write-vectors", false, "write testdata/vectors.json anew")

const vectorsFile = "testdata/vectors.json"

// vector is a text, and what must come of it at a time under the keys of the file.
type vector struct {
	Name string    `json:"name"`
	Text string    `json:"text"`
	Now  time.Time `json:"now"`
	// Code is the failure that the text must cause, and Reason a part of its reason; without, Claims must come out.
	Code   Code          `json:"code,omitempty"`
	Reason string        `json:"reason,omitempty"`
	Claims *vectorClaims `json:"claims,omitempty"`
}

type vectorClaims struct {
	Jurisdiction string    `json:"jurisdiction"`
	State        string    `json:"state"`
	Issued       time.Time `json:"issued"`
	Expires      time.Time `json:"expires"`
	ID           string    `json:"id"`
	Person       string    `json:"person"`
	Name         string    `json:"name"`
	Proxy        bool      `json:"proxy"`
	Unchecked    bool      `json:"unchecked"`
	Until        time.Time `json:"until"`
	// Of the device-bound form.
	Bound  bool       `json:"bound,omitempty"`
	Device string     `json:"device,omitempty"`
	Holder string     `json:"holder,omitempty"`
	Shown  *time.Time `json:"shown,omitempty"`
}

type vectors struct {
	Keys    json.RawMessage `json:"keys"`    // the secret document, of keys used nowhere else
	Vectors []vector        `json:"vectors"` // all for a door that accepts beijing and ningbo
}

func readVectors(t testing.TB) (vectors, *KeySet) {
	t.Helper()
	data, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	keys, err := ParseKeySet(v.Keys)
	if err != nil {
		t.Fatal(err)
	}
	return v, keys
}

func TestVectors(t *testing.T) {
	if *writeVectors {
		writeVectorsFile(t)
	}
	file, keys := readVectors(t)
	if len(file.Vectors) < 158 {
		t.Fatalf("%s has %d vectors, fewer than 158: some are missing", vectorsFile, len(file.Vectors))
	}
	// The first key is beijing's, the last ningbo's.
	public := keys.Public()
	last := len(public) - 1
	verifier, err := NewVerifier(map[string][]PublicKey{"beijing": public[:last], "ningbo": public[last:]})
	if err != nil {
		t.Fatal(err)
	}
	issuer, err := NewIssuer("beijing", keys)
	if err != nil {
		t.Fatal(err)
	}

	seen := map[Code]int{}
	for _, v := range file.Vectors {
		t.Run(v.Name, func(t *testing.T) {
			claims, err := verifier.Verify(v.Text, v.Now)
			if v.Code == "" {
				if err != nil {
					t.Fatal(err)
				}
				person, err := issuer.Open(claims.ID)
				var device DeviceID
				if claims.Bound {
					person, device, err = issuer.OpenBound(claims)
				}
				if err != nil {
					t.Fatal(err)
				}
				got := vectorClaims{
					Jurisdiction: claims.Jurisdiction, State: claims.State, Issued: claims.Issued, Expires: claims.Expires,
					ID: hex.EncodeToString(claims.ID[:]), Person: hex.EncodeToString(person[:]), Name: claims.Name,
					Proxy: claims.Proxy, Unchecked: claims.Unchecked, Until: claims.Until,
				}
				if claims.Bound {
					got.Bound, got.Device, got.Holder, got.Shown = true, hex.EncodeToString(device[:]), hex.EncodeToString(claims.Holder[:]), &claims.Shown
				}
				if !reflect.DeepEqual(got, *v.Claims) {
					t.Errorf("got  %+v\nwant %+v", got, *v.Claims)
				}
				return
			}
			var failure *Failure
			if !errors.As(err, &failure) {
				t.Fatalf("error %v, want %s", err, v.Code)
			}
			if failure.Code != v.Code || !strings.Contains(failure.Reason, v.Reason) {
				t.Errorf("%s: %s\nwant %s: … %s", failure.Code, failure.Reason, v.Code, v.Reason)
			}
			if claims != (Claims{}) {
				t.Errorf("a refused pass gave %+v", claims)
			}
		})
		seen[v.Code]++
	}
	for _, code := range []Code{"", NotAPass, BadSignature, UnknownKey, Expired, FromTheFuture, OtherJurisdiction, NotTheHolder, Stale} {
		if seen[code] == 0 {
			t.Errorf("no vector for %q", code)
		}
	}
}
