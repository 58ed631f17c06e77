package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/policies"
)

// process is one real server: the test's own binary, started as healthcode.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	mu   sync.Mutex
	log  bytes.Buffer
	gone chan struct{}
}

// startServer starts a server on a free port, and returns when it serves. It is killed at the end of the test.
func startServer(t *testing.T, s settings, more string) *process {
	t.Helper()
	config := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(config, []byte(more), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, gone: make(chan struct{})}
	p.cmd = exec.Command(self)
	p.cmd.Args = append([]string{"healthcode", "serve", "--addr", "127.0.0.1:0", "--config", config}, s.again()...)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = p
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the server doesn't start: %v\n%s", err, p.logged())
	}
	p.url = strings.TrimSpace(line)
	go func() { defer close(p.gone); _ = p.cmd.Wait() }()
	return p
}

// Write takes the server's log.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

func (p *process) logged() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// kill is kill -9.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	if p.url != "" {
		<-p.gone
	}
}

// call asks the server, and decodes the answer into out, where one of 200 to 299 came.
func (p *process) call(method, path, token string, body, out any) (int, error) {
	var reader io.Reader
	contentType := "application/json"
	switch b := body.(type) {
	case nil:
	case string:
		reader, contentType = strings.NewReader(b), "application/x-ndjson"
	default:
		data, err := json.Marshal(b)
		if err != nil {
			return 0, err
		}
		reader = bytes.NewReader(data)
	}
	req, err := http.NewRequest(method, p.url+path, reader)
	if err != nil {
		return 0, err
	}
	if reader != nil {
		req.Header.Set("Content-Type", contentType)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err == nil && out != nil && res.StatusCode/100 == 2 {
		err = json.Unmarshal(data, out)
	}
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s %s", method, path, res.Status, data)
	}
	return res.StatusCode, err
}

// must is call where anything but success fails the test.
func (p *process) must(method, path, token string, body, out any) {
	p.t.Helper()
	if _, err := p.call(method, path, token, body, out); err != nil {
		log := p.logged()
		p.t.Fatalf("%v\n%s", err, log[max(0, len(log)-2000):])
	}
}

// ongoing returns a folder of the built-in policies, as if they were in force today.
func ongoing(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "policies")
	if err := os.CopyFS(dir, policies.FS); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(dir + "/*/*/policy.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no policies (%v)", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, bytes.Replace(data, []byte("until: 2023-01-08"), []byte("until: 2099-01-01"), 1), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// accounts makes an account of each role over a store, and returns their tokens by role.
func accounts(t *testing.T, store healthcode.Store, jurisdiction string, roles ...healthcode.Role) map[healthcode.Role]string {
	t.Helper()
	if err := store.PutVenue(t.Context(), healthcode.Venue{ID: jurisdiction + "-mall", Jurisdiction: jurisdiction, Kind: "mall", Name: healthcode.Text{ZH: "商场", EN: "Mall"}, Area: "110105"}); err != nil {
		t.Fatal(err)
	}
	tokens := map[healthcode.Role]string{}
	for _, role := range roles {
		token, hash := access.NewToken()
		staff := healthcode.Staff{Name: jurisdiction + "-" + string(role), Role: role, Jurisdiction: jurisdiction, TokenHash: hash}
		switch role {
		case healthcode.RoleCheckpoint:
			staff.Venue = jurisdiction + "-mall"
		case healthcode.RoleLab:
			staff.Source = "lab:test"
		}
		if err := store.PutStaff(t.Context(), staff); err != nil {
			t.Fatal(err)
		}
		tokens[role] = token
	}
	return tokens
}

var discard = slog.New(slog.DiscardHandler)

// opened opens the store of settings beside the servers.
func opened(t *testing.T, s settings) healthcode.Store {
	t.Helper()
	store, _, err := openStore(context.Background(), s, discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// eventually waits until what is asked for is so.
func eventually(t *testing.T, what string, within time.Duration, so func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !so(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, within)
		}
	}
}
