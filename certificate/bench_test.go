package certificate

import (
	"testing"
)

// BenchmarkVerifyES256 is the whole way: base45, inflate, COSE, signature, claims, dates, key usage, schema.
// The bar is 0.15 ms on one core.
func BenchmarkVerifyES256(b *testing.B) { benchmarkVerify(b, "AT/1") }

// BenchmarkVerifyPS256 is the same with an RSA key of 2048 bits.
func BenchmarkVerifyPS256(b *testing.B) { benchmarkVerify(b, "CH/1") }

func benchmarkVerify(b *testing.B, id string) {
	for _, v := range readVectors(b) {
		if v.ID != id {
			continue
		}
		verifier, at := Verifier{Trust: v.trust(b)}, v.at(b)
		b.ReportAllocs()
		for b.Loop() {
			if r := verifier.Verify(v.HC1, at); !r.OK() {
				b.Fatal(describe(r))
			}
		}
		return
	}
	b.Fatalf("vector %s is missing", id)
}

func BenchmarkDecode(b *testing.B) {
	text := readVectors(b)[0].HC1
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(text); err != nil {
			b.Fatal(err)
		}
	}
}
