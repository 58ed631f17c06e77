package intake

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"healthcode/internal/sqlite"
	"healthcode/internal/vault"
)

// BenchmarkImportFacts measures from NDJSON to durable: half of the facts are of new persons.
func BenchmarkImportFacts(b *testing.B) {
	const lines = 100_000
	var file bytes.Buffer
	for n := range lines {
		fmt.Fprintf(&file, `{"id":"%09d","source":"lab:bj-%04d","person":{"document":{"type":"CN-ID","number":"%s"}},`+
			`"kind":"test","time":"2022-04-25T%02d:%02d:00+08:00","analyte":"nucleic-acid","result":"negative"}`+"\n",
			n, n%7, idNumber(n*7919%lines/2), n/60%24, n%60)
	}
	for b.Loop() {
		v, err := vault.Create(filepath.Join(b.TempDir(), "keys.json"), nil)
		if err != nil {
			b.Fatal(err)
		}
		s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "health.db"), v)
		if err != nil {
			b.Fatal(err)
		}
		sum, err := ImportFacts(b.Context(), bytes.NewReader(file.Bytes()), s, FactOptions{Now: func() time.Time { return noon }})
		if err != nil || sum.Stored != lines {
			b.Fatalf("%+v, %v", sum, err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines*b.N)/b.Elapsed().Seconds(), "facts/s")
}

func BenchmarkDecodeFact(b *testing.B) {
	line := rawLine{1, []byte(testLine("000000001", idNumber(1))), false}
	for b.Loop() {
		if _, err := decodeFact(line, ""); err != nil {
			b.Fatal(err)
		}
	}
}
