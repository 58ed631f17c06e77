package bench

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A job makes the requests of one operation.
type job struct {
	name   string
	people int
	atOnce int // requests under way in a closed loop; 0 = workers()
	server *process
	// ask sends request number i and returns an error unless the answer is the one that it wants.
	// It returns false where there is nothing to ask for any more.
	ask func(i int) (bool, error)

	next      atomic.Int64
	requests  int
	cpu, wall time.Duration
	took      []time.Duration
}

// settled is how long is waited at most for a server to have done what requests left behind.
const settled = 250 * time.Millisecond

// workers is how many requests are under way at once: phones and doors are many, and what they write at the same time
// is written together.
func workers() int { return max(64, 32*runtime.GOMAXPROCS(0)) }

var client = &http.Client{Timeout: 30 * time.Second,
	Transport: &http.Transport{MaxIdleConns: 0, MaxIdleConnsPerHost: 2048, IdleConnTimeout: time.Minute, DisableCompression: true}}

// send returns the body of a 200.
func send(method, url, token, body string) (string, error) {
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s: %s", method, r.URL.Path, answer.Status, data)
	}
	return string(data), err
}

// closed asks for a while, each worker again as soon as it has its answer.
func (j *job) closed(now func() time.Time, long time.Duration) error {
	before, err := j.server.cpu()
	if err != nil {
		return err
	}
	began := now()
	var mu sync.Mutex
	var failed error
	var wg sync.WaitGroup
	for range cmp.Or(j.atOnce, workers()) {
		wg.Go(func() {
			var took []time.Duration
			for sent := now(); sent.Sub(began) < long; {
				more, err := j.ask(int(j.next.Add(1) - 1))
				if err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
					break
				}
				if !more {
					break
				}
				answered := now()
				took = append(took, answered.Sub(sent))
				sent = answered
			}
			mu.Lock()
			defer mu.Unlock()
			j.took = append(j.took, took...)
			j.requests += len(took)
		})
	}
	wg.Wait()
	j.wall += now().Sub(began)
	// What a request leaves to be done in the background is its own.
	after, err := j.server.settle(settled)
	if err == nil {
		j.cpu += after - before
	}
	if failed != nil {
		err = fmt.Errorf("%s: %w", j.name, failed)
	}
	return err
}

// open asks at a rate, whether the server keeps up or not; the time of an answer counts from when it was due.
func (j *job) open(now func() time.Time, long time.Duration, perSecond float64) (Operation, error) {
	before, err := j.server.cpu()
	if err != nil {
		return Operation{}, err
	}
	began, every := now(), time.Duration(float64(time.Second)/perSecond)
	var mu sync.Mutex
	var failed error
	var took []time.Duration
	var wg sync.WaitGroup
	for n := range int(long / every) {
		due := began.Add(time.Duration(n) * every)
		time.Sleep(due.Sub(now()))
		wg.Go(func() {
			more, err := j.ask(int(j.next.Add(1) - 1))
			late := now().Sub(due)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = err
			} else if more {
				took = append(took, late)
			}
		})
	}
	wg.Wait()
	wall := now().Sub(began)
	after, err := j.server.settle(settled)
	if failed != nil {
		err = fmt.Errorf("%s at %.0f/s: %w", j.name, perSecond, failed)
	}
	return operation(j, "open", len(took), after-before, wall, took), err
}

func (j *job) result() Operation {
	return operation(j, "closed", j.requests, j.cpu, j.wall, j.took)
}

func operation(j *job, loop string, requests int, cpu, wall time.Duration, took []time.Duration) Operation {
	o := Operation{Name: j.name, People: j.people, Loop: loop, Requests: requests}
	if requests == 0 {
		return o
	}
	slices.Sort(took)
	at := func(share float64) float64 { return took[int(share*float64(len(took)-1))].Seconds() * 1000 }
	o.CPUMicro, o.PerS = float64(cpu.Microseconds())/float64(requests), float64(requests)/wall.Seconds()
	o.P50, o.P99 = at(.5), at(.99)
	return o
}
