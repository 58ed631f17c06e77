package certificatecmd

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// vectors are the facts of the certificate package's tests.
const vectorsFile = "../../certificate/testdata/dgc-vectors.jsonl"

type vector struct {
	ID       string          `json:"id"`
	Clock    string          `json:"clock"`
	HC1      string          `json:"hc1"`
	Cert     string          `json:"cert_b64"`
	JSON     json.RawMessage `json:"json"`
	Expected map[string]bool `json:"expected"`
}

func vectors(t *testing.T) []vector {
	t.Helper()
	file, err := os.Open(vectorsFile)
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
	if len(all) == 0 {
		t.Fatal("no vectors")
	}
	return all
}

func vectorOf(t *testing.T, id string) vector {
	for _, v := range vectors(t) {
		if v.ID == id {
			return v
		}
	}
	t.Fatalf("vector %s is missing", id)
	return vector{}
}

func now() time.Time { return time.Date(2021, 5, 7, 0, 0, 0, 0, time.UTC) }

// run gives the exit code and the output.
func run(stdin []byte, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = Run(args, bytes.NewReader(stdin), &out, &errs, now)
	return code, out.String(), errs.String()
}

type result struct {
	OK     bool            `json:"ok"`
	Stage  string          `json:"stage"`
	Format string          `json:"format"`
	Claims json.RawMessage `json:"claims"`
	Issuer struct {
		Country string `json:"country"`
		KID     string `json:"kid"`
	} `json:"issuer"`
	Reason string `json:"reason"`
	ID     string `json:"id"`
}

func parse(t *testing.T, line string) result {
	t.Helper()
	var r result
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return r
}

// trustFile writes the vector's signer as a file.
func trustFile(t *testing.T, v vector) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "trust.json")
	if err := os.WriteFile(name, []byte(`["`+v.Cert+`"]`), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestVerifyText(t *testing.T) {
	v := vectorOf(t, "AT/1")
	trust := trustFile(t, v)
	code, out, errs := run([]byte(v.HC1+"\n"), "verify", "--trust", trust, "--at", v.Clock)
	r := parse(t, out)
	if code != 0 || !r.OK || r.Stage != "" || r.Format != "eu-dcc" || r.Issuer.Country != "AT" || r.Issuer.KID != "2Rk3X8HntrI=" || errs != "" {
		t.Errorf("exit %d, %s, %s", code, out, errs)
	}
	var got, want any
	if json.Unmarshal(r.Claims, &got) != nil || json.Unmarshal(v.JSON, &want) != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("claims %s\nwant %s", r.Claims, v.JSON)
	}
	for name, c := range map[string]struct {
		stage string
		args  []string
	}{
		"expired":     {"expired", []string{"verify", "--trust", trust, "--at", "2022-05-01T00:00:00Z"}},
		"not yet":     {"not-yet-valid", []string{"verify", "--trust", trust, "--at", "2021-05-01T00:00:00Z", "-"}},
		"nobody":      {"unknown-key", []string{"verify"}},
		"now is used": {"", []string{"verify", "--trust", trust}},
	} {
		code, out, _ := run([]byte(v.HC1), c.args...)
		if r := parse(t, out); r.Stage != c.stage || code == 0 != r.OK {
			t.Errorf("%s: exit %d, stage %q, want %q", name, code, r.Stage, c.stage)
		}
	}
}

func TestVerifyFromAFile(t *testing.T) {
	v := vectorOf(t, "CH/1")
	name := filepath.Join(t.TempDir(), "certificate.txt")
	if err := os.WriteFile(name, []byte(v.HC1), 0o600); err != nil {
		t.Fatal(err)
	}
	// Flags may follow the file.
	if code, out, errs := run(nil, "verify", name, "--at", v.Clock, "--trust", trustFile(t, v)); code != 0 {
		t.Errorf("exit %d, %s, %s", code, out, errs)
	}
}

func TestBadUsage(t *testing.T) {
	for _, args := range [][]string{
		nil, {"sign"}, {"verify", "--at", "yesterday"}, {"verify", "--what"}, {"verify", "a", "b"}, {"verify", "/no/such/file"},
		{"verify", "--trust", "/no/such/file"}, {"verify", "--jsonl", "/no/such/file"}, {"trust", "--jsonl"}, {"trust", "/no/such/file"},
		{"verify", "--trust", "run_test.go"},
	} {
		if code, out, errs := run(nil, args...); code != 2 || errs == "" || out != "" {
			t.Errorf("%v: exit %d, stdout %q, stderr %q", args, code, out, errs)
		}
	}
	if code, out, _ := run(nil, "help"); code != 0 || !strings.Contains(out, "--jsonl") {
		t.Errorf("help: exit %d, %q", code, out)
	}
}

func TestJSONLines(t *testing.T) {
	var in bytes.Buffer
	all := vectors(t)
	for _, v := range all {
		line := map[string]any{"id": v.ID, "hc1": v.HC1, "clock": v.Clock, "certificates": []string{v.Cert}, "more": 1}
		if err := json.NewEncoder(&in).Encode(line); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs := run(in.Bytes(), "verify", "--jsonl", "-")
	if code != 1 || errs != "" {
		t.Fatalf("exit %d, %s", code, errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != len(all) {
		t.Fatalf("%d results for %d lines", len(lines), len(all))
	}
	passed := 0
	for n, line := range lines {
		r := parse(t, line)
		if r.ID != all[n].ID {
			t.Errorf("line %d answers %s, want %s", n+1, r.ID, all[n].ID)
		}
		if r.OK {
			passed++
		}
	}
	if passed != len(all)-12 {
		t.Errorf("%d of %d passed", passed, len(all))
	}
}

func TestJSONLinesKeepStepThroughBadLines(t *testing.T) {
	v := vectorOf(t, "AT/1")
	good := fmt.Sprintf(`{"hc1":%q,"certificates":[%q]}`, v.HC1, v.Cert)
	noList := fmt.Sprintf(`{"hc1":%q,"certificates":[],"clock":"2021-05-06T18:00:00"}`, v.HC1)
	trusted := fmt.Sprintf(`{"hc1":%q}`, v.HC1)
	in := strings.Join([]string{good, "", "{", `{"clock":"2021-05-06T18:00:00Z"}`, `{"hc1":"HC1:","clock":"noon"}`, noList, trusted}, "\n")
	code, out, errs := run([]byte(in), "verify", "--jsonl", "--trust", trustFile(t, v))
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 2 || len(lines) != 6 {
		t.Fatalf("exit %d, %d results\n%s%s", code, len(lines), out, errs)
	}
	for n, want := range []string{"", "cannot-ascertain", "cannot-ascertain", "cannot-ascertain", "unknown-key", ""} {
		if r := parse(t, lines[n]); r.Stage != want {
			t.Errorf("result %d: stage %q, want %q (%s)", n+1, r.Stage, want, r.Reason)
		}
	}
	for _, line := range []string{"-:3: ", "-:4: ", "-:5: "} {
		if !strings.Contains(errs, line) {
			t.Errorf("%q is not in %q", line, errs)
		}
	}
}

func TestTrustIsShown(t *testing.T) {
	v := vectorOf(t, "AT/1")
	did := `{"verificationMethod":[{"id":"did:web:x#a","publicKeyJwk":{"x5c":["` + v.Cert + `"]}},"did:web:y"],"proof":{"created":"2023-05-01T00:00:00Z"}}`
	code, out, errs := run([]byte(did), "trust", "--at", "2023-06-01T00:00:00Z")
	for _, part := range []string{`"entries":2`, `"imported":1`, `"did:web:y"`, `"expired":true`, `"age_days":31`, `"country":"AT"`} {
		if !strings.Contains(out, part) {
			t.Errorf("%s is not in %s", part, out)
		}
	}
	if code != 0 || errs != "" {
		t.Errorf("exit %d, %s", code, errs)
	}
}
