package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/api"
)

// TestLogVerify proves a log from outside, with its public keys and a checkpoint that was kept; and finds what was altered or cut.
func TestLogVerify(t *testing.T) {
	s := settings{Data: filepath.Join(t.TempDir(), "data"), Policies: ongoing(t)}
	store := opened(t, s)
	tokens := accounts(t, store, "beijing", healthcode.RoleCaseworker, healthcode.RoleAuthority)
	p := startServer(t, s, newGateway(t).config(t))
	dir := t.TempDir()
	keep := func(name string, data []byte) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	read := func(path string) []byte {
		t.Helper()
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	log := filepath.Join(s.Data, logFolder)
	changed := uint64(0)
	change := func(number string) {
		t.Helper()
		document := healthcode.Document{Type: healthcode.DocumentPassport, Number: number, Country: "SWE"}
		if _, err := store.EnsurePersons(t.Context(), []healthcode.Document{document}); err != nil {
			t.Fatal(err)
		}
		var proposed api.ChangeBody
		p.must("POST", "/v1/jurisdictions/beijing/changes", tokens[healthcode.RoleCaseworker], map[string]any{"document": document,
			"ground": "no-link", "evidence": "phoned", "fact": map[string]any{"kind": "lift", "hold": "4"}}, &proposed)
		p.must("POST", "/v1/jurisdictions/beijing/changes/"+proposed.ID+"/agree", tokens[healthcode.RoleAuthority], nil, nil)
		changed++
		eventually(t, "the change is logged", 20*time.Second, func() bool { return checkedData(t, s).LogEntries == changed })
	}
	change("L0000001")
	since := keep("since", read(filepath.Join(log, "checkpoint")))
	change("L0000002")
	keys := strings.Split(strings.TrimSpace(mustRun(t, "log", "keys", "--data", s.Data)), "\n")
	if len(keys) != 2 {
		t.Fatalf("keys %q", keys)
	}
	key, witness := keep("key", []byte(keys[0])), keep("witness", []byte(keys[1]))
	public := []string{"log", "verify", "--key", key, "--witness", witness, "--since", since, "--log"}
	for _, place := range []string{log, p.url + "/log"} {
		if out := mustRun(t, append(public, place)...); !strings.Contains(out, "log: 2 entries") || !strings.Contains(out, "consistent with the checkpoint of 1 entries") {
			t.Errorf("%s: %s", place, out)
		}
	}
	p.kill()

	for name, c := range map[string]struct {
		spoil func(copied string)
		args  []string
		code  int
		says  string
	}{
		"an altered entry": {func(copied string) {
			path := filepath.Join(copied, "tile", "entries", "000.p", "2")
			keepAt(t, path, strings.Replace(string(read(path)), "no-link", "no-lynk", 1))
		}, nil, exitFail, "altered or taken out"},
		"a bundle that is gone": {func(copied string) {
			if err := os.RemoveAll(filepath.Join(copied, "tile", "entries")); err != nil {
				t.Fatal(err)
			}
		}, nil, exitFail, "healthcode log verify: "},
		"a checkpoint that nobody signed": {func(copied string) {
			path := filepath.Join(copied, "witnessed")
			keepAt(t, path, strings.Replace(string(read(path)), "\n2\n", "\n3\n", 1))
		}, nil, exitFail, "checkpoint"},
		"the witness's key for the log's": {func(string) {}, []string{"--key", witness}, exitFail, "healthcode log verify: "},
		"a key that isn't there":          {func(string) {}, []string{"--key", key + "x"}, exitUsage, key + "x"},
	} {
		t.Run(name, func(t *testing.T) {
			copied := filepath.Join(t.TempDir(), "log")
			if err := os.CopyFS(copied, os.DirFS(log)); err != nil {
				t.Fatal(err)
			}
			c.spoil(copied)
			args := append(append(append([]string{}, public...), copied), c.args...)
			if code, out, errs := runCommand(t, args...); code != c.code || !strings.Contains(errs, c.says) {
				t.Errorf("exit %d: %s%s", code, out, errs)
			}
		})
	}
	if code, out, _ := runCommand(t, "log", "verify"); code != exitUsage {
		t.Errorf("without anything: exit %d: %s", code, out)
	}
}

func keepAt(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
