package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"healthcode/internal/bench"
)

// TestBench measures very little, with the real servers: each figure is there, and the work was done.
func TestBench(t *testing.T) {
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"bench", "--quick", "--json", "--people", "200,400", "--round", "60ms", "--dir", t.TempDir()},
		stdio{strings.NewReader(""), &out, &errs, time.Now})
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	var contract map[string]map[string]any
	_ = json.Unmarshal(out.Bytes(), &contract) // of which some parts are no objects
	for part, keys := range map[string][]string{"ratios": {"code_vs_sign", "scan_vs_verify", "growth_code_400_vs_200"},
		"intake": {"facts_per_s"}, "evaluate": {"ns_5_facts"}, "store": {"bytes_per_person"}} {
		for _, key := range keys {
			if v, ok := contract[part][key].(float64); !ok || v <= 0 {
				t.Errorf("%s.%s is %v", part, key, contract[part][key])
			}
		}
	}
	var r bench.Result
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	if r.Intake.FactsPerSecond < 100 || r.Evaluate.NS5Facts < 50 || r.Store.BytesPerPerson < 20 || r.Ratios["code_vs_sign"] > 20 {
		t.Errorf("intake %+v, evaluate %+v, store %+v, ratios %v", r.Intake, r.Evaluate, r.Store, r.Ratios)
	}
	seen := map[string]bool{}
	for _, o := range r.Operations {
		seen[o.Name+" "+o.Loop] = true
		if o.Requests == 0 || o.CPUMicro <= 0 || o.P99 < o.P50 || o.P50 <= 0 {
			t.Errorf("%+v", o)
		}
	}
	for _, name := range []string{"bare closed", "sign closed", "verify closed", "code closed", "page closed", "scan closed", "declare closed", "code open", "scan open"} {
		if !seen[name] {
			t.Errorf("%s wasn't measured", name)
		}
	}
}

func TestBenchWritesTables(t *testing.T) {
	path := filepath.Join(t.TempDir(), "performance.md")
	text := "before\n<!-- bench sqlite -->\nold\n<!-- end of bench sqlite -->\nafter\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	r := &bench.Result{Engine: "sqlite", Ratios: map[string]float64{"code_vs_sign": .83}}
	for range 2 {
		if err := writeTables(path, r); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := string(data)
	if strings.Contains(got, "old") || !strings.HasPrefix(got, "before\n<!-- bench sqlite -->\nMeasured ") ||
		!strings.HasSuffix(got, "<!-- end of bench sqlite -->\nafter\n") || strings.Count(got, "code_vs_sign | 0.83 | ≥ 0.8") != 1 {
		t.Errorf("the file is now\n%s", got)
	}
	r.Engine = "postgres"
	if err := writeTables(path, r); err == nil || !strings.Contains(err.Error(), "<!-- bench postgres -->") {
		t.Errorf("without marks: %v", err)
	}
}
