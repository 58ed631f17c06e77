package sms

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// happening is a line that the SMSC tells; testdata/smsc/smsc.js says what there is.
type happening struct {
	Event      string
	Port       int
	ID         string
	As         string
	SystemID   string `json:"system_id"`
	Password   string
	From, To   string
	Text       string
	UDH        json.RawMessage
	Coding     int
	Validity   string
	Registered int
	TON, NPI   int
	Status     int
}

// smsc is a real SMSC: npm smpp in a process of its own.
type smsc struct {
	t    testing.TB
	port int
	next int // first id after a restart

	cmd    *exec.Cmd
	orders io.WriteCloser
	ended  chan struct{}

	mu        sync.Mutex
	happened  []happening
	news      chan struct{}
	ordersRun int
}

var installed = sync.OnceValues(install)

// install puts npm's modules into a folder of the user's cache, once for each lock file.
func install() (dir string, err error) {
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "", fmt.Errorf("these tests speak to a real SMSC, which needs %s: install Node.js 18 or later with npm", tool)
		}
	}
	lock, err := os.ReadFile("testdata/smsc/package-lock.json")
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(lock)
	dir = filepath.Join(cache, "healthcode", "smsc-"+hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "smpp")); err == nil {
		return dir, nil
	}
	// Another test run may install at the same time: the first to finish stays.
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), "installing-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	for _, name := range []string{"package.json", "package-lock.json"} {
		b, err := os.ReadFile(filepath.Join("testdata/smsc", name))
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(temp, name), b, 0o644); err != nil {
			return "", err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Dir = temp
	if out, err := npm.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci for the SMSC of these tests: %w\n%s", err, out)
	}
	if err := os.Rename(temp, dir); err != nil && !errors.Is(err, fs.ErrExist) && !errors.Is(err, syscall.ENOTEMPTY) {
		return "", err
	}
	return dir, nil
}

func startSMSC(t testing.TB) *smsc {
	t.Helper()
	s := &smsc{t: t, next: 0xa000, news: make(chan struct{})}
	s.start()
	t.Cleanup(func() { s.kill() })
	return s
}

func (s *smsc) start() {
	s.t.Helper()
	dir, err := installed()
	if err != nil {
		s.t.Fatal(err)
	}
	script, err := filepath.Abs("testdata/smsc/smsc.js")
	if err != nil {
		s.t.Fatal(err)
	}
	s.cmd = exec.Command("node", script, fmt.Sprint(s.port), fmt.Sprint(s.next))
	s.next += 0x1000
	s.cmd.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(dir, "node_modules"))
	s.cmd.Stderr = os.Stderr
	if s.orders, err = s.cmd.StdinPipe(); err != nil {
		s.t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.ended = make(chan struct{})
	before := s.count("listening")
	go s.listen(out, s.ended)
	s.port = s.wait("listening", before+1)[before].Port
}

func (s *smsc) listen(out io.Reader, ended chan struct{}) {
	defer close(ended)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var h happening
		if err := json.Unmarshal(lines.Bytes(), &h); err != nil {
			s.t.Errorf("the SMSC tells %q: %v", lines.Text(), err)
			return
		}
		s.mu.Lock()
		s.happened = append(s.happened, h)
		close(s.news)
		s.news = make(chan struct{})
		s.mu.Unlock()
	}
}

// kill ends it without a word.
func (s *smsc) kill() {
	_ = s.cmd.Process.Kill()
	<-s.ended
	_ = s.cmd.Wait()
}

func (s *smsc) restart() {
	s.t.Helper()
	s.kill()
	s.start()
}

// order does something and returns when it is done.
func (s *smsc) order(order string) {
	s.t.Helper()
	if _, err := io.WriteString(s.orders, order+"\n"); err != nil {
		s.t.Fatal(err)
	}
	s.ordersRun++
	s.wait("done", s.ordersRun)
}

func (s *smsc) all(event string) (list []happening) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.happened {
		if h.Event == event {
			list = append(list, h)
		}
	}
	return list
}

func (s *smsc) count(event string) int { return len(s.all(event)) }

// wait returns all of an event once there are n.
func (s *smsc) wait(event string, n int) []happening {
	s.t.Helper()
	deadline := time.After(patience)
	for {
		s.mu.Lock()
		news := s.news
		s.mu.Unlock()
		list := s.all(event)
		if len(list) >= n {
			return list
		}
		select {
		case <-news:
		case <-s.ended:
			s.t.Fatalf("the SMSC ended after %d of %d %s", len(list), n, event)
		case <-deadline:
			s.t.Fatalf("%d of %d %s", len(list), n, event)
		}
	}
}

// copies counts how often each text was taken.
func (s *smsc) copies() map[string]int {
	s.t.Helper()
	s.order(`{"do":"nothing"}`) // it tells of one thing after the other
	n := map[string]int{}
	for _, h := range s.all("taken") {
		n[h.Text]++
	}
	return n
}
