package web

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestInspectorIsBuiltFromItsSources: the verifier in the browser must not lag behind the one of the server.
func TestInspectorIsBuiltFromItsSources(t *testing.T) {
	var files []string
	for _, pattern := range []string{"certificate/*.go", "certificate/*.json", "internal/inspect/*.go", "internal/inspect/wasm/*.go", "internal/base45/*.go",
		"internal/identity/*.go", "internal/identity/*.csv"} {
		found, err := filepath.Glob("../../" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	slices.Sort(files)
	sum := sha256.New()
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(sum, "%s %d\n%s", file, len(data), data)
	}
	const kept = "inspector/sources.sha256"
	want := fmt.Sprintf("%x\n", sum.Sum(nil))
	if os.Getenv("HEALTHCODE_UPDATE") != "" {
		if err := os.WriteFile(kept, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(kept); err != nil || string(got) != want {
		t.Errorf("what it is built from has changed: run sh internal/web/inspector/build.sh (%v)", err)
	}
}
