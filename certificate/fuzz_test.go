package certificate

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

// The seeds lie in testdata/fuzz; a fuzz target without seeds finds nothing.
func TestFuzzSeedsAreThere(t *testing.T) {
	for _, target := range []string{"FuzzVerify", "FuzzMessage", "FuzzCBOR", "FuzzTrustList", "FuzzHealthLink"} {
		seeds, err := filepath.Glob(filepath.Join("testdata", "fuzz", target, "*"))
		if err != nil || len(seeds) < 3 {
			t.Errorf("%s has %d seeds (%v)", target, len(seeds), err)
		}
	}
}

// fuzzTrust trusts the signers of the vectors, so that mutations reach every check.
func fuzzTrust(f *testing.F) *TrustList {
	list := NewTrustList()
	for _, v := range readVectors(f) {
		for _, k := range v.trust(f).Keys() {
			list.Add(k)
		}
	}
	return list
}

func FuzzVerify(f *testing.F) {
	v := Verifier{Trust: fuzzTrust(f)}
	f.Fuzz(func(t *testing.T, text string) {
		r := v.Verify(text, noon)
		if r.OK() && (r.Signer == nil || r.Document == nil) {
			t.Fatal("passed without a signer")
		}
		if r.Stage() == "" != r.OK() {
			t.Fatal("a failure without a stage")
		}
		checkReport(t, r)
	})
}

// checkReport asserts that whatever was read can be shown.
func checkReport(t *testing.T, r *Result) {
	if _, err := json.Marshal(r.Report()); err != nil {
		t.Fatal(err)
	}
}

// FuzzMessage starts behind the compression, which mutations seldom pass.
func FuzzMessage(f *testing.F) {
	v := Verifier{Trust: fuzzTrust(f)}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := readMessage(data)
		if err != nil {
			return
		}
		d := &Document{Message: m}
		if err := d.readClaims(m.Payload); err != nil {
			return
		}
		d.RevocationHashes()
		checkReport(t, v.VerifyDocument(d, noon))
	})
}

// FuzzCBOR holds the reader against another one: what it reads must be well-formed CBOR.
func FuzzCBOR(f *testing.F) {
	mode, err := cbor.DecOptions{MaxNestedLevels: 2 * maxDepth}.DecMode()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := readCBOR(data)
		if err != nil {
			return
		}
		if err := mode.Wellformed(data); err != nil {
			t.Fatalf("%x was read as %v, but: %v", data, v, err)
		}
	})
}

func FuzzTrustList(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		list, report, err := ReadTrustList(bytes.NewReader(data))
		if err != nil {
			return
		}
		if report.Imported+len(report.Skipped) != report.Entries {
			t.Fatalf("%+v does not add up", report)
		}
		if _, err := ExportDID("did:web:x", list.Keys()); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzHealthLink(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		link, err := ParseHealthLink(text)
		if err != nil {
			return
		}
		again, err := ParseHealthLink(link.Text(SMARTLinkPrefix))
		if err != nil || again.URL != link.URL || !again.Expires.Equal(link.Expires) {
			t.Fatalf("%+v became %+v (%v)", link, again, err)
		}
	})
}
