package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/api"
	"healthcode/internal/servicetest"
)

// ordersEnv says how many work orders TestWorkOrdersAndAKill sends; the number is 100000.
const ordersEnv = "HEALTHCODE_ORDERS"

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// memory is the most that a process has had resident, in MiB.
func (p *process) memory() int {
	p.t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	found := highWater.FindSubmatch(data)
	if found == nil {
		p.t.Fatalf("no VmHWM in %s", data)
	}
	kib, err := strconv.Atoi(string(found[1]))
	if err != nil {
		p.t.Fatal(err)
	}
	return kib >> 10
}

// orders writes a file of n work orders about as many people.
func orders(n int) string {
	var b strings.Builder
	b.WriteString("document,reason,area,note\n")
	for i := range n {
		id := fmt.Sprintf("110101%04d%02d%02d%03d0", 1950+i%50, 1+i/50%12, 1+i/600%28, i/16800)
		fmt.Fprintf(&b, "%s,3,110106,第 %d 单\n", servicetest.ID(id).Number, i)
	}
	return b.String()
}

// TestWorkOrdersAndAKill sends one file of work orders to the real server, which is killed in the middle; sent again, and once more, nothing is
// lost and nothing is there twice.
func TestWorkOrdersAndAKill(t *testing.T) {
	n := 3000
	if text := os.Getenv(ordersEnv); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatalf("%s: %v", ordersEnv, err)
		}
	}
	s := settings{Data: filepath.Join(t.TempDir(), "data"), Policies: ongoing(t)}
	config := newGateway(t).config(t)
	store := opened(t, s)
	token := accounts(t, store, "beijing", healthcode.RoleCaseworker)[healthcode.RoleCaseworker]
	file := orders(n)
	send := func(p *process) (sent api.OrdersSent, err error) {
		req, err := http.NewRequest(http.MethodPost, p.url+"/v1/jurisdictions/beijing/orders", strings.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "text/csv")
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return sent, err
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Fatal(res.Status)
		}
		return sent, json.NewDecoder(res.Body).Decode(&sent)
	}
	count := func() (all int) {
		counts, err := store.CaseCounts(t.Context(), "beijing")
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range counts {
			all += n
		}
		return all
	}

	p := startServer(t, s, config)
	failed := make(chan error, 1)
	go func() { _, err := send(p); failed <- err }()
	eventually(t, "some orders are stored", time.Minute, func() bool { return count() > n/4 })
	p.kill()
	if err := <-failed; err == nil && count() < n {
		t.Fatal("the killed server said that all was well")
	}
	stored := count()

	p = startServer(t, s, config)
	before, began := p.memory(), time.Now()
	sent, err := send(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("killed after %d; the rest of %d took %v; resident %d MiB before, %d MiB at the most", stored, n, time.Since(began).Round(time.Millisecond), before, p.memory())
	if sent.Opened+sent.Duplicates != n || sent.Duplicates != stored || count() != n || len(sent.Lines) != n {
		t.Errorf("after the kill: opened %d, duplicates %d, joined %d, refused %d, cases %d of %d", sent.Opened, sent.Duplicates, sent.Joined, sent.Refused, count(), n)
	}
	began = time.Now()
	if sent, err = send(p); err != nil {
		t.Fatal(err)
	}
	t.Logf("sent again: %v, at the most %d MiB", time.Since(began).Round(time.Millisecond), p.memory())
	if sent.Duplicates != n || count() != n {
		t.Errorf("sent again: opened %d, duplicates %d, joined %d, refused %d, cases %d", sent.Opened, sent.Duplicates, sent.Joined, sent.Refused, count())
	}
}
