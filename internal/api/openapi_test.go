package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"healthcode"
)

var update = flag.Bool("update", false, "write openapi.json anew, after Version was raised")

const golden = "openapi.json"

// TestOpenAPIIsPublished fails where the document changed and its version didn't.
func TestOpenAPIIsPublished(t *testing.T) {
	got := append(newHouse(t).server.spec, '\n')
	want, err := os.ReadFile(golden)
	if err != nil && !(*update && errors.Is(err, fs.ErrNotExist)) {
		t.Fatal(err)
	}
	switch {
	case bytes.Equal(got, want):
	case len(want) > 0 && parse(t, want).Info.Version == Version:
		t.Fatalf("the API changed and its version is still %s: raise Version in version.go, then run go test ./internal/api -run OpenAPI -update", Version)
	case !*update:
		t.Fatalf("version %s isn't in %s yet: run go test ./internal/api -run OpenAPI -update", Version, golden)
	default:
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// spec is what the tests read of the document.
type spec struct {
	OpenAPI string
	Info    struct{ Version string }
	Paths   map[string]map[string]struct {
		OperationID string
		Summary     string
		Security    []map[string][]string
		Roles       []string `json:"x-roles"`
		Responses   map[string]json.RawMessage
	}
}

func parse(t *testing.T, document []byte) spec {
	t.Helper()
	var s spec
	if err := json.Unmarshal(document, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestOpenAPIMatchesTheTable checks that the document tells each route of /v1 and who may use it.
func TestOpenAPIMatchesTheTable(t *testing.T) {
	h := newHouse(t)
	document := parse(t, h.server.spec)
	if document.OpenAPI != "3.1.0" {
		t.Errorf("version of OpenAPI: %s", document.OpenAPI)
	}
	told := 0
	ids := map[string]bool{}
	for _, r := range h.server.Routes() {
		op, ok := document.Paths[r.Pattern][strings.ToLower(r.Method)]
		if r.id == "" {
			if ok {
				t.Errorf("%s is told", r.name())
			}
			continue
		}
		told++
		if !ok || op.OperationID != r.id || op.Summary == "" || ids[r.id] || len(op.Responses["default"]) == 0 {
			t.Errorf("%s isn't told well: %+v", r.name(), op)
		}
		ids[r.id] = true
		var roles []string
		for _, role := range r.Roles {
			roles = append(roles, string(role))
		}
		if !slices.Equal(op.Roles, roles) || r.Public != (len(op.Security) == 0) {
			t.Errorf("%s: roles %v, security %v", r.name(), op.Roles, op.Security)
		}
	}
	operations := 0
	for _, path := range document.Paths {
		operations += len(path)
	}
	if operations != told {
		t.Errorf("%d operations are told, %d routes are in the table", operations, told)
	}
}

// TestEachRouteSaysWho checks that no route was left without roles.
func TestEachRouteSaysWho(t *testing.T) {
	for _, r := range newHouse(t).server.Routes() {
		if r.Public == (len(r.Roles) > 0) {
			t.Errorf("%s is public: %v, roles: %v", r.name(), r.Public, r.Roles)
		}
		for _, role := range r.Roles {
			if !slices.Contains(healthcode.Roles, role) {
				t.Errorf("%s: %q is no role", r.name(), role)
			}
		}
	}
}
