package certificate

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// A vector is one line of testdata/dgc-vectors.jsonl: facts from the EU's public DCC test data, with the
// outcome of each step as its country declared it.
type vector struct {
	ID          string          `json:"id"`
	Schema      string          `json:"schema"`
	Clock       string          `json:"clock"`
	HC1         string          `json:"hc1"`
	Certificate string          `json:"cert_b64"`
	JSON        json.RawMessage `json:"json"`
	Expected    map[string]bool `json:"expected"`
	KnownIssues [][]string      `json:"known_issues"`
}

func readVectors(t testing.TB) []vector {
	t.Helper()
	file, err := os.Open("testdata/dgc-vectors.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []vector
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	if len(all) != 62 {
		t.Fatalf("%d vectors read; want all 62", len(all))
	}
	return all
}

func (v vector) trust(t testing.TB) *TrustList {
	t.Helper()
	key, err := parseKeyText(v.Certificate)
	if err != nil {
		t.Fatalf("%s: %v", v.ID, err)
	}
	return NewTrustList(key)
}

func (v vector) at(t testing.TB) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, v.Clock)
	if err != nil {
		t.Fatalf("%s: %v", v.ID, err)
	}
	return at
}

// outcome says whether the step that the expectation names succeeded. The steps are those of the public test
// suite; "picturedecode" and the misspelt "exptectedexpired" are not steps of this package.
func outcome(t testing.TB, v vector, step string, r *Result) (succeeded, applies bool) {
	failed := func(stages ...Stage) bool {
		return slices.ContainsFunc(r.Failures, func(f *Failure) bool { return slices.Contains(stages, f.Stage) })
	}
	switch step {
	case "unprefix":
		return !failed(NotHC1), true
	case "b45decode":
		return !failed(NotHC1, Base45), true
	case "compression":
		return !failed(NotHC1, Base45, Zlib), true
	case "verify":
		return !failed(NotHC1, Base45, Zlib, COSE, UnknownKey, Signature), true
	case "expirationcheck":
		return !failed(NotHC1, Base45, Zlib, COSE, Expired, NotYetValid), true
	case "keyusage":
		return !failed(NotHC1, Base45, Zlib, COSE, KeyUsage), true
	case "schemavalidation":
		return !failed(NotHC1, Base45, Zlib, COSE, Schema), true
	case "decode", "validjson":
		return r.Document != nil && sameJSON(t, r.Document.Content, v.JSON), true
	case "validobject":
		return jsonDocument(t, v.JSON).checkSchema(readLiberally) == nil, true
	case "encode":
		raw, err := canonical.Marshal(jsonDocument(t, v.JSON).Content)
		if err != nil {
			return false, true
		}
		back, err := readCBOR(raw)
		return err == nil && sameJSON(t, back, v.JSON), true
	}
	return false, false
}

// jsonDocument gives what a certificate with this content would decode to.
func jsonDocument(t testing.TB, content json.RawMessage) *Document {
	t.Helper()
	var m any
	if err := json.Unmarshal(content, &m); err != nil {
		t.Fatal(err)
	}
	return &Document{Format: FormatDCC, Content: m, parts: 1}
}

func sameJSON(t testing.TB, content any, want json.RawMessage) bool {
	t.Helper()
	raw, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if err := json.Unmarshal(raw, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(want, &b); err != nil {
		return false
	}
	return reflect.DeepEqual(a, b)
}

func TestVectorsMeetTheirDeclaredExpectations(t *testing.T) {
	checked, agreed := 0, 0
	for _, v := range readVectors(t) {
		verifier := Verifier{Trust: v.trust(t)}
		r := verifier.Verify(v.HC1, v.at(t))
		for step, want := range v.Expected {
			got, applies := outcome(t, v, step, r)
			if !applies {
				continue
			}
			checked++
			if got == want {
				agreed++
				continue
			}
			t.Errorf("%s: %s is %v, declared %v (%v)", v.ID, step, got, want, describe(r))
		}
	}
	if checked < 360 {
		t.Errorf("only %d expectations were checked", checked)
	}
	t.Logf("%d of %d declared expectations met (%.2f %%)", agreed, checked, 100*float64(agreed)/math.Max(1, float64(checked)))
}

// wantStage declares the first failure of every vector that must not pass as a whole.
var wantStage = map[string]Stage{
	"common/B1": Base45, "common/H1": NotHC1, "common/H3": NotHC1, "common/Z1": Zlib, "common/CBO2": COSE,
	"common/CO23": UnknownKey, "common/CO16": NotYetValid, "common/DGC1": Schema,
	"common/CO6": KeyUsage, "common/CO8": KeyUsage, "common/CO10": KeyUsage,
	// Its date of issue lies before its signer's certificate.
	"BG/4": NotYetValid,
}

func TestVectorsFailAtTheStageTheyMust(t *testing.T) {
	for _, v := range readVectors(t) {
		verifier := Verifier{Trust: v.trust(t)}
		if r := verifier.Verify(v.HC1, v.at(t)); r.Stage() != wantStage[v.ID] {
			t.Errorf("%s: stage %q, want %q (%s)", v.ID, r.Stage(), wantStage[v.ID], describe(r))
		}
	}
}

func describe(r *Result) string {
	var all []string
	for _, f := range r.Failures {
		all = append(all, fmt.Sprintf("%s: %s", f.Stage, f.Reason))
	}
	return strings.Join(all, "; ")
}
