package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// startTimeout bounds a start, with the recovery that follows a kill.
const startTimeout = 60 * time.Second

// Server is one running cluster.
type Server struct {
	bin, dir string
	account  account
	settings []string

	process *os.Process
	exited  chan struct{} // closed when process is gone
}

// fast gives durability away: what these clusters hold lasts as long as a test.
var fast = []string{"fsync=off", "synchronous_commit=off", "full_page_writes=off"}

// common keeps a cluster small, and reachable for nobody else.
var common = []string{"listen_addresses=", "unix_socket_permissions=0700", "max_connections=200", "shared_buffers=128MB",
	"log_min_messages=error", "log_min_error_statement=panic", "autovacuum_naptime=10s", "max_wal_size=2GB"}

// newServer makes a cluster and starts it.
func newServer(settings []string) (s *Server, err error) {
	s = &Server{settings: slices.Concat(common, settings)}
	if s.bin, err = binaries(); err != nil {
		return nil, err
	}
	if s.account, err = unprivileged(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "pgtest-"); err != nil {
		return nil, err
	}
	if err = os.Chown(s.dir, s.account.uid, s.account.gid); err == nil {
		if err = s.initialise(); err == nil {
			err = s.Start()
		}
	}
	if err != nil {
		os.RemoveAll(s.dir)
		return nil, err
	}
	return s, nil
}

func (s *Server) initialise() error {
	cmd := s.command("initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("making a cluster: %w\n%s", err, out)
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.account.ids}
	return cmd
}

// Start starts the server after a [Server.Kill], and returns when it takes connections.
func (s *Server) Start() error {
	args := []string{"-D", s.data(), "-k", s.dir}
	for _, setting := range s.settings {
		args = append(args, "-c", setting)
	}
	cmd := s.command("postgres", args...)
	// It ends with the tests, also where they are killed: SIGQUIT is its immediate shutdown.
	cmd.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	started := make(chan error)
	s.exited = make(chan struct{})
	go func(exited chan struct{}) {
		// The kernel sends the signal when the thread ends that started the process.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
		close(exited)
	}(s.exited)
	if err := <-started; err != nil {
		return fmt.Errorf("starting PostgreSQL: %w", err)
	}
	s.process = cmd.Process
	if err := s.await(); err != nil {
		_ = s.Kill()
		return fmt.Errorf("starting PostgreSQL: %w\n%s", err, log.Bytes())
	}
	return nil
}

// await returns when the server takes connections.
func (s *Server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.DSN("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.exited:
			return errors.New("it ended by itself")
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// DSN names a database of the server.
func (s *Server) DSN(database string) string {
	query := url.Values{"host": {s.dir}, "user": {"postgres"}}
	return "postgres:///" + url.PathEscape(database) + "?" + query.Encode()
}

// Kill ends every process of the server with SIGKILL, at once, and returns when they are gone.
func (s *Server) Kill() error {
	// The first to go is the one that would start the others again.
	if err := s.process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	for _, pid := range s.children() {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	<-s.exited
	deadline := time.Now().Add(startTimeout)
	for len(s.children()) > 0 {
		if time.Now().After(deadline) {
			return errors.New("processes of PostgreSQL outlive SIGKILL")
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}

// KillBackend ends one process that serves a connection with SIGKILL. The server then
// cuts every connection, recovers and goes on by itself.
func (s *Server) KillBackend() error {
	for _, pid := range s.children() {
		title, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		if err == nil && strings.Contains(string(title), "[local]") {
			return syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	return errors.New("no connection is being served")
}

// children lists the server's own processes, which work in its data folder.
func (s *Server) children() (pids []int) {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range links {
		dir, err := os.Readlink(link)
		pid, errPID := strconv.Atoi(filepath.Base(filepath.Dir(link)))
		if err == nil && errPID == nil && dir == s.data() && pid != s.process.Pid {
			pids = append(pids, pid)
		}
	}
	return pids
}

// Stop ends the server and deletes what it held.
func (s *Server) Stop() error {
	return errors.Join(s.Kill(), os.RemoveAll(s.dir))
}

// CPU returns the processor time that the server's processes have taken, those that have
// ended included, in steps of 10 ms.
func (s *Server) CPU() (total time.Duration) {
	for _, pid := range append(s.children(), s.process.Pid) {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			continue
		}
		// Behind the name, which may hold spaces, field 12 is the 14th of proc(5): utime, stime, cutime, cstime.
		_, rest, _ := strings.Cut(string(stat), ") ")
		fields := strings.Fields(rest)
		for _, field := range fields[11:15] {
			ticks, _ := strconv.Atoi(field)
			total += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	return total
}
