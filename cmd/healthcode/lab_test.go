package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"healthcode/internal/demo"
)

// startDemo runs the demo as a process of its own.
func startDemo(t *testing.T) demoOutput {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Args = []string{"healthcode", "demo", "--addr", "127.0.0.1:0", "--json"}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	})
	var d demoOutput
	if err := json.NewDecoder(out).Decode(&d); err != nil {
		t.Fatalf("the demo doesn't start: %v", err)
	}
	return d
}

var shells = regexp.MustCompile("(?s)```sh\n(.*?)```")

// TestTheGuideForLaboratoriesWorks runs its shell lines: OpenSSL and curl against the demo, and then the binary's own commands.
func TestTheGuideForLaboratoriesWorks(t *testing.T) {
	for _, tool := range []string{"openssl", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%s is missing; install it", tool)
		}
	}
	guide, err := os.ReadFile("../../docs/laboratory.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := shells.FindAllStringSubmatch(string(guide), -1)
	if len(blocks) != 2 {
		t.Fatalf("the guide has %d blocks of shell lines, want 2", len(blocks))
	}
	d, dir := startDemo(t), t.TempDir()
	run := func(script string) string {
		t.Helper()
		cmd := exec.Command("sh", "-eu")
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(script)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s\n%v: %s", script, err, out)
		}
		return string(out)
	}
	var officer demo.SignIn
	for _, s := range d.Staff {
		if s.Name == "authority-beijing" {
			officer = s
		}
	}
	public := run(blocks[0][1])
	key, err := json.Marshal(map[string]string{"kid": "k1", "public": public[strings.Index(public, "-----BEGIN"):]})
	if err != nil {
		t.Fatal(err)
	}
	post := `curl -sS --fail-with-body -H "Authorization: Bearer ` + officer.Token + `" -H "Content-Type: application/json" ` + d.Address + `/v1/jurisdictions/beijing/labs`
	run(post + ` -d '{"id":"bj-0007","name":{"zh":"实验室","en":"A laboratory"},"area":"110105"}'; ` + post + "/bj-0007/keys -d @- <<'E'\n" + string(key) + "\nE\n")

	line := func(id, lab string) string {
		return fmt.Sprintf(`{"id":%q,"source":"lab:%s","person":{"document":{"type":"CN-ID","number":"11010519491231002X"}},"kind":"test","time":"2022-04-28T08:0%s:00+08:00","analyte":"nucleic-acid","result":"negative"}`+"\n", id, lab, id)
	}
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("results.ndjson", line("1", "bj-0007"))
	if out := run(strings.ReplaceAll(blocks[1][1], "https://healthcode.example", d.Address)); !strings.Contains(out, `"outcomes":{"stored":1}`) {
		t.Errorf("the guide's lines get %s", out)
	}

	command := func(want int, args ...string) string {
		t.Helper()
		code, out, problems := runCommand(t, args...)
		if code != want {
			t.Fatalf("%v: exit %d, want %d: %s%s", args, code, want, out, problems)
		}
		return out
	}
	push := []string{"lab", "push", "--url", d.Address, "--lab", d.Laboratory.ID, "--key", d.Laboratory.Key}
	if out := command(exitOK, append(push, write("demo.ndjson", line("2", d.Laboratory.ID)))...); !strings.Contains(out, `"stored":1`) {
		t.Errorf("push says %s", out)
	}
	command(exitFail, append(push, write("wrong.ndjson", line("3", "bj-0007")))...)
	// No result leaves this machine in clear, or for another address than the one that was given.
	command(exitUsage, "lab", "push", "--url", "http://192.0.2.1", "--lab", d.Laboratory.ID, "--key", d.Laboratory.Key, write("clear.ndjson", line("4", d.Laboratory.ID)))
	var led atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if led.Add(1) == 1 {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}
	}))
	defer elsewhere.Close()
	command(exitFail, "lab", "push", "--url", elsewhere.URL, "--lab", d.Laboratory.ID, "--key", d.Laboratory.Key, write("led.ndjson", line("5", d.Laboratory.ID)))
	if led.Load() != 1 {
		t.Error("push followed a redirection")
	}
	own := filepath.Join(dir, "own.pem")
	if out := command(exitOK, "lab", "keygen", "--key", own); !strings.HasPrefix(out, "-----BEGIN PUBLIC KEY-----") {
		t.Errorf("keygen prints %s", out)
	}
	command(exitUsage, "lab", "keygen", "--key", own) // it writes over nothing
	if out := command(exitOK, "lab", "sign", "--key", own, write("body", "x")); strings.Count(out, ".") != 2 || !strings.Contains(out, "..") {
		t.Errorf("sign prints %s", out)
	}
	if out := command(exitOK, "lab", "hold", "--key", own, write("one.json", line("4", "bj-0007"))); strings.Count(out, ".") != 2 || strings.Contains(out, "..") {
		t.Errorf("hold prints %s", out)
	}
	command(exitUsage, "lab", "hold", "--key", own, write("none.json", "{}"))
}
