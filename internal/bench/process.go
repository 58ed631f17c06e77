package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a child of this one, of the same binary.
type process struct {
	cmd    *exec.Cmd
	url    string
	errors bytes.Buffer
}

// command is this binary with other arguments.
func command(ctx context.Context, args []string) (*exec.Cmd, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, path)
	cmd.Args = append([]string{"healthcode"}, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	return cmd, nil
}

// start returns when the child has said its address.
func start(ctx context.Context, args []string) (*process, error) {
	cmd, err := command(ctx, args)
	if err != nil {
		return nil, err
	}
	p := &process{cmd: cmd}
	cmd.Stderr = &p.errors
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", args[0], err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("starting %s: it ended without an address: %s", strings.Join(args, " "), p.errors.String())
	}
	p.url = strings.TrimSpace(line)
	return p, nil
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait()
}

// cpu is the time that the process has spent on a CPU. The scheduler counts each thread in nanoseconds; where it
// doesn't, the process's clock ticks are taken.
func (p *process) cpu() (time.Duration, error) {
	dir := filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid))
	tasks, err := filepath.Glob(filepath.Join(dir, "task", "*", "schedstat"))
	if err != nil {
		return 0, err
	}
	var total time.Duration
	for _, task := range tasks {
		data, err := os.ReadFile(task)
		if err != nil {
			continue // the thread has just ended
		}
		ns, err := strconv.ParseInt(strings.Fields(string(data) + " 0")[0], 10, 64)
		if err != nil {
			return 0, err
		}
		total += time.Duration(ns)
	}
	if total > 0 {
		return total, nil
	}
	data, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return 0, fmt.Errorf("counting a server's CPU time needs Linux: %w", err)
	}
	// The name, in brackets, may hold spaces; utime and stime are the 12th and 13th fields after it.
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("reading %s/stat: %d fields", dir, len(fields))
	}
	for _, f := range fields[11:13] {
		ticks, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		total += time.Duration(ticks) * 10 * time.Millisecond
	}
	return total, nil
}

// settle waits until the process does nothing much, at most so long, and returns its CPU time.
func (p *process) settle(most time.Duration) (time.Duration, error) {
	const look, quiet = 50 * time.Millisecond, 2 * time.Millisecond
	last, err := p.cpu()
	for ; err == nil && most > 0; most -= look {
		time.Sleep(look)
		var used time.Duration
		if used, err = p.cpu(); used-last < quiet {
			return used, err
		}
		last = used
	}
	return last, err
}

// rss is the memory that the process holds.
func (p *process) rss() int64 {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "statm"))
	fields := strings.Fields(string(data))
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
